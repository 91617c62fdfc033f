import { randomUUID } from 'node:crypto'
import { type CryptoKey, SignJWT, importJWK, jwtVerify } from 'jose'
import { z } from 'zod'

export const TOKEN_TTL_SECONDS = 300
const ISSUER = 'https://peer.test'
const AUDIENCE = `${ISSUER}/onboarding`
const ALGORITHM = 'EdDSA'

const Key = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string(),
  x: z.string(),
  d: z.string(),
})

const Payload = z.object({
  sub: z.uuid(),
  key: z.string().length(43),
  role: z.string(),
  exp: z.int(),
})

/** As many as Foyer remembers. */
const REMEMBERED_MAX = 1_000

export interface Claims {
  readonly specId: string
  /** Of the person. */
  readonly key: string
}

/** The same tokens as Foyer's: EdDSA, every claim. */
export class Tokens {
  readonly #kid: string
  readonly #secret: CryptoKey | Uint8Array
  readonly #public: CryptoKey | Uint8Array
  /** Whose signature was found good, as Foyer does: a page calls again and again with the same one. */
  readonly #known = new Map<string, { readonly claims: Claims; readonly untilMs: number }>()

  private constructor(kid: string, secret: CryptoKey | Uint8Array, open: CryptoKey | Uint8Array) {
    this.#kid = kid
    this.#secret = secret
    this.#public = open
  }

  /** @param keySet a JWK set as JSON; its first key signs */
  static async of(keySet: string): Promise<Tokens> {
    const [{ d, ...open }] = z.object({ keys: z.tuple([Key]) }).parse(JSON.parse(keySet)).keys
    return new Tokens(
      open.kid,
      await importJWK({ ...open, d }, ALGORITHM),
      await importJWK(open, ALGORITHM),
    )
  }

  sign(specId: string, key: string): Promise<string> {
    return new SignJWT({ sid: specId, key, authEpoch: 0, role: 'speculative' })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#kid, typ: 'spec+jwt' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(specId)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_TTL_SECONDS}s`)
      .setJti(randomUUID())
      .sign(this.#secret)
  }

  /** @returns `null` whatever is wrong with it */
  async verify(token: string): Promise<Claims | null> {
    const known = this.#known.get(token)
    if (known !== undefined && Date.now() < known.untilMs) return known.claims
    this.#known.delete(token)
    try {
      const { payload } = await jwtVerify(token, this.#public, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        typ: 'spec+jwt',
      })
      const { sub, key, exp } = Payload.parse(payload)
      const claims = { specId: sub, key }
      this.#remember(token, { claims, untilMs: exp * 1_000 })
      return claims
    } catch {
      return null
    }
  }

  #remember(token: string, verified: { claims: Claims; untilMs: number }): void {
    this.#known.set(token, verified)
    if (this.#known.size <= REMEMBERED_MAX) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
