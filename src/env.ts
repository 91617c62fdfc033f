import { z } from 'zod'
import type { WakeMessage } from './contract/messages.ts'
import type { SubjectRpc } from './contract/subject-rpc.ts'

/** What wrangler.toml binds; settings are texts until `parseSettings` has read them. */
export interface Bindings extends Readonly<Record<string, unknown>> {
  readonly SUBJECTS: DurableObjectNamespace<SubjectRpc & Rpc.DurableObjectBranded>
  readonly HYDRATION: Queue<WakeMessage>
  readonly IP_LIMITER: RateLimit
  readonly ARCHIVE: R2Bucket
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
const httpUrl = z.url({ protocol: /^https?$/ })
/** An empty setting is one that was left out. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const Settings = z.object({
  PUBLIC_BASE_URL: httpUrl.transform((url) => url.replace(/\/$/, '')),
  /** 32 random bytes in base64url are 43 characters. */
  SUBJECT_PEPPER: z.string().min(43),
  TOKEN_KEYS: TokenKeys,
  TOKEN_TTL_SECONDS: seconds(300),
  SESSION_MAX_AGE_HOURS: z.coerce.number().positive().default(24),
  IP_LIMIT: z.enum(['on', 'off']).default('on'),
  USER_LIMIT_PER_MINUTE: z.coerce.number().int().nonnegative().default(3),
  DATABASE_URL: z.string().min(1),
  /** Where the Neon driver posts to, when it is not Neon itself. */
  DATABASE_HTTP_URL: optional(httpUrl),
  /** Absent: billing is off. */
  STRIPE_SECRET_KEY: optional(z.string()),
  STRIPE_API_BASE: optional(httpUrl),
  /** Absent: no mail is sent. */
  RESEND_API_KEY: optional(z.string()),
  RESEND_API_BASE: optional(httpUrl),
  MAIL_FROM: z.string().default('Foyer <hello@foyer.local>'),
})
export type Settings = z.infer<typeof Settings>

let parsed: Settings | undefined

/**
 * The settings, read once per isolate: a deployment's bindings never change under it, though each
 * object is handed a copy of its own.
 *
 * @throws Error that names every setting that is missing or malformed, without its value
 */
export function parseSettings(env: Bindings): Settings {
  if (parsed) return parsed
  const result = Settings.safeParse(env)
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`settings: ${faults.join('; ')}`)
  }
  parsed = result.data
  return parsed
}
