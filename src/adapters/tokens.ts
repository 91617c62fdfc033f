import { type JWTPayload, SignJWT, decodeProtectedHeader, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Result, fail, ok } from '../contract/result.ts'
import type {
  MemberClaims,
  PublicKeySet,
  SpeculativeClaims,
  TokenClaims,
} from '../contract/tokens.ts'
import type { TokenKeys } from '../env.ts'
import { ALGORITHM, KeyRing, publicKeySet } from './key-ring.ts'
import { VerifiedTokens } from './verified-tokens.ts'

export interface TokenSettings {
  readonly PUBLIC_BASE_URL: string
  readonly TOKEN_AUDIENCE?: string | undefined
  readonly TOKEN_KEYS: TokenKeys
  readonly TOKEN_TTL_SECONDS: number
  readonly MEMBER_TOKEN_TTL_SECONDS: number
  readonly SESSION_MAX_AGE_HOURS: number
}

export interface Tokens {
  readonly publicKeys: PublicKeySet
  issueSpeculative(claims: Omit<SpeculativeClaims, 'role'>, now: number): Promise<string>
  issueMember(claims: Omit<MemberClaims, 'role'>, now: number): Promise<string>
  /** @param allow `expired`: a speculative token as long as its session may live, for renewal */
  verify(token: string, now: number, allow?: 'expired'): Promise<Result<TokenClaims, 'invalid'>>
}

const common = {
  key: z.string().length(43),
  sid: z.uuid(),
  authEpoch: z.int().nonnegative(),
  jti: z.string(),
  iat: z.int(),
}

const SpeculativePayload = z.object({
  ...common,
  sub: z.uuid(),
  role: z.literal('speculative'),
})

const MemberPayload = z.object({ ...common, sub: z.uuid(), role: z.literal('member') })

/** RFC 8725, 3.11: a type of its own keeps one kind of token from passing for another. */
const SPECULATIVE_TYPE = 'spec+jwt'
/** RFC 9068, 2.1. */
const MEMBER_TYPE = 'at+jwt'

/** All that a header of ours has. */
const HEADER = new Set(['alg', 'kid', 'typ'])

interface Kind {
  readonly type: string
  readonly audience: string
}

/** EdDSA JWTs of two kinds that differ in type and audience, so that neither opens the other's door. */
export function createTokens(settings: TokenSettings): Tokens {
  const issuer = settings.PUBLIC_BASE_URL
  const jwts = new Jwts(issuer, new KeyRing(settings.TOKEN_KEYS))
  const speculative = { type: SPECULATIVE_TYPE, audience: `${issuer}/onboarding` }
  const member = { type: MEMBER_TYPE, audience: settings.TOKEN_AUDIENCE ?? issuer }
  const verified = new VerifiedTokens()
  const toleranceSeconds = { expired: settings.SESSION_MAX_AGE_HOURS * 3_600, none: 0 }
  return {
    publicKeys: publicKeySet(settings.TOKEN_KEYS),

    issueSpeculative: ({ specId, key, authEpoch }, now) =>
      jwts.sign(
        speculative,
        { sub: specId, sid: specId, key, authEpoch, role: 'speculative' },
        now,
        settings.TOKEN_TTL_SECONDS,
      ),

    issueMember: ({ userId, member: sid, key, authEpoch }, now) =>
      jwts.sign(
        member,
        { sub: userId, sid, key, authEpoch, role: 'member' },
        now,
        settings.MEMBER_TOKEN_TTL_SECONDS,
      ),

    async verify(token, now, allow) {
      const known = verified.claimsOf(token, now)
      if (known !== undefined) return ok(known)
      try {
        const isMember = decodeProtectedHeader(token).typ === MEMBER_TYPE
        const payload = isMember
          ? await jwts.verify(member, token, now, toleranceSeconds.none)
          : await jwts.verify(speculative, token, now, toleranceSeconds[allow ?? 'none'])
        const claims = isMember ? memberClaims(payload) : speculativeClaims(payload)
        verified.keep(token, { claims, ...validityOf(payload) })
        return ok(claims)
      } catch {
        // Whatever is wrong with it, the caller learns only that it is.
        return fail('invalid')
      }
    },
  }
}

const validityOf = ({ iat = Infinity, exp = 0 }: JWTPayload) => ({
  from: iat * 1_000,
  until: exp * 1_000,
})

function speculativeClaims(payload: JWTPayload): SpeculativeClaims {
  const { sub, sid, key, authEpoch, role } = SpeculativePayload.parse(payload)
  if (sub !== sid) throw new Error('of another session')
  return { role, specId: sid, key, authEpoch }
}

function memberClaims(payload: JWTPayload): MemberClaims {
  const { sub, sid, key, authEpoch, role } = MemberPayload.parse(payload)
  return { role, userId: sub, member: sid, key, authEpoch }
}

/** What both kinds have in common. */
class Jwts {
  readonly #issuer: string
  readonly #keys: KeyRing

  constructor(issuer: string, keys: KeyRing) {
    this.#issuer = issuer
    this.#keys = keys
  }

  async sign(
    { type, audience }: Kind,
    payload: JWTPayload,
    now: number,
    lifetimeSeconds: number,
  ): Promise<string> {
    const issuedAt = Math.floor(now / 1_000)
    const { kid, privateKey } = await this.#keys.signing()
    return new SignJWT(payload)
      .setProtectedHeader({ alg: ALGORITHM, typ: type, kid })
      .setIssuer(this.#issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .setJti(crypto.randomUUID())
      .sign(privateKey)
  }

  /** Throws for whatever is wrong. */
  async verify(
    { type, audience }: Kind,
    token: string,
    now: number,
    toleranceSeconds: number,
  ): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      ({ kid }) => this.#keys.verifying(kid),
      {
        algorithms: [ALGORITHM],
        typ: type,
        issuer: this.#issuer,
        audience,
        requiredClaims: ['exp', 'iat', 'jti'],
        currentDate: new Date(now),
        clockTolerance: toleranceSeconds,
      },
    )
    // Nothing that points elsewhere (`jku`, `x5u`) or asks to be understood (`crit`).
    if (!Object.keys(protectedHeader).every((name) => HEADER.has(name))) throw new Error('not ours')
    if (payload.iat === undefined || payload.iat * 1_000 > now) throw new Error('from the future')
    return payload
  }
}
