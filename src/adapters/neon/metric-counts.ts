import { type SQL, sql } from 'drizzle-orm'
import type { CountRow } from '../../core/metrics/counts.ts'
import type { HourRow } from '../../core/metrics/overview.ts'
import type { RequestCount } from '../../core/metrics/request-counter.ts'
import type { Database } from './database.ts'
import { metricCounts as counts } from './metric-schema.ts'

// Counts are appended by the triggers of migration 0015. A reader adds up what one statement sees, so
// that a fold in the same moment is seen before or after, and never half.

/** After that the five minutes of an hour are one slot. */
const FINE_FOR = sql`interval '3 hours'`
/** As far as series go back, and a day more. */
const HOURLY_FOR = sql`interval '9 days'`
/** Any number will do as long as it is always this one. */
const FOLD_LOCK = sql`pg_try_advisory_xact_lock(7106339)`

type Row = {
  name: string
  labels: string[]
  le: number | null
  ever: number
  hour: number
  day: number
  week: number
  sum: number
} & Record<string, unknown>

/** Answers of an isolate, by the class of their route and of their status. Throws when the database cannot. */
export async function addRequests(
  database: Database,
  answered: readonly RequestCount[],
): Promise<void> {
  if (answered.length === 0) return
  await database.insert(counts).values(
    answered.map(({ route, status, count }) => ({
      name: 'http_requests_total',
      labels: [route, status],
      slot: sql`metric_slot(now())`,
      count,
    })),
  )
}

/** For a batch; `countRows` reads what it gives. */
export const selectCounts = (database: Database) =>
  database.execute<Row>(sql`
    select name, labels, nullif(le, 'Infinity') as le, sum(count)::float8 as ever,
      ${within(sql`interval '1 hour'`)} as hour, ${within(sql`interval '1 day'`)} as day,
      ${within(sql`interval '7 days'`)} as week, sum(sum)::float8 as sum
    from ${counts}
    group by name, labels, le
    order by name, labels, ${counts.le}`)

const within = (interval: SQL): SQL =>
  sql`coalesce(sum(count) filter (where slot >= now() - ${interval}), 0)::float8`

export const countRows = (rows: readonly Row[]): readonly CountRow[] =>
  rows.map(({ name, labels, le, ever, hour, day, week, sum }) => ({
    name,
    labels,
    le,
    counts: { ever, hour, day, week },
    sum,
  }))

/**
 * Makes one row of many: of those in the same five minutes, later of those in the same hour, and of all
 * that are older than any series. One at a time; whoever comes second leaves it to the first. Throws
 * when the database cannot.
 */
export async function foldCounts(database: Database): Promise<void> {
  await database.execute(sql`
    with mine as materialized (
      select ${FOLD_LOCK} as is_mine
    ), placed as (
      select id, name, labels, le, slot, case
        when slot < now() - ${HOURLY_FOR} then to_timestamp(0)
        when slot < now() - ${FINE_FOR} then date_trunc('hour', slot, 'UTC')
        else slot end as place
      from ${counts} where (select is_mine from mine)
    ), crowded as (
      select id, place, slot, count(*) over (partition by name, labels, le, place) as many from placed
    ), taken as (
      delete from ${counts} using crowded
      where ${counts.id} = crowded.id and (crowded.many > 1 or crowded.place <> crowded.slot)
      returning ${counts.name}, ${counts.labels}, ${counts.le}, crowded.place,
        ${counts.count}, ${counts.sum}
    )
    insert into ${counts} (name, labels, le, slot, count, sum)
    select name, labels, le, place, sum(count), sum(sum) from taken
    group by name, labels, le, place`)
}

/**
 * What was counted under these names, hour by hour. Throws when the database cannot.
 *
 * @param since epoch milliseconds; within the nine days in which hours are apart
 */
export async function readHours(
  database: Database,
  names: readonly string[],
  since: number,
): Promise<readonly HourRow[]> {
  const { rows } = await database.execute<Row & { hourAt: number }>(sql`
    select extract(epoch from date_trunc('hour', slot, 'UTC'))::float8 * 1000 as "hourAt",
      name, labels, nullif(le, 'Infinity') as le, sum(count)::float8 as ever, sum(sum)::float8 as sum
    from ${counts}
    where name = any(${sql.param([...names])}::text[])
      and slot >= ${new Date(since).toISOString()}::timestamptz
    group by 1, name, labels, le`)
  return rows.map(({ hourAt, name, labels, le, ever, sum }) => ({
    hour: hourAt,
    name,
    labels,
    le,
    counts: { ever, hour: ever, day: ever, week: ever },
    sum,
  }))
}
