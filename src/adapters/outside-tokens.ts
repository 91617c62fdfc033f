import { type JWTVerifyGetKey, createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Result, fail, ok } from '../contract/result.ts'
import type { OutsideClaims } from '../contract/tokens.ts'
import type { Pepper } from '../core/pepper.ts'

/** What an outside issuer may sign with: no secret is shared with it. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']
/** Its clock and ours. */
const TOLERANCE_SECONDS = 5
const KEYS_TIMEOUT_MS = 5_000
/** After a key id that nobody knows it is not asked again for so long. */
const KEYS_COOLDOWN_MS = 30_000
const KEYS_MAX_AGE_MS = 600_000

/** OpenID Connect Core, 2: at most 255 characters. Nothing else of the token is believed. */
const Payload = z.object({ iss: z.string(), sub: z.string().min(1).max(255) })

export interface OutsideIssuer {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
}

/** Tokens of people who are signed in elsewhere. */
export interface OutsideTokens {
  /** Whether it calls itself one of theirs; nothing is verified. */
  claims(token: string): boolean
  /** @returns `unavailable`: the issuer's keys could not be had */
  verify(token: string, now: number): Promise<Result<OutsideClaims, 'invalid' | 'unavailable'>>
}

/**
 * The subject is the issuer's own name for a person. An address in such a token never leads to the
 * account of that address, verified or not: whoever controls the one need not control the other.
 */
export function createOutsideTokens(
  { jwksUrl, issuer, audience }: OutsideIssuer,
  pepper: Pepper,
): OutsideTokens {
  const remote = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: KEYS_TIMEOUT_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
  })
  return {
    claims: (token) => issuerIn(token) === issuer,

    async verify(token, now) {
      try {
        const { payload } = await jwtVerify(token, keysOf(remote), {
          algorithms: ALGORITHMS,
          issuer,
          audience,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(now),
          clockTolerance: TOLERANCE_SECONDS,
        })
        const { iss, sub } = Payload.parse(payload)
        const identity = `${iss}|${sub}`
        return ok({ role: 'outside', identity, key: await pepper.name('issuer', identity) })
      } catch (error) {
        return fail(error instanceof KeysAway ? 'unavailable' : 'invalid')
      }
    },
  }
}

/** The issuer did not show its keys: that says nothing of the token. */
class KeysAway extends Error {}

const keysOf =
  (remote: ReturnType<typeof createRemoteJWKSet>): JWTVerifyGetKey =>
  async (header, token) => {
    try {
      return await remote(header, token)
    } catch (error) {
      // No such key, or several, or one of another kind: the token's fault.
      if (error instanceof errors.JWKSNoMatchingKey) throw error
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error
      if (error instanceof errors.JOSENotSupported) throw error
      throw new KeysAway()
    }
  }

function issuerIn(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null
  } catch {
    return null
  }
}
