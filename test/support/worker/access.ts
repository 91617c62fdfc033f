import { type CryptoKey, SignJWT, base64url, exportJWK, generateKeyPair } from 'jose'
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import worker from '../../../src/worker.ts'
import { ORIGIN, bindings } from './api.ts'

/** The team's name, and the tag of the application that guards the admin routes. */
export const TEAM = 'foyer-test.cloudflareaccess.com'
export const AUD = 'f'.repeat(64)
export const OPERATOR = 'ada@operators.example'

export type Algorithm = 'RS256' | 'ES256'

interface Key {
  readonly kid: string
  readonly alg: Algorithm
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

/** A team's Access: real keys, which it shows at an address of its own. */
export class AccessTeam {
  readonly #certsUrl = `${new URL(bindings.EXTERNAL_JWKS_URL).origin}/certs/${crypto.randomUUID()}`
  #keys: readonly Key[] = []

  /** One more key, which signs from now on; `keep` of those before are shown still. */
  async rotate(alg: Algorithm = 'RS256', keep = 1): Promise<void> {
    const pair = await generateKeyPair(alg, { extractable: true })
    this.#keys = [{ ...pair, alg, kid: crypto.randomUUID() }, ...this.#keys.slice(0, keep)]
    await this.#show()
  }

  async #show(): Promise<void> {
    const keys = this.#keys.map(async ({ publicKey, kid, alg }) => {
      return { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
    })
    const body = JSON.stringify({ keys: await Promise.all(keys) })
    const shown = await fetch(this.#certsUrl, { method: 'PUT', body })
    if (!shown.ok) throw new Error(`certs: ${shown.status}`)
  }

  get bindings() {
    return {
      ...bindings,
      ACCESS_TEAM_DOMAIN: TEAM,
      ACCESS_AUD: AUD,
      ACCESS_CERTS_URL: this.#certsUrl,
    }
  }

  /** As Access makes them, in all but what the test changes. */
  async assertion(
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const [key] = this.#keys
    if (key === undefined) throw new Error('this team has no key yet')
    const now = Math.floor(Date.now() / 1_000)
    return new SignJWT({
      aud: [AUD],
      email: OPERATOR,
      exp: now + 3_600,
      iat: now,
      nbf: now,
      iss: `https://${TEAM}`,
      type: 'app',
      sub: crypto.randomUUID(),
      country: 'NL',
      ...claims,
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey)
  }

  /** The public key, as a secret that everybody knows. */
  async publicSecret(): Promise<{ readonly kid: string; readonly secret: Uint8Array }> {
    const [key] = this.#keys
    if (key === undefined) throw new Error('this team has no key yet')
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(key.publicKey)))
    return { kid: key.kid, secret }
  }
}

/** An assertion under whatever header, with a signature of nobody. */
export function unsigned(assertion: string, header: Readonly<Record<string, string>>): string {
  const [, payload = ''] = assertion.split('.')
  return `${base64url.encode(JSON.stringify(header))}.${payload}.`
}

/** Asks the Worker as it is with these bindings. */
export async function callWith(
  env: typeof bindings,
  path: string,
  init: RequestInit & { readonly origin?: string } = {},
): Promise<Response> {
  const context = createExecutionContext()
  const response = await worker.fetch(
    new Request(`${init.origin ?? ORIGIN}${path}`, init),
    env,
    context,
  )
  await waitOnExecutionContext(context)
  return response
}

export const asserted = (assertion: string) => ({ 'Cf-Access-Jwt-Assertion': assertion })
