import { type Layout, type Listener, urlOf } from './layout.ts'
import { Problem } from './problem.ts'
import type { Secrets } from './secrets.ts'

/** Settings of the Worker that have a name of their own. */
const NAMES = new Set([
  'USE_SPECULATIVE_ONBOARDING',
  'TOKEN_TTL_SECONDS',
  'MEMBER_TOKEN_TTL_SECONDS',
  'SESSION_MAX_AGE_HOURS',
  'UNPROVEN_RETENTION_DAYS',
  'IP_LIMIT',
  'TRUST_EDGE_ADDRESS',
  'USER_LIMIT_PER_MINUTE',
  'RESPONSE_FLOOR_MS',
  'COLD_START_EVENTS',
  'EXPERIMENT_ID',
  'RULES_BASELINE_PERCENT',
  'HOLDOUT_PERCENT',
  'LLM_DAILY_BUDGET_USD',
  'PUBLIC_BASE_URL',
  'ALLOWED_ORIGINS',
  'BLOCKED_EMAIL_DOMAINS',
  'TOKEN_AUDIENCE',
  'ADMIN_TOKEN',
  'SUBJECT_PEPPER',
  'TOKEN_KEYS',
  'WALLET_CHAIN_IDS',
  'WALLET_RPC_URLS',
  'DEFAULT_PLAN_ID',
  'DATABASE_URL',
  'DATABASE_HTTP_URL',
  'MAIL_FROM',
  'MAIL_PROVIDER',
])

/** Settings that come in families, one for each outside party. */
const FAMILIES = /^(?:ACCESS|AUTH0|EXTERNAL|OPENAI|RESEND|STRIPE|TURNSTILE)_[A-Z0-9_]+$/

/** Any of them in the environment means an account there; an empty domain means none at all. */
const AUTH0_ACCOUNT = ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET'] as const
/** Only ever a name: the local service is found by its address. */
const LOCAL_AUTH0_DOMAIN = 'identity.local'

/** The local services take what they get. */
const LOCAL_CALLS_PER_SECOND = '10000'

/** The local model takes any key. */
const LOCAL_MODEL_KEY = 'local'

const LOCAL_DATABASE_URL = 'postgres://foyer:foyer@127.0.0.1/foyer'

export interface Plan {
  /** What the Worker is given. */
  readonly settings: Readonly<Record<string, string>>
  /** Which services of our own it needs. */
  readonly services: readonly Exclude<Listener, 'app'>[]
  /** The database that the database service is a bridge to; absent when it is one itself. */
  readonly bridgedDatabaseUrl: string | undefined
}

/**
 * The settings of the Worker: what the environment says, else a secret of this data folder or a
 * service of our own. Who brings an account, or an address, of a provider means that one.
 * @throws a Problem when the database's address cannot be read.
 */
export function planSettings(
  environment: NodeJS.ProcessEnv,
  secrets: Secrets,
  layout: Layout,
): Plan {
  const given = workerSettings(environment)
  if (given['DATABASE_URL'] !== undefined && !URL.canParse(given['DATABASE_URL'])) {
    throw new Problem('DATABASE_URL is not an address like postgres://user:password@host/database')
  }
  const local = {
    mail: given['RESEND_API_KEY'] === undefined && given['RESEND_API_BASE'] === undefined,
    billing: given['STRIPE_SECRET_KEY'] === undefined && given['STRIPE_API_BASE'] === undefined,
    identity: !hasAuth0Account(given) && given['AUTH0_API_BASE'] === undefined,
    database: given['DATABASE_HTTP_URL'] === undefined && !isNeon(given['DATABASE_URL']),
    // Only for who asks for it: without a model the rules decide, and that is a whole system, too.
    model: originOf(given['OPENAI_BASE_URL']) === urlOf(layout, 'model'),
  }
  const settings = {
    PUBLIC_BASE_URL: urlOf(layout, 'app'),
    // No edge in front: whatever a client says of its address is its own invention.
    TRUST_EDGE_ADDRESS: 'false',
    MAIL_FROM: 'Foyer <hello@foyer.local>',
    DATABASE_URL: LOCAL_DATABASE_URL,
    ...(hasAuth0Account(given) ? withoutAuth0(secrets) : localAuth0(secrets)),
    ...(local.mail ? localProvider('RESEND', urlOf(layout, 'mail')) : {}),
    ...(local.billing ? localProvider('STRIPE', urlOf(layout, 'billing')) : {}),
    ...(local.identity ? localProvider('AUTH0', urlOf(layout, 'identity')) : {}),
    ...(local.database ? { DATABASE_HTTP_URL: `${urlOf(layout, 'database')}/sql` } : {}),
    ...(local.model ? { OPENAI_API_KEY: LOCAL_MODEL_KEY } : {}),
    ...given,
  }
  const services = (['database', 'mail', 'billing', 'identity', 'model'] as const).filter(
    (name) => local[name],
  )
  return { settings, services, bridgedDatabaseUrl: given['DATABASE_URL'] }
}

const localProvider = (name: string, url: string): Record<string, string> => ({
  [`${name}_API_BASE`]: url,
  [`${name}_CALLS_PER_SECOND`]: LOCAL_CALLS_PER_SECOND,
})

const hasAuth0Account = (given: Readonly<Record<string, string>>): boolean =>
  AUTH0_ACCOUNT.some((name) => given[name] !== undefined)

const localAuth0 = (secrets: Secrets): Record<string, string> => ({
  AUTH0_DOMAIN: LOCAL_AUTH0_DOMAIN,
  ...secrets,
})

/** Half of our own account and half of somebody's would be no account. */
function withoutAuth0(secrets: Secrets): Record<string, string> {
  const { AUTH0_CLIENT_ID: _, AUTH0_CLIENT_SECRET: __, ...others } = secrets
  return others
}

function workerSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (NAMES.has(name) || FAMILIES.test(name))) given[name] = value
  }
  return given
}

const originOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined

/** Neon speaks the protocol by itself; any other PostgreSQL needs a bridge. */
function isNeon(databaseUrl: string | undefined): boolean {
  return databaseUrl !== undefined && new URL(databaseUrl).hostname.endsWith('.neon.tech')
}
