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

/** Settings of the Worker under test; where the services are is added by whoever starts them. */
export const testBindings = () => ({
  PUBLIC_BASE_URL: 'https://foyer.test',
  SUBJECT_PEPPER: randomBytes(32).toString('base64url'),
  TOKEN_KEYS: tokenKeys('first', 'second'),
  AUTH0_DOMAIN: 'identity.test',
  AUTH0_CLIENT_ID: 'local',
  AUTH0_CLIENT_SECRET: 'local',
  STRIPE_SECRET_KEY: 'sk_test_local',
  STRIPE_WEBHOOK_SECRET: 'whsec_new, whsec_old',
  RESEND_API_KEY: 're_local',
  IP_LIMIT: 'off',
  // The local services have no limits.
  AUTH0_CALLS_PER_SECOND: '10000',
  STRIPE_CALLS_PER_SECOND: '10000',
  RESEND_CALLS_PER_SECOND: '10000',
  OPENAI_CALLS_PER_SECOND: '10000',
  OPENAI_TOKENS_PER_MINUTE: '100000000',
  ADMIN_TOKEN: randomBytes(32).toString('base64url'),
})
