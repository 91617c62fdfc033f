import { type SQL, sql } from 'drizzle-orm'
import type { StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { behaviorEvents, recommendations, userJourneys } from './behaviour-schema.ts'
import { type Database, databaseFailure } from './database.ts'
import { policyWaiters } from './policy-schema.ts'
import {
  deadLetters as letters,
  erasedIds,
  ledgerFindings,
  onboardingSessions as sessions,
  replays,
  users,
  webhookEvents,
} from './schema.ts'

/** Whom Postgres is to lose. */
export interface ErasedPerson {
  readonly userId: string
  readonly subjectKey: string
  /** Epoch milliseconds. What came earlier is theirs. */
  readonly orderedAt: number
  /** Later runs of the subject are of somebody who signed up since. */
  readonly lastRun: number
  /** As the object knew them; the index may know more. */
  readonly sessions: readonly string[]
  readonly customerId: string | null
}

/**
 * Takes a person out of Postgres with their ids, in one transaction. Their sessions, and what they were
 * recommended, are still counted, as rows of nobody. Hashes of the ids stay, by which late
 * writes are kept away. Nothing is touched of whoever signed up since under the same address.
 */
export async function erasePerson(
  database: Database,
  person: ErasedPerson,
): Promise<Result<null, StepFailure>> {
  try {
    const [first, ...others] = statementsFor(person).map((statement) => database.execute(statement))
    if (first !== undefined) await database.batch([first, ...others])
    return ok(null)
  } catch (error) {
    return fail(databaseFailure(error))
  }
}

function statementsFor(person: ErasedPerson): readonly SQL[] {
  const { userId, subjectKey: key, orderedAt, lastRun, customerId } = person
  // The index keeps those that made room, too, and the row whatever customer it was given last.
  const own = sql`(
    select ${userId}::uuid as id
    union select unnest(${sql.param(person.sessions)}::uuid[])
    union select spec_id from ${sessions} where subject_key = ${key} and run <= ${lastRun})`
  const customers = sql`(
    select stripe_customer_id as id from ${users} where user_id = ${userId}::uuid
      and stripe_customer_id is not null
    union select ${customerId}::text where ${customerId}::text is not null)`
  // A message says by its sessions' runs, or by a person, whose it is. One that says neither says nothing
  // that is missed; it leads to the address all the same.
  const ownLetters = sql`(spec_id in (select id from ${own} own)
    or subject_key = ${key} and (
      run <= ${lastRun}
      or source = 'message' and (
        failed_at <= ${new Date(orderedAt).toISOString()}::timestamptz
        or body ->> 'person' in (select id::text from ${own} own)
        or jsonb_path_exists(body, '$.sessions[*].run ? (@ <= $last)',
          jsonb_build_object('last', ${lastRun}::int))
        or body ->> 'person' is null and not jsonb_path_exists(body, '$.sessions[*]'))))`
  return [
    sql`insert into ${erasedIds} (hash)
      select encode(sha256(convert_to(id, 'UTF8')), 'hex') from (
        select id::text from ${own} own union select id from ${customers} customers) gone
      order by 1 on conflict do nothing`,
    sql`update ${replays} set stopped_at_letter = 'erased' where stopped_at_letter in (
      select id from ${letters} where ${ownLetters})`,
    sql`delete from ${letters} where id in (
      select id from ${letters} where ${ownLetters} order by failed_at, id for update)`,
    sql`delete from ${behaviorEvents} where person in (select id from ${own} own)`,
    sql`delete from ${userJourneys} where person in (
      select person from ${userJourneys} where person in (select id from ${own} own)
      order by person for update)`,
    sql`update ${recommendations} set person = null, subject_key = null, text = null where id in (
      select id from ${recommendations} where person in (select id from ${own} own)
      order by id for update)`,
    sql`delete from ${policyWaiters} where (key, person) in (
      select key, person from ${policyWaiters} where person in (select id from ${own} own)
      order by key, person for update)`,
    sql`delete from ${ledgerFindings} where subject_key = ${key}`,
    sql`delete from ${webhookEvents} where event_id in (
      select event_id from ${webhookEvents} where customer_id in (
        select id from ${customers} customers) order by event_id for update)`,
    sql`delete from ${users} where user_id = ${userId}::uuid`,
    // Ended under the old ids, by which what is counted of a row finds what it was before.
    sql`update ${sessions} set
        due_at = null, erased_at = now(), storage_bytes = null,
        status = case when settled_at is null then 'failed' else status end,
        settled_at = coalesce(settled_at, now())
      where spec_id in (
        select spec_id from ${sessions} where spec_id in (select id from ${own} own)
        order by spec_id for update)`,
    // Last, since it says which sessions they were. Still one row for each acceptance that was indexed.
    sql`update ${sessions} set spec_id = gen_random_uuid(), subject_key = null
      where spec_id in (select id from ${own} own)`,
  ]
}
