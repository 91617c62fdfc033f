import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { StepFailure } from '../../contract/hydration.ts'
import type { ErasureView } from '../../contract/people.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { Pepper } from '../../core/pepper.ts'
import type {
  EmptiedStores,
  ErasureBegun,
  ErasureReceipt,
  ErasureRecords,
  StalledErasure,
} from '../../core/ports.ts'
import { type Database, databaseFailure } from './database.ts'
import { erasures, operatorActions as actions } from './schema.ts'

/** What the audit says of an erasure that every store has said done to. */
const OUTCOME = 'erased everywhere'

/** The audit of erasures. An order and its line in the audit have the same id. */
export function createErasureRecords(database: Database, pepper: Pepper): ErasureRecords {
  return {
    begin: (order, subjectKey) => attempt(() => begin(database, order, subjectKey)),
    keep: (emptied) => attempt(() => keep(database, emptied)),
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

const keep = (database: Database, { erasure, stores }: EmptiedStores) =>
  database
    .update(erasures)
    .set({ emptied: stores })
    .where(and(eq(erasures.id, erasure), isNull(erasures.completedAt)))

async function close(
  database: Database,
  receipt: ErasureReceipt,
  signature: string,
): Promise<void> {
  const at = new Date(receipt.completedAt)
  await database.batch([
    database
      .update(erasures)
      .set({ subjectKey: null, completedAt: at, emptied: null, receipt, signature })
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
): Promise<readonly StalledErasure[]> {
  const stalled = database
    .select({ id: erasures.id })
    .from(erasures)
    .where(and(isNull(erasures.completedAt), lt(erasures.seenAt, new Date(seenBefore))))
    .orderBy(erasures.seenAt)
    .limit(limit)
    // Two ticks at a time share the work.
    .for('update', { skipLocked: true })
  const rows = await database
    .update(erasures)
    .set({ seenAt: sql`now()` })
    .where(inArray(erasures.id, stalled))
    .returning()
  return rows.flatMap(({ id: erasure, subjectKey, orderedAt, emptied: stores }) =>
    subjectKey === null
      ? []
      : [
          {
            erasure,
            subjectKey,
            emptied: stores === null ? null : { erasure, orderedAt: orderedAt.getTime(), stores },
          },
        ],
  )
}
