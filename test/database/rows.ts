import { randomUUID } from 'node:crypto'
import { count, eq, inArray } from 'drizzle-orm'
import type { AccountRow } from '../../src/adapters/neon/accounts.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import { users } from '../../src/adapters/neon/schema.ts'

/** A person whom no other test knows. */
export const account = (change: Partial<AccountRow> = {}): AccountRow => {
  const userId = randomUUID()
  return {
    userId,
    subjectKey: `key-${userId}`,
    kind: 'email',
    email: `${userId}@example.com`,
    walletAddress: null,
    issuerSubject: null,
    planId: 'pro',
    auth0UserId: `auth0|${userId}`,
    stripeCustomerId: `cus_${userId}`,
    fence: 1,
    createdAt: new Date(),
    provenAt: null,
    profile: {},
    ...change,
  }
}

export const accounts = (length: number) => Array.from({ length }, () => account())

export const stored = async (database: Database, row: AccountRow) => {
  const [found] = await database.select().from(users).where(eq(users.subjectKey, row.subjectKey))
  return found
}

/** How many of these people have a row. */
export async function storedCount(
  database: Database,
  rows: readonly AccountRow[],
): Promise<number | undefined> {
  const keys = rows.map(({ subjectKey }) => subjectKey)
  const [found] = await database
    .select({ rows: count() })
    .from(users)
    .where(inArray(users.subjectKey, keys))
  return found?.rows
}
