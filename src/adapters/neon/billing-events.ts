import { and, eq, exists, inArray, isNull, lt, notExists, sql } from 'drizzle-orm'
import type { BillingEvents, IgnoredAs, TakenEvents } from '../../core/billing/events.ts'
import type { Database } from './database.ts'
import { users, webhookEvents as events } from './schema.ts'
import { takeEvents } from './take-events.ts'

/** Rows that one call forgets; the next tick goes on. */
const FORGET_MAX = 1_000

// Rows are locked in the order of their ids wherever several are, so that writers which meet wait for
// each other and never deadlock.
export function createBillingEvents(database: Database): BillingEvents {
  return {
    async store({ id, type, customerId, createdAt }, ignoredAs, now) {
      const moment = new Date(now)
      const stored = await database
        .insert(events)
        .values({
          eventId: id,
          type,
          customerId,
          createdAt: new Date(createdAt),
          receivedAt: moment,
          state: ignoredAs ?? 'due',
          dueAt: moment,
          doneAt: ignoredAs === null ? null : moment,
        })
        .onConflictDoNothing()
        .returning({ eventId: events.eventId })
      return stored.length > 0
    },

    take: (of, now) => takeEvents(database, of, now),
    apply: (taken, version, billing, now) => apply(database, taken, version, billing, now),

    ignore: (taken, ignoredAs, now) =>
      moveWithoutAccount(database, taken, { state: ignoredAs, doneAt: new Date(now) }),

    park: (taken, dueAt) =>
      moveWithoutAccount(database, taken, { state: 'waiting', dueAt: new Date(dueAt) }),

    async giveBack(taken, dueAt) {
      await database
        .update(events)
        .set({ state: 'due', dueAt: new Date(dueAt), holder: null })
        .where(inArray(events.eventId, held(database, taken)))
    },

    async release(customerIds, now) {
      const open = database
        .select({ eventId: events.eventId })
        .from(events)
        .where(and(inArray(events.customerId, [...customerIds]), isNull(events.doneAt)))
        .orderBy(events.eventId)
        .for('update')
      await database
        .update(events)
        .set({ state: 'due', dueAt: new Date(now), holder: null })
        .where(inArray(events.eventId, open))
    },

    async forget(closedBefore) {
      const old = database
        .select({ eventId: events.eventId })
        .from(events)
        .where(lt(events.doneAt, new Date(closedBefore)))
        .orderBy(events.doneAt)
        .limit(FORGET_MAX)
      await database.delete(events).where(inArray(events.eventId, old))
    },
  }
}

/** What is open and in nobody else's hands since it was taken; locked, so that it stays so. */
const held = (database: Database, { customerId, holder }: TakenEvents) =>
  database
    .select({ eventId: events.eventId })
    .from(events)
    .where(and(eq(events.customerId, customerId), eq(events.holder, holder), isNull(events.doneAt)))
    .orderBy(events.eventId)
    .for('update')

/**
 * Effect and "done" are one statement: both or nothing. Of two readings that meet at the account's
 * row the second finds another version, and the world has to be asked again.
 */
async function apply(
  database: Database,
  taken: TakenEvents,
  version: number,
  billing: { readonly status: string; readonly plan: string | null },
  now: number,
): Promise<boolean> {
  const own = database.$with('own').as(held(database, taken))
  const written = database.$with('written').as(
    database
      .update(users)
      .set({
        billingStatus: billing.status,
        billingPlan: billing.plan,
        billingUpdatedAt: new Date(now),
        billingVersion: version + 1,
      })
      .where(
        and(
          eq(users.stripeCustomerId, taken.customerId),
          eq(users.billingVersion, version),
          // Counted, so that all of them are locked before the row changes.
          sql`(select count(*) from ${own}) > 0`,
        ),
      )
      .returning({ userId: users.userId }),
  )
  const closed = await database
    .with(own, written)
    .update(events)
    .set({ state: 'applied', doneAt: new Date(now) })
    .where(
      and(
        inArray(events.eventId, database.select({ eventId: own.eventId }).from(own)),
        exists(database.select().from(written)),
      ),
    )
    .returning({ eventId: events.eventId })
  return closed.length > 0
}

/** The account may have come while its events were looked at: then they are its, and stay open. */
async function moveWithoutAccount(
  database: Database,
  taken: TakenEvents,
  to: { readonly state: 'waiting' | IgnoredAs; readonly dueAt?: Date; readonly doneAt?: Date },
): Promise<boolean> {
  const account = database.select().from(users).where(eq(users.stripeCustomerId, taken.customerId))
  const moved = await database
    .update(events)
    .set(to)
    .where(and(inArray(events.eventId, held(database, taken)), notExists(account)))
    .returning({ eventId: events.eventId })
  return moved.length > 0
}
