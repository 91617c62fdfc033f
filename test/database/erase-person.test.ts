import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/adapters/neon/database.ts'
import { createDeadLetterStore } from '../../src/adapters/neon/dead-letters.ts'
import { erasePerson } from '../../src/adapters/neon/erase-person.ts'
import { deadLetters } from '../../src/adapters/neon/schema.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'

const ORDERED = Date.UTC(2026, 5, 1, 12)
const LAST_RUN = 3

let world: TestDatabase
let database: Database

beforeAll(async () => {
  world = await startDatabase()
  database = world.database
})

afterAll(() => world.stop())

/** Ids of their own for each case: what is erased once is kept away for good. */
const somebody = () => ({ userId: randomUUID(), specId: randomUUID(), forgotten: randomUUID() })
type Who = Record<'before' | 'since', ReturnType<typeof somebody>>

const wake = (...sessions: readonly (readonly [specId: string, run: number])[]) => ({
  sessions: sessions.map(([specId, run]) => ({ specId, run, openedAt: ORDERED })),
})
const did = (person: string) => ({ type: 'events', person, events: [] })

test.each<[string, 'goes' | 'stays', number, (who: Who) => object]>([
  ['a wake-up of before', 'goes', 1, ({ before }) => wake([before.specId, LAST_RUN])],
  [
    'a wake-up for a session that nobody else knows',
    'goes',
    1,
    ({ before }) => wake([before.forgotten, 1]),
  ],
  [
    'a wake-up for both',
    'goes',
    1,
    ({ before, since }) => wake([before.specId, 2], [since.specId, LAST_RUN + 1]),
  ],
  ['a wake-up of since', 'stays', 1, ({ since }) => wake([since.specId, LAST_RUN + 1])],
  ['what their session did', 'goes', 1, ({ before }) => did(before.specId)],
  ['what their account did', 'goes', 1, ({ before }) => did(before.userId)],
  ['what a session did before the order', 'goes', -1, ({ before }) => did(before.forgotten)],
  ['what a session of since did', 'stays', 1, ({ since }) => did(since.specId)],
  ['what an account of since did', 'stays', 1, ({ since }) => did(since.userId)],
  ['a message that names nobody', 'goes', 1, () => ({ type: 'unpublished' })],
  ['a wake-up that names nobody', 'goes', 1, () => wake()],
])('B7: of dead letters under the address, %s %s', async (_what, fate, after, bodyOf) => {
  const who = { before: somebody(), since: somebody() }
  const [key, id] = [`key-${randomUUID()}`, randomUUID()]
  await createDeadLetterStore(database).keep([
    {
      id,
      queue: 'foyer-hydration-dead',
      body: { v: 1, key, traceparent: '', ...bodyOf(who) },
      reason: 'a test',
      receivedAt: ORDERED + after * 60_000,
    },
  ])
  const kept = () => database.select().from(deadLetters).where(eq(deadLetters.id, id))
  expect(await kept()).toHaveLength(1)
  const erased = await erasePerson(database, {
    userId: who.before.userId,
    subjectKey: key,
    orderedAt: ORDERED,
    lastRun: LAST_RUN,
    sessions: [who.before.specId],
    customerId: null,
  })
  expect(erased).toEqual({ ok: true, value: null })
  expect(await kept()).toHaveLength(fate === 'stays' ? 1 : 0)
})
