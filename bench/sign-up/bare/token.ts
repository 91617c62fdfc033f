import { Buffer } from 'node:buffer'
import type { webcrypto } from 'node:crypto'

/** As the product has them, so that both tokens are equally long. */
const ISSUER = 'https://foyer.test'
export const TOKEN_TTL_SECONDS = 300

const encoder = new TextEncoder()

export interface KeySettings {
  readonly SUBJECT_PEPPER: string
  readonly SIGNING_KEY: Readonly<Record<'kid' | 'kty' | 'crv' | 'x' | 'd', string>>
}

/** What of a token is asked for again. */
export interface Claims {
  readonly sid: string
  readonly key: string
}

export interface Keys {
  readonly pepper: webcrypto.CryptoKey
  readonly signing: webcrypto.CryptoKey
  readonly verifying: webcrypto.CryptoKey
  /** The JOSE header as it is sent: it never changes. */
  readonly header: string
}

export async function importKeys({ SUBJECT_PEPPER, SIGNING_KEY }: KeySettings): Promise<Keys> {
  const { kid, kty, crv, x, d } = SIGNING_KEY
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  return {
    pepper: await crypto.subtle.importKey('raw', encoder.encode(SUBJECT_PEPPER), hmac, false, [
      'sign',
    ]),
    signing: await crypto.subtle.importKey('jwk', { kty, crv, x, d }, 'Ed25519', false, ['sign']),
    verifying: await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify']),
    header: encodeJson({ alg: 'EdDSA', typ: 'spec+jwt', kid }),
  }
}

export const nameOf = async ({ pepper }: Keys, email: string): Promise<string> =>
  base64url(await crypto.subtle.sign('HMAC', pepper, encoder.encode(`email:${email}`)))

/** The same claims as the product's, in a JWT put together by hand. */
export async function issueToken(keys: Keys, specId: string, key: string): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000)
  const payload = encodeJson({
    sid: specId,
    key,
    authEpoch: 0,
    role: 'speculative',
    iss: ISSUER,
    aud: `${ISSUER}/onboarding`,
    sub: specId,
    iat,
    exp: iat + TOKEN_TTL_SECONDS,
    jti: crypto.randomUUID(),
  })
  const signed = `${keys.header}.${payload}`
  const signature = await crypto.subtle.sign('Ed25519', keys.signing, encoder.encode(signed))
  return `${signed}.${base64url(signature)}`
}

/** @returns the claims, or null when the signature is not ours */
export async function readToken(keys: Keys, token: string): Promise<Claims | null> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const signed = encoder.encode(`${header}.${payload}`)
  const bytes = Buffer.from(signature, 'base64url')
  if (!(await crypto.subtle.verify('Ed25519', keys.verifying, bytes, signed))) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is signed was made here; a check would cost what is compared
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
}

const encodeJson = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

const base64url = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64url')
