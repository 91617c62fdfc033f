/** What is set with `wrangler secret`, never in wrangler.toml; the values of others are no secret. */
export const SECRET_NAMES = [
  'SUBJECT_PEPPER',
  'TOKEN_KEYS',
  'DATABASE_URL',
  'ADMIN_TOKEN',
  'AUTH0_DOMAIN',
  'AUTH0_CLIENT_ID',
  'AUTH0_CLIENT_SECRET',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'RESEND_API_KEY',
  'OPENAI_API_KEY',
  'TURNSTILE_SECRET',
  'WALLET_RPC_URLS',
] as const
export type SecretName = (typeof SECRET_NAMES)[number]

/** Without one of these nothing works; the others switch something on. */
export const NEEDED: readonly SecretName[] = ['SUBJECT_PEPPER', 'TOKEN_KEYS', 'DATABASE_URL']

/** Made by us, once: with another pepper nobody is found again. */
export const OWN: readonly SecretName[] = ['SUBJECT_PEPPER', 'TOKEN_KEYS']
