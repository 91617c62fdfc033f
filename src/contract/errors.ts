import type { z } from 'zod'

/** Every error code a caller can meet, and the HTTP status it travels under. */
export const ERROR_STATUS = {
  malformed_json: 400,
  validation_failed: 400,
  signature_invalid: 400,
  unauthorized: 401,
  code_invalid: 401,
  forbidden: 403,
  not_found: 404,
  idempotency_key_reused: 409,
  replay_running: 409,
  nothing_to_replay: 409,
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
export interface FieldIssue {
  readonly path: string
  readonly message: string
}

/** The one shape of every error body. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly details?: readonly FieldIssue[]
    readonly requestId: string
  }
}

/** @param prefix where in the request it was that the schema was asked about */
export const fieldIssues = (error: z.ZodError, prefix: readonly string[] = []): FieldIssue[] =>
  error.issues.flatMap((issue) =>
    // An unknown field is named itself, not the object that has it.
    (issue.code === 'unrecognized_keys' ? issue.keys : [null]).map((key) => ({
      path: [...prefix, ...issue.path, ...(key === null ? [] : [key])].join('.'),
      message: key === null ? issue.message : 'is not a known field',
    })),
  )
