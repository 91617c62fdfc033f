import { and, eq, inArray, isNull, lte, sql } from 'drizzle-orm'
import type { BillingEvents, TakenEvents } from '../../core/billing/events.ts'
import type { Database } from './database.ts'
import { users, webhookEvents as events } from './schema.ts'

/** Longer than a look takes with a slow provider and a slow database. */
const HOLD_MS = 60_000

/**
 * Takes open events that are due, for a while. What somebody else is writing to is passed over. The
 * accounts are read by the statement that takes, so that any later write to them shows.
 */
export async function takeEvents(
  database: Database,
  of: Parameters<BillingEvents['take']>[0],
  now: number,
): Promise<readonly TakenEvents[]> {
  const holder = crypto.randomUUID()
  const taken = database.$with('taken').as(
    database
      .update(events)
      .set({ dueAt: new Date(now + HOLD_MS), looks: sql`${events.looks} + 1`, holder })
      .where(inArray(events.eventId, dueEvents(database, of, now)))
      .returning({
        customerId: events.customerId,
        looks: events.looks,
        receivedAt: events.receivedAt,
      }),
  )
  const rows = await database
    .with(taken)
    .select({
      customerId: taken.customerId,
      looks: taken.looks,
      receivedAt: taken.receivedAt,
      version: users.billingVersion,
      knownForeign: sql<boolean>`exists (
        select 1 from ${events} known
        where known.customer_id = ${taken.customerId} and known.state = 'foreign')`,
    })
    .from(taken)
    .leftJoin(users, eq(users.stripeCustomerId, taken.customerId))
  return [...Map.groupBy(rows, ({ customerId }) => customerId)].flatMap(([customerId, own]) => {
    const [first] = own
    if (first === undefined || customerId === null) return []
    return [
      {
        customerId,
        holder,
        looks: Math.max(...own.map(({ looks }) => looks)),
        receivedAt: Math.max(...own.map(({ receivedAt }) => receivedAt.getTime())),
        account: first.version === null ? null : { version: first.version },
        knownForeign: first.knownForeign,
      },
    ]
  })
}

function dueEvents(database: Database, of: Parameters<BillingEvents['take']>[0], now: number) {
  const due = and(isNull(events.doneAt), lte(events.dueAt, new Date(now)))
  const longestWaiting = (limit: number) =>
    database
      .select({ customerId: events.customerId })
      .from(events)
      .where(due)
      .groupBy(events.customerId)
      .orderBy(sql`min(${events.dueAt})`)
      .limit(limit)
  return database
    .select({ eventId: events.eventId })
    .from(events)
    .where(and(due, inArray(events.customerId, 'limit' in of ? longestWaiting(of.limit) : [...of])))
    .orderBy(events.eventId)
    .for('update', { skipLocked: true })
}
