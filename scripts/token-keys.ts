import { createHash, generateKeyPairSync } from 'node:crypto'
import { z } from 'zod'

const Key = z.looseObject({ kid: z.string(), d: z.string().optional() })
const Keys = z.object({ keys: z.array(Key).min(1) })
export type TokenKey = z.infer<typeof Key>

/** An Ed25519 key as JWK, named by its RFC 7638 thumbprint; `iat` says since when it is there. */
export function generateTokenKey(): TokenKey {
  const { crv, x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const thumbprint = JSON.stringify({ crv, kty: 'OKP', x })
  const kid = createHash('sha256').update(thumbprint).digest('base64url')
  return {
    kty: 'OKP',
    crv,
    x,
    d,
    kid,
    alg: 'EdDSA',
    use: 'sig',
    iat: Math.floor(Date.now() / 1_000),
  }
}

/**
 * The steps of a rotation, each one a deployment of its own. The first key signs, all verify.
 *
 * | step      | the keys become          | then wait, before the next step                            |
 * |-----------|--------------------------|------------------------------------------------------------|
 * | `publish` | old, new                 | an hour: verifiers keep the published set so long           |
 * | `sign`    | new, old                 | `SESSION_MAX_AGE_HOURS`: so long an old token can be renewed |
 * | `retire`  | new                      |                                                            |
 */
export const STEPS = {
  publish: (keys) => [...keys, generateTokenKey()],
  sign: (keys) => [...keys.slice(-1), ...keys.slice(0, -1)],
  retire: (keys) => keys.slice(0, 1),
} as const satisfies Record<string, (keys: readonly TokenKey[]) => readonly TokenKey[]>
export type Step = keyof typeof STEPS

export const isStep = (name: string | undefined): name is Step =>
  name !== undefined && Object.hasOwn(STEPS, name)

/**
 * @param text `TOKEN_KEYS` as it is
 * @returns `TOKEN_KEYS` as it is to be
 * @throws when the text is no key set, or the step does not fit it
 */
export function rotate(text: string, step: Step): string {
  const { keys } = Keys.parse(JSON.parse(text))
  if (step !== 'publish' && keys.length < 2) throw new Error(`nothing to ${step}: publish first`)
  if (step === 'publish' && keys.length > 1)
    throw new Error('a rotation is under way: go on with it')
  return JSON.stringify({ keys: STEPS[step](keys) })
}
