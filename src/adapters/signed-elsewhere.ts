import { type JWTPayload, type JWTVerifyGetKey, createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { type Result, fail, ok } from '../contract/result.ts'

/** Its clock and ours. */
const TOLERANCE_SECONDS = 5
const KEYS_TIMEOUT_MS = 5_000
/** After a key id that nobody knows it is not asked again for so long. */
const KEYS_COOLDOWN_MS = 30_000
const KEYS_MAX_AGE_MS = 600_000

/** Somebody who signs tokens and shows the public keys: no secret is shared with them. */
export interface Signer {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly string[]
  /** Claims without which a token counts as none; `exp` always does. */
  readonly requiredClaims: readonly string[]
}

/** @returns `unavailable`: the signer's keys could not be had, which says nothing of the token */
export type VerifySigned = (
  token: string,
  now: number,
) => Promise<Result<JWTPayload, 'invalid' | 'unavailable'>>

/** Verifies what `signer` signed for us. Its keys are fetched when they are needed, and kept. */
export function verifierOf(signer: Signer): VerifySigned {
  const { jwksUrl, issuer, audience, algorithms, requiredClaims } = signer
  const remote = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: KEYS_TIMEOUT_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
  })
  return async (token, now) => {
    try {
      const { payload } = await jwtVerify(token, keysOf(remote), {
        algorithms: [...algorithms],
        issuer,
        audience,
        requiredClaims: ['exp', ...requiredClaims],
        currentDate: new Date(now),
        clockTolerance: TOLERANCE_SECONDS,
      })
      return ok(payload)
    } catch (error) {
      return fail(error instanceof KeysAway ? 'unavailable' : 'invalid')
    }
  }
}

/** The signer did not show its keys. */
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
