import type { SignUpResponse } from '../src/contract/onboarding.ts'
import type { MemberResponse } from '../src/contract/tokens.ts'
import type { Person } from './snapshot.ts'

/** Renewed this long before the end: a slow call is still on time with it. */
const MARGIN_MS = 60_000
/** Of a token that lives shorter than that: the last fifth. */
const MARGIN_SHARE = 0.2
/** Of a token that does not say: the shorter of what ours live. */
const LIFETIME_FALLBACK_SECONDS = 300

interface Token {
  readonly token: string
  /** By this browser's clock, which may be years off: only the time since then counts. */
  readonly receivedAt: number
}

export interface SessionCredentials extends Token {
  readonly kind: 'session'
  readonly specId: string
  readonly email: string
}

export interface MemberCredentials extends Token {
  readonly kind: 'member'
  readonly userId: string
  /** Counts once. */
  readonly refreshToken: string
}

/** What lets this browser act for somebody. */
export type Credentials = SessionCredentials | MemberCredentials

/** `null` for an answer without a token: it must not take the place of one that counts. */
export const ofSession = (
  { token, specId }: Partial<SignUpResponse>,
  email: string,
  receivedAt: number,
): SessionCredentials | null =>
  isText(token) && isText(specId) ? { kind: 'session', token, receivedAt, specId, email } : null

/** `null` as above. */
export const ofMember = (
  { token, refreshToken, userId }: Partial<MemberResponse>,
  receivedAt: number,
): MemberCredentials | null =>
  isText(token) && isText(refreshToken) && isText(userId)
    ? { kind: 'member', token, receivedAt, userId, refreshToken }
    : null

/** What was kept: by an earlier version of this, or by whatever else runs on the page. */
export function readCredentials(kept: unknown): Credentials | null {
  const { kind, email, receivedAt, ...rest } = (kept ?? {}) as Readonly<Record<string, unknown>>
  if (typeof receivedAt !== 'number') return null
  if (kind === 'session' && isText(email)) return ofSession(rest, email, receivedAt)
  return kind === 'member' ? ofMember(rest, receivedAt) : null
}

export const personOf = (credentials: Credentials | null): Person => {
  if (credentials === null) return { kind: 'nobody' }
  const { kind } = credentials
  if (kind === 'member') return { kind, userId: credentials.userId }
  return { kind, specId: credentials.specId, email: credentials.email }
}

/** Somebody, or nobody, however often their tokens were renewed. */
export const isSamePerson = (one: Credentials | null, other: Credentials | null): boolean =>
  JSON.stringify(personOf(one)) === JSON.stringify(personOf(other))

/** The `sub` of the token: a session's specId, or a member's userId. */
export const subjectOf = (credentials: Credentials): string =>
  credentials.kind === 'member' ? credentials.userId : credentials.specId

/** Whether to renew before use; also when the clock was set back and nothing is known of its age. */
export function isStale({ token, receivedAt }: Token, now: number): boolean {
  const lifetimeMs = lifetimeSeconds(token) * 1_000
  const age = now - receivedAt
  return age < 0 || age > lifetimeMs - Math.min(MARGIN_MS, lifetimeMs * MARGIN_SHARE)
}

/** By the server's clock alone, which set both ends of it. */
function lifetimeSeconds(token: string): number {
  try {
    const payload = atob(token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')
    const { exp, iat } = JSON.parse(payload) as { readonly exp: number; readonly iat: number }
    const seconds = exp - iat
    return seconds > 0 ? seconds : LIFETIME_FALLBACK_SECONDS
  } catch {
    return LIFETIME_FALLBACK_SECONDS
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
