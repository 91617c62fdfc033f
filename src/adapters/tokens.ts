import { type CryptoKey, type JWK, SignJWT, importJWK, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Result, fail, ok } from '../contract/result.ts'
import type { PublicKeySet, SpeculativeClaims } from '../contract/tokens.ts'
import type { TokenKeys } from '../env.ts'

const ALGORITHM = 'EdDSA'
/** RFC 8725, 3.11: a type of its own keeps one kind of token from passing for another. */
const SPECULATIVE_TYPE = 'spec+jwt'
const PUBLIC_JWK = { kty: 'OKP', crv: 'Ed25519' } as const

export interface TokenSettings {
  readonly PUBLIC_BASE_URL: string
  readonly TOKEN_KEYS: TokenKeys
  readonly TOKEN_TTL_SECONDS: number
  readonly SESSION_MAX_AGE_HOURS: number
}

export interface Tokens {
  readonly publicKeys: PublicKeySet
  issueSpeculative(claims: Omit<SpeculativeClaims, 'role'>, now: number): Promise<string>
  /** @param allow `expired`: as long as its session may live, for renewal */
  verifySpeculative(
    token: string,
    now: number,
    allow?: 'expired',
  ): Promise<Result<SpeculativeClaims, 'invalid'>>
}

const Payload = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  key: z.string().length(43),
  authEpoch: z.int().nonnegative(),
  role: z.literal('speculative'),
  jti: z.string(),
  iat: z.int(),
})

/** Speculative tokens: EdDSA JWTs whose audience is the onboarding API and nothing else. */
export function createTokens(settings: TokenSettings): Tokens {
  const issuer = settings.PUBLIC_BASE_URL
  const audience = `${issuer}/onboarding`
  const keys = new KeyRing(settings.TOKEN_KEYS)
  return {
    publicKeys: publicKeySet(settings.TOKEN_KEYS),

    async issueSpeculative({ specId, key, authEpoch }, now) {
      const issuedAt = Math.floor(now / 1_000)
      const { kid, privateKey } = await keys.signing()
      return new SignJWT({ sid: specId, key, authEpoch, role: 'speculative' })
        .setProtectedHeader({ alg: ALGORITHM, typ: SPECULATIVE_TYPE, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(specId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + settings.TOKEN_TTL_SECONDS)
        .setJti(crypto.randomUUID())
        .sign(privateKey)
    },

    async verifySpeculative(token, now, allow) {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keys.verifying(kid), {
          algorithms: [ALGORITHM],
          typ: SPECULATIVE_TYPE,
          issuer,
          audience,
          requiredClaims: ['exp', 'iat', 'jti'],
          currentDate: new Date(now),
          clockTolerance: allow === 'expired' ? settings.SESSION_MAX_AGE_HOURS * 3_600 : 0,
        })
        const { sub, sid, key, authEpoch, role, iat } = Payload.parse(payload)
        if (sub !== sid || iat * 1_000 > now) return fail('invalid')
        return ok({ role, specId: sid, key, authEpoch })
      } catch {
        // Whatever is wrong with it, the caller learns only that it is.
        return fail('invalid')
      }
    },
  }
}

/** Imports each key once per isolate; keeps the keys, not the promises of one request. */
class KeyRing {
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

const publicKeySet = ({ keys }: TokenKeys): PublicKeySet => ({
  keys: keys.map(({ kid, x }) => ({
    ...PUBLIC_JWK,
    kid,
    x,
    alg: ALGORITHM,
    use: 'sig',
  })),
})
