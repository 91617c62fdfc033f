import { inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { LedgerAccount } from '../../core/ledger/count-things.ts'
import { BILLING_STEP, IDENTITY_STEP } from '../steps/names.ts'
import type { AccountRow } from './accounts.ts'
import type { Database } from './database.ts'
import { users } from './schema.ts'

/** See `LedgerStore.takeAccounts`. */
export async function takeAccounts(
  database: Database,
  checkedBefore: Date,
  limit: number,
  now: Date,
): Promise<readonly LedgerAccount[]> {
  const longestAgo = database
    .select({ userId: users.userId })
    .from(users)
    .where(or(isNull(users.ledgerCheckedAt), lt(users.ledgerCheckedAt, checkedBefore)))
    .orderBy(sql`${users.ledgerCheckedAt} nulls first`)
    .limit(limit)
    // Two ticks at a time share the work, and nobody who writes an account waits for us.
    .for('update', { skipLocked: true })
  const rows = await database
    .update(users)
    .set({ ledgerCheckedAt: now })
    .where(inArray(users.userId, longestAgo))
    .returning()
  return rows.flatMap(accountOf)
}

/** What a row says of its account and of the things outside; empty: it names nobody. */
export function accountOf(row: typeof users.$inferSelect): readonly LedgerAccount[] {
  const { userId, subjectKey, kind, planId, createdAt, fence } = row
  const identity = row.email ?? row.walletAddress ?? row.issuerSubject
  if (identity === null) return []
  const facts = { userId, subjectKey, kind, identity, planId, createdAt: createdAt.getTime() }
  return [{ facts, refs: refsOfRow(row), fence }]
}

/** By step name: the things that a row names. A step of your own with a column adds its line. */
function refsOfRow({
  auth0UserId,
  stripeCustomerId,
}: Pick<AccountRow, 'auth0UserId' | 'stripeCustomerId'>): ReadonlyMap<string, string> {
  return new Map([
    ...(auth0UserId === null ? [] : [[IDENTITY_STEP, auth0UserId] as const]),
    ...(stripeCustomerId === null ? [] : [[BILLING_STEP, stripeCustomerId] as const]),
  ])
}
