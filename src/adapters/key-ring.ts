import { type CryptoKey, type JWK, importJWK } from 'jose'
import type { PublicKeySet } from '../contract/tokens.ts'
import type { TokenKeys } from '../env.ts'

export const ALGORITHM = 'EdDSA'
const PUBLIC_JWK = { kty: 'OKP', crv: 'Ed25519' } as const

/** Imports each key once per isolate; keeps the keys, not the promises of one request. */
export class KeyRing {
  readonly #keys: TokenKeys['keys']
  readonly #imported = new Map<string, CryptoKey>()

  constructor({ keys }: TokenKeys) {
    this.#keys = keys
  }

  async signing(): Promise<{ kid: string; privateKey: CryptoKey }> {
    const [first] = this.#keys
    if (first?.d === undefined) throw new Error('the first of TOKEN_KEYS has no private part')
    const { kid, x, d } = first
    return { kid, privateKey: await this.#import(`private:${kid}`, { ...PUBLIC_JWK, x, d }) }
  }

  async verifying(kid: string | undefined): Promise<CryptoKey> {
    const key = this.#keys.find((candidate) => candidate.kid === kid)
    if (key === undefined) throw new Error('unknown kid')
    return this.#import(`public:${key.kid}`, { ...PUBLIC_JWK, x: key.x })
  }

  async #import(name: string, jwk: JWK): Promise<CryptoKey> {
    const known = this.#imported.get(name)
    if (known) return known
    const imported = await importJWK(jwk, ALGORITHM)
    if (imported instanceof Uint8Array) throw new Error('a symmetric key among TOKEN_KEYS')
    this.#imported.set(name, imported)
    return imported
  }
}

export const publicKeySet = ({ keys }: TokenKeys): PublicKeySet => ({
  keys: keys.map(({ kid, x }) => ({
    ...PUBLIC_JWK,
    kid,
    x,
    alg: ALGORITHM,
    use: 'sig',
  })),
})
