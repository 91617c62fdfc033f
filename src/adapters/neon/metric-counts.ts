import { type SQL, sql } from 'drizzle-orm'
import type { CountRow } from '../../core/metrics/counts.ts'
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

/** For a batch; `countRows` reads what it gives. */
export const selectCounts = (database: Database) =>
  database.execute<Row>(sql`
    select name, labels, nullif(le, 'Infinity') as le, sum(count)::float8 as ever,
      ${since(sql`interval '1 hour'`)} as hour, ${since(sql`interval '1 day'`)} as day,
      ${since(sql`interval '7 days'`)} as week, sum(sum)::float8 as sum
    from ${counts}
    group by name, labels, le
    order by name, labels, ${counts.le}`)

const since = (interval: SQL): SQL =>
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
