import { and, gte, lt, sql, sum } from 'drizzle-orm'
import type { AcceptanceStore } from '../../core/ledger/store.ts'
import type { Database } from './database.ts'
import { acceptances } from './schema.ts'

/** Folding is in no hurry; the next tick goes on. */
const HOURS_FOLDED_MAX = 48

export function createAcceptanceStore(database: Database): AcceptanceStore {
  return {
    async add(counts) {
      await database
        .insert(acceptances)
        .values(counts.map((row) => ({ ...row, hour: new Date(row.hour) })))
        .onConflictDoNothing()
    },
  }
}

/** What was accepted in each hour, for a batch. */
export const acceptedByHour = (database: Database, from: Date, until: Date) =>
  database
    .select({ hour: acceptances.hour, count: sum(acceptances.count).mapWith(Number) })
    .from(acceptances)
    .where(and(gte(acceptances.hour, from), lt(acceptances.hour, until)))
    .groupBy(acceptances.hour)

/** One row for each hour before, in place of all that flushes have written. */
export const foldAcceptances = (database: Database, before: Date) =>
  database.execute(sql`
    with folded as (
      delete from ${acceptances}
      where ${acceptances.hour} in (
        select hour from ${acceptances} where hour < ${before.toISOString()}
        group by hour having count(*) > 1 order by hour limit ${HOURS_FOLDED_MAX})
      returning hour, count)
    insert into ${acceptances} (flush_id, hour, count)
    select gen_random_uuid(), hour, sum(count)::integer from folded group by hour`)

export const forgetAcceptances = (database: Database, before: Date) =>
  database.delete(acceptances).where(lt(acceptances.hour, before))
