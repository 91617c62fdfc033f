import { inArray, sql } from 'drizzle-orm'
import type { OperatorRequest } from '../../contract/admin.ts'
import type { ToneCounts } from '../../contract/behaviour-rpc.ts'
import type { Tone } from '../../contract/recommendation.ts'
import type { ToneDraws } from '../../core/bandit/arms-view.ts'
import type { DayCounts } from '../../core/bandit/day-counts.ts'
import { DAYS_READ, HALF_LIFE_DAYS } from '../../core/bandit/discount.ts'
import { type Drift, findDrift } from '../../core/bandit/drift.ts'
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
  momentOf,
  texts,
  versionColumn,
} from './log-sql.ts'
import { operatorActions } from './schema.ts'

// All throw when the database cannot.

/**
 * What was learned of the words in use, each day faded as `fadedCounts` fades it. A count that somebody
 * spoiled below zero is none.
 *
 * @param now epoch milliseconds
 */
export async function fadedTones(
  database: Database,
  words: WordsInUse,
  now: number,
): Promise<ToneCounts> {
  const age = sql`greatest(0, (${momentOf(now)} at time zone 'UTC')::date - ${banditArms.day})`
  const faded = (count: typeof banditArms.successes | typeof banditArms.failures) =>
    sql`greatest(0, sum(${count} * power(2::float8, -${age}::float8 / ${HALF_LIFE_DAYS}::float8)))`
  const { rows } = await database.execute<{ tone: Tone } & Record<string, unknown>>(sql`
    select segment, version, tone, ${faded(banditArms.successes)}::float8 as successes,
      ${faded(banditArms.failures)}::float8 as failures
    from ${banditArms}
    where version = any(${texts(words.versions)}) and ${age} < ${DAYS_READ}
    group by version, segment, tone
    order by version collate "C", segment collate "C", tone collate "C"`)
  return rows.map(({ tone, segment, version, successes, failures }) => ({
    tone,
    segment: String(segment),
    version: String(version),
    successes: Number(successes),
    failures: Number(failures),
  }))
}

/** @param since epoch milliseconds */
export async function drawnTones(
  database: Database,
  words: WordsInUse,
  since: number,
): Promise<readonly ToneDraws[]> {
  const { rows } = await database.execute<ToneDraws & Record<string, unknown>>(sql`
    select segment, ${versionColumn} as version, tone, count(*)::int as decisions
    from ${log}
    where ${isInUse(words)} and ${log.decidedAt} >= ${momentOf(since)} and ${log.tonePropensity} < 1
    group by 1, 2, 3`)
  return rows
}

/** Counters have clocks of their own: what another one found closed is closed. */
const CLOCKS_APART_MS = 60_000

export interface BanditCheck {
  /** Where the counts are not what the log says. */
  readonly drift: readonly Drift[]
  /** Decisions that are to be counted, or counted again: no drift, but work for the next tick. */
  readonly waiting: number
}

/**
 * Holds the counts against the log, as one look: a statement sees one moment.
 *
 * @param now epoch milliseconds
 */
export async function checkBandit(
  database: Database,
  words: WordsInUse,
  now: number,
): Promise<BanditCheck> {
  const at = now + CLOCKS_APART_MS
  const isDue = sql`(${isClosedAnew(at)} or ${isAnsweredAnew})`
  const { rows } = await database.execute<
    DayCounts & { side: string } & Record<string, unknown>
  >(sql`
    with seen as (
      select ${isDue} as is_due, segment, tone, ${versionColumn} as version,
        case when ${isDue} then ${log.countedOn} else ${dayColumn} end as day,
        case when ${isDue} then ${log.countedAs} else ${becomes(at)} end as outcome
      from ${log} where ${isInUse(words)} and (${log.exposedAt} is not null or ${log.countedAs} is not null)
    )
    select 'live' as side, segment, tone as arm, version, day::text, successes, failures
    from ${banditArms} where version = any(${texts(words.versions)})
    union all
    select 'log', segment, tone, version, day::text,
      count(*) filter (where outcome = 'success')::int, count(*) filter (where outcome = 'failure')::int
    from seen where outcome is not null group by segment, tone, version, day
    union all
    select 'waiting', '', '', '', '', count(*)::int, 0 from seen where is_due`)
  const side = (name: string) => rows.filter((row) => row.side === name)
  return {
    drift: findDrift(side('live'), side('log')),
    waiting: side('waiting')[0]?.successes ?? 0,
  }
}

/**
 * Counts the log of the words in use anew, and writes down who wanted it. Until it is done nobody else
 * counts; what comes in meanwhile is counted later.
 *
 * @param now epoch milliseconds
 * @returns how many decisions had been counted as something else than they are
 */
export async function rebuildBandit(
  database: Database,
  words: WordsInUse,
  { operator, reason }: OperatorRequest,
  now: number,
): Promise<{ readonly recounted: number }> {
  const marks = sql`(${becomes(now)}, case when ${becomes(now)} is not null then ${dayColumn} end)`
  const at = momentOf(now)
  const [, marked] = await database.batch([
    // Before any row: a counter takes its locks in this order, too.
    database.execute(sql`lock table ${banditArms} in share row exclusive mode`),
    database.execute<{ id: string }>(sql`
      with wrong as (
        select ${log.id} from ${log}
        where ${isInUse(words)} and (${log.countedAs}, ${log.countedOn}) is distinct from ${marks}
        order by ${log.id} for update
      )
      update ${log} set (counted_as, counted_on) = row${marks}
      where ${log.id} in (select id from wrong)
      returning ${log.id}`),
    database.delete(banditArms).where(inArray(banditArms.version, [...words.versions])),
    database.execute(sql`
      insert into ${banditArms} (version, segment, tone, day, successes, failures)
      select ${versionColumn}, segment, tone, counted_on,
        count(*) filter (where counted_as = 'success'), count(*) filter (where counted_as = 'failure')
      from ${log} where ${isInUse(words)} and counted_as is not null
      group by 1, 2, 3, 4`),
    database.execute(sql`
      insert into ${operatorActions} (id, action, operator, reason, at, outcome, ended_at)
      select ${crypto.randomUUID()}::uuid, 'rebuild_bandit', ${operator}, ${reason}, ${at},
        coalesce(sum(successes + failures), 0) || ' decisions counted', ${at}
      from ${banditArms} where version = any(${texts(words.versions)})`),
  ])
  return { recounted: marked.rows.length }
}
