import { z } from 'zod'

/** Every error code a caller can meet, and the HTTP status it travels under. */
export const ERROR_STATUS = {
  malformed_json: 400,
  validation_failed: 400,
  signature_invalid: 400,
  unauthorized: 401,
  code_invalid: 401,
  forbidden: 403,
  challenge_failed: 403,
  not_found: 404,
  idempotency_key_reused: 409,
  replay_running: 409,
  nothing_to_replay: 409,
  erasure_running: 409,
  link_expired: 410,
  payload_too_large: 413,
  unsupported_media_type: 415,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

/** One thing that is wrong with one field; `path` is dotted, empty for the body as a whole. */
export const FieldIssue = z.strictObject({ path: z.string(), message: z.string() })
export type FieldIssue = Readonly<z.infer<typeof FieldIssue>>

const isErrorCode = (name: string): name is ErrorCode => name in ERROR_STATUS

/** The one shape of every error body. */
export const ErrorBody = z.strictObject({
  error: z
    .strictObject({
      code: z.enum(Object.keys(ERROR_STATUS).filter(isErrorCode)),
      message: z.string(),
      details: z.array(FieldIssue.readonly()).readonly().exactOptional(),
      requestId: z.uuid(),
    })
    .readonly(),
})
export type ErrorBody = Readonly<z.infer<typeof ErrorBody>>

/** @param prefix where in the request it was that the schema was asked about */
export const fieldIssues = (error: z.ZodError, prefix: readonly string[] = []): FieldIssue[] =>
  error.issues.flatMap((issue) =>
    // An unknown field is named itself, not the object that has it.
    (issue.code === 'unrecognized_keys' ? issue.keys : [null]).map((key) => ({
      path: [...prefix, ...issue.path, ...(key === null ? [] : [key])].join('.'),
      message: key === null ? issue.message : 'is not a known field',
    })),
  )
