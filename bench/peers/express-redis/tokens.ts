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

const Payload = z.object({ sub: z.uuid(), key: z.string().length(43), role: z.string() })

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
    try {
      const { payload } = await jwtVerify(token, this.#public, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        typ: 'spec+jwt',
      })
      const { sub, key } = Payload.parse(payload)
      return { specId: sub, key }
    } catch {
      return null
    }
  }
}
