import { z } from 'zod'
import type { ProviderBudgetRpc } from './contract/budget-rpc.ts'
import type { BehaviourMessage } from './contract/behaviour.ts'
import type { WakeMessage } from './contract/messages.ts'
import type { QuestionMessage } from './contract/question-message.ts'
import type { SubjectRpc } from './contract/subject-rpc.ts'

/** What wrangler.toml binds; settings are texts until `parseSettings` has read them. */
export interface Bindings extends Readonly<Record<string, unknown>> {
  readonly SUBJECTS: DurableObjectNamespace<SubjectRpc & Rpc.DurableObjectBranded>
  /** By provider. */
  readonly BUDGETS: DurableObjectNamespace<ProviderBudgetRpc & Rpc.DurableObjectBranded>
  readonly HYDRATION: Queue<WakeMessage>
  readonly BEHAVIOR: Queue<BehaviourMessage>
  /** Questions to a model. */
  readonly POLICY: Queue<QuestionMessage>
  readonly IP_LIMITER: RateLimit
  /** By person: how often behaviour may be reported. */
  readonly EVENTS_LIMITER: RateLimit
  readonly ARCHIVE: R2Bucket
  /** The pages, by address. Absent in tests. */
  readonly ASSETS?: Fetcher
  /** Only where answers are to be points of Analytics Engine. */
  readonly ANALYTICS?: AnalyticsEngineDataset
  /** Only where Cloudflare sends the mails. */
  readonly EMAIL?: SendEmail
}

/** A JWK set as text; the first key signs, all verify, so rotation publishes before it signs. */
const TokenKeys = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON Web Key Set' })
      return z.NEVER
    }
  })
  .pipe(
    z.object({
      keys: z
        .array(
          z.object({
            kty: z.literal('OKP'),
            crv: z.literal('Ed25519'),
            kid: z.string().min(1),
            x: z.string().min(1),
            d: z.string().min(1).optional(),
          }),
        )
        .min(1),
    }),
  )
export type TokenKeys = z.infer<typeof TokenKeys>

const seconds = (fallback: number) => z.coerce.number().int().positive().default(fallback)
const percent = z.coerce.number().min(0).max(100)
/** What a provider allows this deployment in any second, from all its consumers together. */
const callsPerSecond = z.coerce.number().positive()
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z](?:[a-z\d-]*[a-z\d])?$/
const httpUrl = z.url({ protocol: /^https?$/ })
/** An empty setting is one that was left out. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

/** By chain id. */
const WalletRpcUrls = z.string().transform((text, context) => {
  const urls = new Map<string, string>()
  for (const item of text.split(',')) {
    const [, chainId, url] = /^\s*([1-9]\d*)=(https?:\/\/\S+)\s*$/.exec(item) ?? []
    if (chainId === undefined || url === undefined || !URL.canParse(url)) {
      context.addIssue({ code: 'custom', message: 'must be like 1=https://…,10=https://…' })
      return z.NEVER
    }
    urls.set(chainId, url)
  }
  return urls
})

/** As Cloudflare's dashboard shows it, with or without the scheme. */
const TEAM_DOMAIN = /^(?:https:\/\/)?([a-z0-9-]+\.cloudflareaccess\.com)\/?$/

/** Of each group all are needed to be of use; one without the others is a mistake. */
const TOGETHER = [
  ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET'],
  ['EXTERNAL_JWKS_URL', 'EXTERNAL_ISSUER', 'EXTERNAL_AUDIENCE'],
  ['ACCESS_TEAM_DOMAIN', 'ACCESS_AUD'],
] as const

const Fields = z.object({
  PUBLIC_BASE_URL: httpUrl.transform((url) => url.replace(/\/$/, '')),
  /** 32 random bytes in base64url are 43 characters. */
  SUBJECT_PEPPER: z.string().min(43),
  TOKEN_KEYS: TokenKeys,
  /** `false`: a sign-up is answered when its account is built. */
  USE_SPECULATIVE_ONBOARDING: z.enum(['true', 'false']).default('true'),
  TOKEN_TTL_SECONDS: seconds(300),
  MEMBER_TOKEN_TTL_SECONDS: seconds(900),
  /** Who member tokens are for; absent: `PUBLIC_BASE_URL`. */
  TOKEN_AUDIENCE: optional(z.string()),
  SESSION_MAX_AGE_HOURS: z.coerce.number().positive().default(24),
  UNPROVEN_RETENTION_DAYS: z.coerce.number().positive().default(30),
  /** Whether `CF-Connecting-IP` is the edge's own word; without an edge in front anybody can set it. */
  TRUST_EDGE_ADDRESS: z.enum(['true', 'false']).default('false'),
  IP_LIMIT: z.enum(['on', 'off']).default('on'),
  /** Origins besides our own whose pages may open a socket, separated by commas. */
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .transform((origins) => origins.filter((origin) => origin !== '')),
  /** Nobody signs up with an address of these or of one below; as A-labels, separated by commas. */
  BLOCKED_EMAIL_DOMAINS: z
    .string()
    .default('')
    .transform((list) => list.toLowerCase().split(/[\s,]+/))
    .transform((domains) => domains.filter((domain) => domain !== ''))
    .pipe(z.array(z.string().regex(DOMAIN, 'must be domains, separated by commas')))
    .transform((domains): ReadonlySet<string> => new Set(domains)),
  /** Of Cloudflare's Turnstile: whoever signs up brings its token. Absent: nobody is asked. */
  TURNSTILE_SECRET: optional(z.string()),
  /** Where its tokens are judged, when that is not at Cloudflare. */
  TURNSTILE_API_URL: optional(httpUrl),
  /** A sign-up takes at least this long, so that a warm object tells less by answering sooner. */
  RESPONSE_FLOOR_MS: z.coerce.number().int().nonnegative().default(0),
  USER_LIMIT_PER_MINUTE: z.coerce.number().int().nonnegative().default(3),
  /** Of people who chose none: who sign in with a wallet or with an outside issuer. */
  DEFAULT_PLAN_ID: z.string().min(1).default('free'),
  /** Chains whose wallets may sign in (EIP-155), separated by commas. */
  WALLET_CHAIN_IDS: z
    .string()
    .regex(/^[1-9]\d*(?:,[1-9]\d*)*$/)
    .default('1')
    .transform((list) => list.split(',')),
  /**
   * Nodes to ask about wallets that are contracts (ERC-1271): `1=https://…,10=https://…`. Of a chain
   * without one only wallets with a key sign in.
   */
  WALLET_RPC_URLS: optional(WalletRpcUrls).transform((urls) => urls ?? new Map<string, string>()),
  /** People who are signed in with somebody else: all three, or none. */
  EXTERNAL_JWKS_URL: optional(httpUrl),
  EXTERNAL_ISSUER: optional(z.string()),
  EXTERNAL_AUDIENCE: optional(z.string()),
  DATABASE_URL: z.string().min(1),
  /** Where the Neon driver posts to, when it is not Neon itself. */
  DATABASE_HTTP_URL: optional(httpUrl),
  /** The tenant's own domain, not a custom one: the Management API is named by it. Absent: identity is off. */
  AUTH0_DOMAIN: optional(z.hostname()),
  AUTH0_CLIENT_ID: optional(z.string()),
  AUTH0_CLIENT_SECRET: optional(z.string()),
  /** A database connection: only there can we name the user's id. */
  AUTH0_CONNECTION: optional(z.string()).transform(
    (name) => name ?? 'Username-Password-Authentication',
  ),
  /** Where Auth0 is, when it is not at its domain. */
  AUTH0_API_BASE: optional(httpUrl),
  /** 16 is what paid tenants sustain; a free one allows 2. */
  AUTH0_CALLS_PER_SECOND: callsPerSecond.default(16),
  /** Absent: billing is off. */
  STRIPE_SECRET_KEY: optional(z.string()),
  STRIPE_API_BASE: optional(httpUrl),
  /** What webhooks are signed with; while it is replaced two, separated by a comma. Absent: they are off. */
  STRIPE_WEBHOOK_SECRET: optional(z.string()).transform((list) =>
    (list ?? '')
      .split(',')
      .map((secret) => secret.trim())
      .filter((secret) => secret !== ''),
  ),
  /**
   * Stripe lets any key, also a live one, call one endpoint 25 times a second, though a live account 100 times
   * in all; each new person is a call to the same one, and its 429 would pause all of them.
   * https://docs.stripe.com/rate-limits
   */
  STRIPE_CALLS_PER_SECOND: optional(callsPerSecond).transform((calls) => calls ?? 25),
  /** Who sends the mails: Resend by its key, or Cloudflare by the binding `EMAIL` in wrangler.toml. */
  MAIL_PROVIDER: optional(z.enum(['resend', 'cloudflare'])).transform((name) => name ?? 'resend'),
  /** Absent: Resend sends no mail. */
  RESEND_API_KEY: optional(z.string()),
  RESEND_API_BASE: optional(httpUrl),
  /** Of mails, whoever sends them. Resend allows each team 5, unless it agreed on more. */
  RESEND_CALLS_PER_SECOND: callsPerSecond.default(5),
  /** Absent: no model is asked, the rules decide. */
  OPENAI_API_KEY: optional(z.string()),
  /** Of any service that speaks OpenAI's protocol, with its version: `http://127.0.0.1:8792/v1`. */
  OPENAI_BASE_URL: optional(httpUrl),
  OPENAI_MODEL: optional(z.string().max(128)).transform((name) => name ?? 'gpt-4.1-mini'),
  /** In dollars for a million tokens, as the model's price list says. */
  OPENAI_INPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(0.4),
  OPENAI_OUTPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(1.6),
  /** 500 a minute is what OpenAI allows whoever has begun to pay. */
  OPENAI_CALLS_PER_SECOND: callsPerSecond.default(8),
  /** An answer takes some seconds: ten at a time are more than the tokens of a minute allow. */
  OPENAI_CONCURRENCY: z.coerce.number().int().positive().max(1_000).default(10),
  /** Of prompts and of what answers may have: what OpenAI allows whoever has begun to pay. */
  OPENAI_TOKENS_PER_MINUTE: z.coerce.number().int().positive().default(200_000),
  /**
   * The most that the model may cost in a UTC day; then the rules decide. 0: it is never asked. Five
   * dollars are some three thousand answers of a small model, each of which serves everybody in the
   * same state, and a mistake that nobody would regret for long.
   */
  LLM_DAILY_BUDGET_USD: optional(z.coerce.number().nonnegative().max(1_000_000)).transform(
    (usd) => usd ?? 5,
  ),
  /**
   * Opens the admin routes, 24 random bytes or more, where Access is not set; where it is, this opens
   * nothing. Neither: nobody can.
   */
  ADMIN_TOKEN: optional(z.string().min(32)),
  /** Cloudflare Access stands before the admin routes: both, or none. */
  ACCESS_TEAM_DOMAIN: optional(z.string().regex(TEAM_DOMAIN)),
  /** The application's "AUD tag". */
  ACCESS_AUD: optional(z.string()),
  /** Where Access shows its keys, when that is not at the team's domain. */
  ACCESS_CERTS_URL: optional(httpUrl),
  /** How many events of a person the rules alone answer. The journey counts no further than 20. */
  COLD_START_EVENTS: z.coerce.number().int().nonnegative().max(20).default(3),
  /** Names the experiment. Under another one new people are drawn anew; the others stay what they are. */
  EXPERIMENT_ID: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
    .default('onboarding-1'),
  /** Of a hundred people: how many the rules alone serve, and how many see no recommendation at all. */
  RULES_BASELINE_PERCENT: percent.default(10),
  HOLDOUT_PERCENT: percent.default(0),
  MAIL_FROM: z.string().default('Foyer <hello@foyer.local>'),
})

const Settings = Fields.superRefine((settings, context) => {
  for (const group of TOGETHER) {
    const given = group.find((name) => settings[name] !== undefined)
    for (const name of group) {
      if (given === undefined || settings[name] !== undefined) continue
      const message = `is missing, while ${given} is set`
      context.addIssue({ code: 'custom', path: [name], message })
    }
  }
  // Keys alone would be no lock: the token would go on opening the door that Access was meant to guard.
  if (settings.ACCESS_CERTS_URL !== undefined && settings.ACCESS_TEAM_DOMAIN === undefined) {
    const message = 'is missing, while ACCESS_CERTS_URL is set'
    context.addIssue({ code: 'custom', path: ['ACCESS_TEAM_DOMAIN'], message })
  }
  if (settings.RULES_BASELINE_PERCENT + settings.HOLDOUT_PERCENT > 100) {
    const message = 'must not exceed 100 together with RULES_BASELINE_PERCENT'
    context.addIssue({ code: 'custom', path: ['HOLDOUT_PERCENT'], message })
  }
  // Tokens are told apart by their issuer: our own would be taken for the other's.
  if (settings.EXTERNAL_ISSUER === settings.PUBLIC_BASE_URL) {
    const message = 'must not be PUBLIC_BASE_URL'
    context.addIssue({ code: 'custom', path: ['EXTERNAL_ISSUER'], message })
  }
})
export type Settings = z.infer<typeof Settings>

/** The issuer elsewhere whose people are let in; `null`: there is none. */
export function outsideIssuerOf({
  EXTERNAL_JWKS_URL: jwksUrl,
  EXTERNAL_ISSUER: issuer,
  EXTERNAL_AUDIENCE: audience,
}: Settings) {
  return jwksUrl === undefined || issuer === undefined || audience === undefined
    ? null
    : { jwksUrl, issuer, audience }
}

/** The Access application that guards the admin routes; `null`: `ADMIN_TOKEN` does. */
export function accessApplicationOf({
  ACCESS_TEAM_DOMAIN: teamDomain,
  ACCESS_AUD: audience,
  ACCESS_CERTS_URL: certsUrl,
}: Settings) {
  const [, host] = TEAM_DOMAIN.exec(teamDomain ?? '') ?? []
  if (host === undefined || audience === undefined) return null
  const issuer = `https://${host}`
  return { issuer, audience, certsUrl: certsUrl ?? `${issuer}/cdn-cgi/access/certs` }
}

/** Of the present settings: whoever belongs to an earlier one stays there. */
export const experimentOf = (settings: Settings) => ({
  id: settings.EXPERIMENT_ID,
  holdoutPercent: settings.HOLDOUT_PERCENT,
  baselinePercent: settings.RULES_BASELINE_PERCENT,
})

/** Names settings and never their values: its message may be logged. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const NAMES = Object.keys(Fields.shape)
const seen = new WeakMap<Bindings, Settings>()
let latest: { readonly env: Bindings; readonly settings: Settings } | undefined

/**
 * The settings, parsed once for as long as they stay the same: every object is handed a copy of the
 * bindings of its own, and an isolate may outlive a deployment that changed them.
 *
 * @throws SettingsError
 */
export function parseSettings(env: Bindings): Settings {
  const known = seen.get(env)
  if (known) return known
  const same = latest !== undefined && NAMES.every((name) => latest?.env[name] === env[name])
  const settings = same && latest !== undefined ? latest.settings : parse(env)
  latest = { env, settings }
  seen.set(env, settings)
  return settings
}

function parse(env: Bindings): Settings {
  const result = Settings.safeParse(env)
  if (result.success) return withBinding(result.data, env)
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new SettingsError(faults.join('; '))
}

/** A binding is no setting, but one that is missing is as much of a mistake. */
function withBinding(settings: Settings, { EMAIL }: Bindings): Settings {
  if (settings.MAIL_PROVIDER !== 'cloudflare' || EMAIL !== undefined) return settings
  throw new SettingsError('EMAIL: is not bound in wrangler.toml, while MAIL_PROVIDER is cloudflare')
}
