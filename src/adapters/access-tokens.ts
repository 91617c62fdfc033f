import { z } from 'zod'
import { type Result, fail, ok } from '../contract/result.ts'
import { OperatorName } from '../contract/admin.ts'
import { verifierOf } from './signed-elsewhere.ts'

/** What Cloudflare Access signs with. */
const ALGORITHMS = ['RS256', 'ES256']

/** Of a person the address, of a service token the name that it was given. */
const Payload = z.union([
  z.object({ email: OperatorName }).transform(({ email }) => email),
  z.object({ common_name: OperatorName }).transform((claims) => claims.common_name),
])

/** An Access application: who guards it, and which one it is. */
export interface AccessApplication {
  readonly certsUrl: string
  /** `https://<team>.cloudflareaccess.com` */
  readonly issuer: string
  /** Of the application; every application of the team has the same issuer and keys. */
  readonly audience: string
}

/**
 * @returns the name of the operator, as the identity provider behind Access knows them; `unavailable`:
 *   Access does not show its keys
 */
export type VerifyAccess = (
  assertion: string,
  now: number,
) => Promise<Result<string, 'invalid' | 'unavailable'>>

/** Verifies the JWT that Cloudflare Access puts beside each request that it lets through. */
export function createAccessTokens({
  certsUrl,
  issuer,
  audience,
}: AccessApplication): VerifyAccess {
  const signer = { jwksUrl: certsUrl, issuer, audience, algorithms: ALGORITHMS }
  const verifySigned = verifierOf({ ...signer, requiredClaims: ['iat'] })
  return async (assertion, now) => {
    const signed = await verifySigned(assertion, now)
    if (!signed.ok) return signed
    const name = Payload.safeParse(signed.value)
    return name.success ? ok(name.data) : fail('invalid')
  }
}
