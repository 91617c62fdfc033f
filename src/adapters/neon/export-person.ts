import { type SQL, sql } from 'drizzle-orm'
import type { OperatorRequest } from '../../contract/admin.ts'
import { behaviorEvents, recommendations, userJourneys } from './behaviour-schema.ts'
import type { Database } from './database.ts'
import { policyWaiters } from './policy-schema.ts'
import {
  deadLetters,
  ledgerFindings,
  onboardingSessions as sessions,
  operatorActions,
  users,
  webhookEvents,
} from './schema.ts'

// All throw when the database cannot.

/** Of one table: a person who did more is told of the newest, in some ten megabytes. */
const ROWS_MAX = 50_000

/** Every row that leads to a subject, by table; those that `erasePerson` takes out. */
export async function rowsOfPerson(
  database: Database,
  subjectKey: string,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const own = sql`(select user_id as id from ${users} where subject_key = ${subjectKey}
    union select spec_id from ${sessions} where subject_key = ${subjectKey})`
  const isOwn = sql`person in (select id from ${own} own)`
  const isTheirs = sql`subject_key = ${subjectKey}`
  const tables: Readonly<Record<string, SQL>> = {
    users: sql`${users} where ${isTheirs}`,
    onboarding_sessions: sql`${sessions} where ${isTheirs} order by opened_at desc`,
    behavior_events: sql`${behaviorEvents} where ${isOwn} order by at desc`,
    user_journeys: sql`${userJourneys} where ${isOwn}`,
    recommendations: sql`${recommendations} where ${isOwn} order by decided_at desc`,
    policy_waiters: sql`${policyWaiters} where ${isOwn}`,
    dead_letters: sql`${deadLetters} where ${isTheirs} order by failed_at desc`,
    ledger_findings: sql`${ledgerFindings} where ${isTheirs}`,
    webhook_events: sql`${webhookEvents} where customer_id in (
      select stripe_customer_id from ${users} where ${isTheirs}) order by created_at desc`,
  }
  const names = Object.keys(tables)
  const [first, ...others] = Object.values(tables).map((of) =>
    database.execute<{ rows: unknown[] }>(
      sql`select coalesce(jsonb_agg(to_jsonb(one)), '[]') as rows
        from (select * from ${of} limit ${ROWS_MAX}) one`,
    ),
  )
  if (first === undefined) return {}
  const answers = await database.batch([first, ...others])
  return Object.fromEntries(names.map((name, at) => [name, answers[at]?.rows[0]?.rows ?? []]))
}

/** Before anything is handed out. @param at epoch milliseconds */
export async function auditExport(
  database: Database,
  { operator, reason }: OperatorRequest,
  at: number,
): Promise<void> {
  const moment = new Date(at)
  await database.insert(operatorActions).values({
    id: crypto.randomUUID(),
    action: 'export_person',
    operator,
    reason,
    at: moment,
    outcome: 'handed out',
    endedAt: moment,
  })
}
