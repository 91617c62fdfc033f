import { sql } from 'drizzle-orm'
import type { WordsInUse } from '../../core/recommendation/words-in-use.ts'
import { recommendations as log } from './behaviour-schema.ts'
import type { Database } from './database.ts'
import { banditArms } from './learning-schema.ts'
import {
  becomes,
  dayColumn,
  isAnsweredAnew,
  isClosedAnew,
  isInUse,
  versionColumn,
} from './log-sql.ts'

/** Marked and counted in a fifth of a second; writers of these decisions wait no longer. */
export const COUNTED_AT_ONCE_MAX = 5_000

/**
 * Counts what became of decisions into `bandit_arms`: clicks as soon as they are known, failures when
 * the window has closed. A click in time that was told too late moves from one to the other. Whoever
 * runs at the same time takes other decisions; a mark and its count are one statement, so that a
 * crash leaves both or neither.
 *
 * @param now epoch milliseconds
 * @returns how many decisions were counted; as many as `limit` or more: there may be others
 */
export async function countDue(
  database: Database,
  words: WordsInUse,
  now: number,
  limit = COUNTED_AT_ONCE_MAX,
): Promise<number> {
  const taken = sql`${log.id}, ${log.segment}, ${log.tone}, ${versionColumn} as version,
    ${dayColumn} as day, ${becomes(now)} as becomes, ${log.countedAs} as was, ${log.countedOn} as was_on`
  const { rows } = await database.execute<{ counted: number }>(sql`
    with answered as (
      select ${taken} from ${log} where ${isInUse(words)} and ${isAnsweredAnew}
      limit ${limit} for update skip locked
    ), closed as (
      select ${taken} from ${log} where ${isInUse(words)} and ${isClosedAnew(now)}
      limit ${limit} for update skip locked
    ), due as (
      select * from answered union all select * from closed
    ), marked as (
      update ${log} set counted_as = due.becomes, counted_on = case when due.becomes is not null then due.day end
      from due where ${log.id} = due.id
    ), moves as (
      select segment, tone, version, day, becomes as outcome, 1 as by from due where becomes is not null
      union all
      select segment, tone, version, was_on, was, -1 from due where was is not null
    ), added as (
      insert into ${banditArms} (version, segment, tone, day, successes, failures)
      select version, segment, tone, day,
        coalesce(sum(by) filter (where outcome = 'success'), 0),
        coalesce(sum(by) filter (where outcome = 'failure'), 0)
      from moves
      group by version, segment, tone, day
      -- Whoever counts at the same time takes its locks in the same order.
      order by version collate "C", segment collate "C", tone collate "C", day
      on conflict (version, segment, tone, day) do update set
        successes = ${banditArms.successes} + excluded.successes,
        failures = ${banditArms.failures} + excluded.failures
    )
    select count(*)::int as counted from due`)
  return rows[0]?.counted ?? 0
}
