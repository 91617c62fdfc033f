import { z } from 'zod'

/** An e-mail address cannot be longer on the wire (RFC 5321, 4.5.3.1.3, less the brackets). */
export const EMAIL_MAX_OCTETS = 254
/** Longer than any plan a billing provider names, short enough for an index. */
const PLAN_ID_MAX_CHARS = 64
/** What browsers and proxies commonly pass on as a URL. */
const REFERRER_MAX_CHARS = 2_048
/** 16 characters are the least that a client cannot hit twice by accident. */
const IDEMPOTENCY_KEY_MIN_CHARS = 16
/** Stripe's own bound; two UUIDs and a label fit. */
const IDEMPOTENCY_KEY_MAX_CHARS = 255

/** No control characters and no lone surrogates: what cannot be printed cannot be meant. */
const printable = z.string().refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
  message: 'must not contain control characters or broken Unicode',
})

/** `POST /api/onboarding/speculative`. The address itself is judged by `core/identity`. */
export const SignUpRequest = z.strictObject({
  // Twice the limit in UTF-16 units lets an over-long address reach the precise error.
  email: printable.pipe(z.string().max(EMAIL_MAX_OCTETS * 2)),
  plan_id: z
    .string()
    .max(PLAN_ID_MAX_CHARS)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, {
      message: 'must start with a letter or digit and hold only letters, digits, "_" and "-"',
    }),
  referrer: printable.pipe(z.string().max(REFERRER_MAX_CHARS)).optional(),
})
export type SignUpRequest = z.infer<typeof SignUpRequest>

/** Header `Idempotency-Key`: visible ASCII, so that it means the same to every proxy. */
export const IdempotencyKey = z
  .string()
  .min(IDEMPOTENCY_KEY_MIN_CHARS)
  .max(IDEMPOTENCY_KEY_MAX_CHARS)
  .regex(/^[\x21-\x7e]*$/, { message: 'must be visible ASCII without spaces' })

/** `201` (or `200` for a replay) of the sign-up; `expires_in` in seconds. */
export const SignUpResponse = z.strictObject({
  token: z.string(),
  specId: z.uuid(),
  expires_in: z.int().positive(),
  status: z.literal('speculative'),
})
export type SignUpResponse = Readonly<z.infer<typeof SignUpResponse>>

/** States of one run; they only move to the right, `merged` and `failed` stay. */
export const RunStatus = z.enum(['pending', 'hydrating', 'merged', 'failed'])
export type RunStatus = z.infer<typeof RunStatus>

export const StepView = z.strictObject({
  name: z.string(),
  status: z.enum(['pending', 'done', 'failed']),
})
export type StepView = Readonly<z.infer<typeof StepView>>

/** `GET /api/onboarding/session`: where the account behind this session stands. */
export const SessionView = z.strictObject({
  specId: z.uuid(),
  status: RunStatus,
  /** Counts this session's own changes, from 1. */
  seq: z.int().positive(),
  steps: z.array(StepView.readonly()).readonly(),
  error: z.strictObject({ code: z.string(), message: z.string() }).readonly().exactOptional(),
})
export type SessionView = Readonly<z.infer<typeof SessionView>>

/** What the socket carries: the view, one frame for each change. */
export const StatusFrame = SessionView.extend({ type: z.literal('status') })
export type StatusFrame = Readonly<z.infer<typeof StatusFrame>>

/** The last `seq` that a client has seen, as clients say it. */
export const Seen = z
  .string()
  .regex(/^\d{1,9}$/, { message: 'must be a sequence number' })
  .optional()

/** As people type it: in two groups, with a space or a hyphen between. */
export const ClaimRequest = z.strictObject({
  code: z
    .string()
    .max(32)
    .transform((text) => text.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^\d{8}$/, { message: 'must be eight digits' })),
})

/** Any JSON object; how large it may be in all is the object's to say. */
export const DraftRequest = z.record(z.string().max(64), z.unknown())

/** `200` of `PATCH /api/onboarding/draft`: all that was said so far. */
export const DraftResponse = z.strictObject({ draft: DraftRequest })

/** `POST /api/onboarding/resume`. */
export const ResumeRequest = z.strictObject({ resumeToken: z.string() })
