import type { z } from 'zod'
import type { ErrorCode } from '../../contract/errors.ts'

export interface Answer {
  readonly means: string
  /** Absent: it has no body. */
  readonly body?: z.ZodType
  /** `application/json` if nothing else is said. */
  readonly type?: string
  /** What is said in headers, beside `X-Request-Id`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What a caller should know of a route. Who may call it is in the table of roles. */
export interface Description {
  readonly summary: string
  readonly more?: string
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  /** JSON; absent: nothing is read. */
  readonly body?: z.ZodType
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>
  /** Beside those that follow from the roles, and `internal` and `unavailable`, which can be everywhere. */
  readonly refusals?: readonly ErrorCode[]
}

/** What can be wrong with a body, whatever it is about. */
export const BODY_REFUSALS: readonly ErrorCode[] = [
  'malformed_json',
  'validation_failed',
  'payload_too_large',
  'unsupported_media_type',
]
