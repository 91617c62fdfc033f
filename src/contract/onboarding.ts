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
export interface SignUpResponse {
  readonly token: string
  readonly specId: string
  readonly expires_in: number
  readonly status: 'speculative'
}

/** States of one run; they only move to the right, `merged` and `failed` stay. */
export const RunStatus = z.enum(['pending', 'hydrating', 'merged', 'failed'])
export type RunStatus = z.infer<typeof RunStatus>

export interface StepView {
  readonly name: string
  readonly status: 'pending' | 'done' | 'failed'
}

/** `GET /api/onboarding/session`: where the account behind this session stands. */
export interface SessionView {
  readonly specId: string
  readonly status: RunStatus
  /** Counts this session's own changes, from 1. */
  readonly seq: number
  readonly steps: readonly StepView[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** What the socket carries: the view, one frame for each change. */
export interface StatusFrame extends SessionView {
  readonly type: 'status'
}
