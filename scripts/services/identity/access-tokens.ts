import { randomBytes } from 'node:crypto'
import { z } from 'zod'

/** What the Management API's tokens live by default. */
const LIFETIME_SECONDS = 86_400
const TOKEN_BYTES = 32

/** Any client with a secret: there is no tenant here that could know them. */
const TokenRequest = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  audience: z.url(),
})

/** Tokens that were handed out. They live in memory: after a restart everybody has to ask again. */
export class AccessTokens {
  readonly #expiresAt = new Map<string, number>()

  isValid(token: string): boolean {
    return (this.#expiresAt.get(token) ?? 0) > Date.now()
  }

  /** `POST /oauth/token`, in either encoding. Its errors have the shape of OAuth 2 (RFC 6749, 5.2). */
  answer(encoded: string): Response {
    const request = TokenRequest.safeParse(decode(encoded))
    if (!request.success) {
      const error = 'access_denied'
      return Response.json({ error, error_description: 'Unauthorized' }, { status: 401 })
    }
    const body = {
      access_token: this.#issue(),
      scope: 'create:users read:users update:users delete:users',
      expires_in: LIFETIME_SECONDS,
      token_type: 'Bearer',
    }
    return Response.json(body, { headers: { 'cache-control': 'no-store' } })
  }

  #issue(): string {
    const now = Date.now()
    for (const [token, expiresAt] of this.#expiresAt) {
      if (expiresAt <= now) this.#expiresAt.delete(token)
    }
    const token = `local_${randomBytes(TOKEN_BYTES).toString('base64url')}`
    this.#expiresAt.set(token, now + LIFETIME_SECONDS * 1_000)
    return token
  }
}

function decode(encoded: string): unknown {
  try {
    return JSON.parse(encoded)
  } catch {
    return Object.fromEntries(new URLSearchParams(encoded))
  }
}
