import { type SQL, and, eq, lte, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { AccountKind, StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { eraseBehaviour } from './behaviour-store.ts'
import { type Database, databaseFailure } from './database.ts'
import { closeLettersOf } from './run-letters.ts'
import { ledgerFindings, onboardingSessions, users, webhookEvents } from './schema.ts'

export interface AccountRow {
  readonly userId: string
  readonly subjectKey: string
  readonly kind: AccountKind
  /** Of these three the one that is the account's kind. */
  readonly email: string | null
  readonly walletAddress: string | null
  /** `iss|sub` of an outside issuer. */
  readonly issuerSubject: string | null
  readonly planId: string
  /** Absent, too, while somebody else has the address at Auth0. */
  readonly auth0UserId: string | null
  readonly stripeCustomerId: string | null
  readonly fence: number
  readonly createdAt: Date
  readonly provenAt: Date | null
  readonly profile: Readonly<Record<string, unknown>>
}

export type AccountResult = Result<string, StepFailure>

/**
 * Upserts many accounts in one statement. Rows are sorted by key, so that writers which meet take
 * their locks in one order and never deadlock; an older fence changes nothing.
 *
 * @param onAwaited told each customer of a written row whose events wait for it
 * @returns one result per row, in the order given: the id of the row, or why there is none
 */
export async function upsertAccounts(
  database: Database,
  rows: readonly AccountRow[],
  onAwaited: (customerId: string) => unknown = () => undefined,
): Promise<readonly AccountResult[]> {
  try {
    const written = await upsert(database, rows, onAwaited)
    return rows.map((row) => accountResultOf(row, written.get(row.subjectKey)))
  } catch (error) {
    const failure = databaseFailure(error)
    // One row that Postgres does not take must not take the others with it.
    if (failure.kind === 'unavailable' || rows.length === 1) return rows.map(() => fail(failure))
    return upsertOneByOne(database, rows, onAwaited)
  }
}

/** Until the database is not there any more: then nobody else waits for it, one after the other. */
async function upsertOneByOne(
  database: Database,
  rows: readonly AccountRow[],
  onAwaited: (customerId: string) => unknown,
): Promise<readonly AccountResult[]> {
  const results: AccountResult[] = []
  for (const row of rows) {
    const before = results.at(-1)
    const isAway = before?.ok === false && before.error.kind === 'unavailable'
    results.push(...(isAway ? [before] : await upsertAccounts(database, [row], onAwaited)))
  }
  return results
}

const ifProven = (kept: PgColumn, said: SQL): SQL =>
  sql`case when excluded.proven_at is null then ${kept} else ${said} end`

async function upsert(
  database: Database,
  rows: readonly AccountRow[],
  onAwaited: (customerId: string) => unknown,
): Promise<ReadonlyMap<string, string>> {
  const written = await database
    .insert(users)
    .values(rows.toSorted((a, b) => (a.subjectKey < b.subjectKey ? -1 : 1)))
    .onConflictDoUpdate({
      target: users.subjectKey,
      // The plan is the first session's until a proof decides; what is unproven overwrites nothing.
      set: {
        planId: ifProven(users.planId, sql`excluded.plan_id`),
        provenAt: ifProven(users.provenAt, sql`excluded.proven_at`),
        profile: ifProven(users.profile, sql`excluded.profile`),
        auth0UserId: sql`coalesce(excluded.auth0_user_id, ${users.auth0UserId})`,
        stripeCustomerId: sql`coalesce(excluded.stripe_customer_id, ${users.stripeCustomerId})`,
        // Of another customer nothing was heard yet.
        billingStatus: unlessReplaced(users.billingStatus),
        billingPlan: unlessReplaced(users.billingPlan),
        fence: sql`excluded.fence`,
        updatedAt: sql`now()`,
      },
      setWhere: lte(users.fence, sql`excluded.fence`),
    })
    .returning({
      subjectKey: users.subjectKey,
      userId: users.userId,
      awaited: sql<string | null>`(
        select customer_id from ${webhookEvents}
        where customer_id = ${users.stripeCustomerId} and done_at is null limit 1)`,
    })
  for (const { awaited } of written) if (awaited !== null) onAwaited(awaited)
  return new Map(written.map((row) => [row.subjectKey, row.userId]))
}

const unlessReplaced = (column: PgColumn) =>
  sql`case when excluded.stripe_customer_id <> ${users.stripeCustomerId} then null else ${column} end`

/** @param userId of the row that the upsert wrote; `undefined`: it wrote none */
export function accountResultOf(row: AccountRow, userId: string | undefined): AccountResult {
  if (userId === row.userId) return ok(userId)
  return fail(
    userId === undefined
      ? { kind: 'unknown_outcome', detail: 'postgres holds a newer fence' }
      : { kind: 'conflict', detail: 'postgres holds another user for this subject' },
  )
}

/**
 * Takes a person out of Postgres: the row goes, and what they did; their sessions, and what they were
 * recommended, are still counted and lead to nobody; their dead letters are closed.
 * A row that a newer lease wrote stays.
 */
export async function eraseAccount(
  database: Database,
  subjectKey: string,
  fence: number,
): Promise<Result<null, StepFailure>> {
  const ofSubject = and(eq(users.subjectKey, subjectKey), lte(users.fence, fence))
  try {
    await database.batch([
      database.delete(users).where(ofSubject),
      database.delete(ledgerFindings).where(eq(ledgerFindings.subjectKey, subjectKey)),
      database
        .update(onboardingSessions)
        .set({
          subjectKey: null,
          dueAt: null,
          erasedAt: sql`now()`,
          storageBytes: null,
          // Nothing late may open it again.
          settledAt: sql`coalesce(${onboardingSessions.settledAt}, now())`,
          status: sql`case when ${onboardingSessions.settledAt} is null then 'failed' else ${onboardingSessions.status} end`,
        })
        .where(eq(onboardingSessions.subjectKey, subjectKey)),
      closeLettersOf(database, subjectKey),
      ...eraseBehaviour(database, subjectKey),
    ])
    return ok(null)
  } catch (error) {
    return fail(databaseFailure(error))
  }
}
