import { type SQL, sql } from 'drizzle-orm'
import { policyAnswers as answers, policyCounts as counts } from './policy-schema.ts'

/** So many writers of the same moment do not wait for each other, on average. */
const SHARDS = 16
const HOUR_MS = 3_600_000

export interface PolicyCounts {
  readonly hits: number
  readonly misses: number
  readonly calls: number
}

// A message that comes again is counted again: these are for a rate, not for a ledger.

/** Adds to the counts of this hour. */
export const countsOf = ({ hits, misses, calls }: PolicyCounts, now: number): SQL => sql`
  insert into ${counts} (hour, shard, hits, misses, calls)
  values (${hourOf(now)}, ${shard()}, ${hits}, ${misses}, ${calls})
  ${ADDED}`

/** One for each key, as often as it is there: a hit if `fresh` holds of its row, or a miss. */
export const countLookUps = (
  keys: readonly string[],
  fresh: SQL | undefined,
  now: number,
): SQL => sql`
  insert into ${counts} (hour, shard, hits, misses, calls)
  select ${hourOf(now)}, ${shard()}, count(found.key), count(*) - count(found.key), 0
  from unnest(${sql.param(keys)}::text[]) as asked (key)
  left join (select key from ${answers} where ${fresh}) as found using (key)
  ${ADDED}`

const ADDED = sql`
  on conflict (hour, shard) do update set
    hits = ${counts.hits} + excluded.hits,
    misses = ${counts.misses} + excluded.misses,
    calls = ${counts.calls} + excluded.calls`

const hourOf = (now: number): SQL =>
  sql`${new Date(now - (now % HOUR_MS)).toISOString()}::timestamptz`

const shard = (): SQL => sql`${Math.floor(Math.random() * SHARDS)}::int`
