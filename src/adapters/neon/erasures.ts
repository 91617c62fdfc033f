import { and, eq, isNull, sql } from 'drizzle-orm'
import type { StepFailure } from '../../contract/hydration.ts'
import type { ErasureView } from '../../contract/people.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { Pepper } from '../../core/pepper.ts'
import type { ErasureBegun, ErasureReceipt, ErasureRecords } from '../../core/ports.ts'
import { type Database, databaseFailure } from './database.ts'
import { erasures, operatorActions as actions } from './schema.ts'

/** What the audit says of an erasure that every store has said done to. */
const OUTCOME = 'erased everywhere'

/** The audit of erasures. An order and its line in the audit have the same id. */
export function createErasureRecords(database: Database, pepper: Pepper): ErasureRecords {
  return {
    begin: (order, subjectKey) => attempt(() => begin(database, order, subjectKey)),
    close: (receipt) => attempt(async () => close(database, receipt, await sign(receipt, pepper))),
  }
}

async function attempt(work: () => Promise<unknown>): Promise<Result<null, StepFailure>> {
  try {
    await work()
    return ok(null)
  } catch (error) {
    return fail(databaseFailure(error))
  }
}

async function begin(
  database: Database,
  { erasure: id, operator, reason, orderedAt }: ErasureBegun,
  subjectKey: string,
): Promise<void> {
  const at = new Date(orderedAt)
  await database.batch([
    database
      .insert(actions)
      .values({ id, action: 'erase_person', operator, reason, at })
      .onConflictDoNothing(),
    database
      .insert(erasures)
      .values({ id, subjectKey, orderedAt: at, seenAt: sql`now()` })
      .onConflictDoUpdate({
        target: erasures.id,
        set: { seenAt: sql`now()` },
        setWhere: isNull(erasures.completedAt),
      }),
  ])
}

async function close(
  database: Database,
  receipt: ErasureReceipt,
  signature: string,
): Promise<void> {
  const at = new Date(receipt.completedAt)
  await database.batch([
    database
      .update(erasures)
      .set({ subjectKey: null, completedAt: at, receipt, signature })
      .where(and(eq(erasures.id, receipt.erasure), isNull(erasures.completedAt))),
    database
      .update(actions)
      .set({ outcome: OUTCOME, endedAt: at })
      .where(and(eq(actions.id, receipt.erasure), isNull(actions.endedAt))),
  ])
}

/** HMAC of the receipt as it is told: only who holds the pepper can have said it. */
const sign = (receipt: ErasureReceipt, pepper: Pepper): Promise<string> =>
  pepper.name('receipt', canonical(receipt))

/** The order of fields is part of it: Postgres sorts those of a jsonb. */
const canonical = ({ erasure, orderedAt, completedAt, stores }: ErasureReceipt): string =>
  JSON.stringify([
    erasure,
    orderedAt,
    completedAt,
    stores.map(({ store, emptiedAt }) => [store, emptiedAt]),
  ])

/** How an erasure stands; `null`: there is none of this id. Throws when the database cannot. */
export async function readErasure(
  database: Database,
  id: string,
  pepper: Pepper,
): Promise<ErasureView | null> {
  const [row] = await database.select().from(erasures).where(eq(erasures.id, id))
  if (row === undefined) return null
  const { receipt, signature } = row
  const isGenuine =
    receipt !== null &&
    signature !== null &&
    (await pepper.isName('receipt', canonical(receipt), signature))
  return {
    id,
    state: row.completedAt === null ? 'running' : 'done',
    orderedAt: row.orderedAt.getTime(),
    completedAt: row.completedAt?.getTime() ?? null,
    receipt: isGenuine ? { ...receipt, signature } : null,
  }
}

/**
 * Erasures of which nothing was heard since `seenBefore`: their objects are to be woken, and these are
 * not looked at again before the next tick. Throws when the database cannot.
 */
export async function takeStalledErasures(
  database: Database,
  seenBefore: number,
  limit: number,
): Promise<readonly string[]> {
  const before = new Date(seenBefore).toISOString()
  const { rows } = await database.execute<{ subject_key: string }>(sql`
    update ${erasures} set seen_at = now()
    where id in (
      select id from ${erasures}
      where completed_at is null and seen_at < ${before}::timestamptz
      order by seen_at limit ${limit} for update skip locked)
    returning subject_key`)
  return rows.map((row) => row.subject_key)
}
