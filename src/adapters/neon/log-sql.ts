import { type SQL, sql } from 'drizzle-orm'
import { REWARD_WINDOW_MS } from '../../core/bandit/day-counts.ts'
import type { WordsInUse } from '../../core/recommendation/words-in-use.ts'
import { recommendations as log } from './behaviour-schema.ts'

// How `recommendations` is read as the bandit's log. The conditions are written as in the partial
// indexes, or those would not be used.

/** For `= any(…)`. */
export const texts = (values: readonly string[]): SQL => sql`${sql.param([...values])}::text[]`

/** For comparisons. @param at epoch milliseconds */
export const momentOf = (at: number): SQL => sql`${new Date(at).toISOString()}::timestamptz`

/**
 * Decisions whose words are in use. What comes in for others is not counted any more; should their
 * version return, it is due again.
 */
export const isInUse = ({ catalogueVersion, promptVersions }: WordsInUse): SQL =>
  sql`(${log.catalogueVersion} = ${catalogueVersion} and ${log.promptVersion} = any(${texts(promptVersions)}))`

/** Nobody clicked in time. @param now epoch milliseconds */
export const isClosed = (now: number): SQL =>
  sql`(${log.outcome} is null and ${log.exposedAt} is not null and ${log.exposedAt} < ${momentOf(now - REWARD_WINDOW_MS)})`

/** It is not counted yet. */
export const isClosedAnew = (now: number): SQL =>
  sql`(${isClosed(now)} and ${log.countedAs} is null)`

/** There was an answer that is not counted as what it is. */
export const isAnsweredAnew = sql`((${log.outcome} = 'success' and ${log.countedAs} is distinct from 'success')
  or (${log.outcome} = 'void' and ${log.countedAs} is not null))`

/** As `versionOf` writes it. */
export const versionColumn = sql`${log.promptVersion} || '@' || ${log.catalogueVersion}`

/** As `dayOf` writes it. */
export const dayColumn = sql`(${log.exposedAt} at time zone 'UTC')::date`

/** What the log says of a decision at some moment; null: neither. */
export const becomes = (now: number): SQL =>
  sql`case when ${log.outcome} = 'success' then 'success' when ${isClosed(now)} then 'failure' end`
