import { SignJWT, importJWK } from 'jose'
import { bindings } from './api.ts'

/** A name that the outside issuer gives to nobody else. */
export const freshSub = (): string => `user-${crypto.randomUUID()}`

/** A token as the outside issuer makes it, in all but what the test changes. */
export async function outsideToken(
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, string>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  const jwk = JSON.parse(bindings.OUTSIDE_PRIVATE_KEY) as Parameters<typeof importJWK>[0]
  return new SignJWT({
    iss: bindings.EXTERNAL_ISSUER,
    aud: bindings.EXTERNAL_AUDIENCE,
    sub: freshSub(),
    iat: now,
    exp: now + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'outside', ...header })
    .sign(await importJWK(jwk, 'ES256'))
}
