import type { Context } from 'hono'
import {
  ERROR_STATUS,
  type ErrorBody,
  type ErrorCode,
  type FieldIssue,
} from '../contract/errors.ts'
import type { HttpEnv } from './context.ts'

/** An error answer before it has a request to belong to. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: readonly FieldIssue[]
  /** Milliseconds until it is worth trying again. */
  readonly retryAfterMs?: number
}

export const NOTHING_HERE: Refusal = {
  code: 'not_found',
  message: 'There is nothing at this address.',
}

export function refuse(c: Context<HttpEnv>, refusal: Refusal): Response {
  const { code, message, details, retryAfterMs } = refusal
  if (retryAfterMs !== undefined) c.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)))
  if (code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer')
  const requestId = c.get('requestId')
  const body: ErrorBody = { error: { code, message, ...(details && { details }), requestId } }
  return c.json(body, ERROR_STATUS[code])
}
