import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless'
import { DrizzleQueryError } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import type { StepFailure } from '../../contract/hydration.ts'
import * as schema from './schema.ts'

/** A branch that was asleep answers within a second or two; longer means that nobody is there. */
const QUERY_TIMEOUT_MS = 8_000

export interface DatabaseSettings {
  readonly DATABASE_URL: string
  readonly DATABASE_HTTP_URL?: string | undefined
}

export type Database = ReturnType<typeof connect>

/** Postgres over HTTP: nothing is opened before the first query, nothing stays open after it. */
export function connect(settings: DatabaseSettings) {
  if (settings.DATABASE_HTTP_URL !== undefined)
    neonConfig.fetchEndpoint = settings.DATABASE_HTTP_URL
  neonConfig.fetchFunction = (input: string, init: RequestInit) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(QUERY_TIMEOUT_MS) })
  return drizzle(neon(settings.DATABASE_URL), { schema })
}

/** SQLSTATE of a failed query, which drizzle wraps for single queries and not for batches. */
export function sqlState(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

/** Whether a query was refused or never answered, as against a mistake of ours before it was sent. */
export const isDatabaseError = (error: unknown): boolean =>
  error instanceof DrizzleQueryError || error instanceof NeonDbError

/**
 * Classes of SQLSTATE that say something about our rows: data, constraints, and the limits of what a
 * value may be. A missing table is an operator's to mend.
 */
const OUR_FAULT = /^(?:2[23]|54)/
export const UNIQUE_VIOLATION = '23505'

/** No code at all: the database could not be reached, or did not answer. */
export function databaseFailure(error: unknown): StepFailure {
  const state = sqlState(error)
  const detail = `postgres ${state ?? 'no answer'}`
  if (state === UNIQUE_VIOLATION) return { kind: 'conflict', detail }
  return { kind: state !== null && OUR_FAULT.test(state) ? 'rejected' : 'unavailable', detail }
}
