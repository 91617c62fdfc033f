import type { ErrorCode, FieldIssue } from '../src/contract/errors.ts'
import type { Result } from '../src/contract/result.ts'

/** Why a call came to nothing, in words that can be shown to the person who made it. */
export interface Problem {
  /** The server's, or `offline`: it could not be reached, and whether it heard us nobody knows. */
  readonly code: ErrorCode | 'offline'
  readonly message: string
  /** What is wrong with which field of the request. */
  readonly details?: readonly FieldIssue[]
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number
  /** For whoever looks into it: it is in the server's log. */
  readonly requestId?: string
}

/** Calls never reject: what was expected to go wrong is a value. */
export type Outcome<T> = Promise<Result<T, Problem>>

/** Problems that the client finds by itself. */
export const OFFLINE: Problem = {
  code: 'offline',
  message: 'No connection. Nothing is lost: please try again.',
}
export const NOBODY: Problem = { code: 'unauthorized', message: 'Nobody is signed in.' }
export const TOO_LARGE: Problem = {
  code: 'payload_too_large',
  message: 'This is too much to keep.',
}
