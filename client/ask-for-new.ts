import type { SignUpResponse } from '../src/contract/onboarding.ts'
import { fail, ok } from '../src/contract/result.ts'
import type { MemberResponse } from '../src/contract/tokens.ts'
import {
  type Credentials,
  type MemberCredentials,
  type SessionCredentials,
  ofMember,
  ofSession,
} from './credentials.ts'
import { request } from './http.ts'
import { OFFLINE, type Outcome } from './problem.ts'

/**
 * A refresh whose reply was lost is the same refresh to the server for ten seconds, and theft later: so
 * it is given up while there is time to say it again.
 */
const TIMEOUT_MS = 5_000

/** Takes credentials to the server for their next ones; a member's count once. */
export const askForNew = (baseUrl: string, held: Credentials): Outcome<Credentials> =>
  held.kind === 'session' ? renewed(baseUrl, held) : refreshed(baseUrl, held)

/** Also when the token is too old for everything else. */
async function renewed(baseUrl: string, held: SessionCredentials): Outcome<Credentials> {
  const call = { path: '/api/onboarding/token', method: 'POST', timeoutMs: TIMEOUT_MS } as const
  const answer = await request<SignUpResponse>(baseUrl, call, held.token)
  return answer.ok ? orNone(ofSession(answer.value, held.email, Date.now())) : answer
}

async function refreshed(baseUrl: string, held: MemberCredentials): Outcome<Credentials> {
  const answer = await request<MemberResponse>(baseUrl, {
    path: '/api/auth/refresh',
    method: 'POST',
    body: { refreshToken: held.refreshToken },
    timeoutMs: TIMEOUT_MS,
  })
  return answer.ok ? orNone(ofMember(answer.value, Date.now())) : answer
}

/** Whoever answered without a token was not the server. */
const orNone = (credentials: Credentials | null) =>
  credentials === null ? fail(OFFLINE) : ok(credentials)
