import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** A fresh Ed25519 key as `TOKEN_KEYS` wants it. */
export function tokenKeys(...kids: readonly string[]): string {
  return JSON.stringify({
    keys: kids.map((kid) => ({
      ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
      kid,
      alg: 'EdDSA',
      use: 'sig',
    })),
  })
}

/** Settings of the Worker under test; the addresses outside are answered by the tests themselves. */
export const testBindings = (): Record<string, string> => ({
  PUBLIC_BASE_URL: 'https://foyer.test',
  SUBJECT_PEPPER: randomBytes(32).toString('base64url'),
  TOKEN_KEYS: tokenKeys('first', 'second'),
  DATABASE_URL: 'postgres://foyer:foyer@database.test/foyer',
  DATABASE_HTTP_URL: 'https://database.test/sql',
  STRIPE_SECRET_KEY: 'sk_test_local',
  STRIPE_API_BASE: 'https://billing.test',
  RESEND_API_KEY: 're_local',
  RESEND_API_BASE: 'https://mail.test',
  IP_LIMIT: 'off',
})
