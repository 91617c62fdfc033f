import { randomUUID } from 'node:crypto'
import { and, eq, gte, lt } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAcceptanceStore } from '../../src/adapters/neon/acceptances.ts'
import { eraseAccount, upsertAccounts } from '../../src/adapters/neon/accounts.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import { createLedgerStore } from '../../src/adapters/neon/ledger.ts'
import { acceptances, users } from '../../src/adapters/neon/schema.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import type { LedgerAccount } from '../../src/core/ledger/count-things.ts'
import type { LedgerStore } from '../../src/core/ledger/store.ts'
import { setFault } from '../support/local-services.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'
import { account, accounts } from './rows.ts'

const HOUR_MS = 3_600_000
const NOW = Date.UTC(2031, 4, 3, 12, 30)
const BALANCED = {
  imbalances: [],
  overdueSpecIds: [],
  unevenHours: [],
  uncounted: 0,
  asked: 0,
  unanswered: 0,
}

let world: TestDatabase
let database: Database
let ledger: LedgerStore

beforeAll(async () => {
  world = await startDatabase()
  database = world.database
  ledger = createLedgerStore(database)
})

afterAll(() => world.stop())

// Whoever is here from an earlier test is not looked at any more.
beforeEach(() => database.update(users).set({ ledgerCheckedAt: new Date(Date.UTC(2100, 0)) }))

/** Accounts that the ledger has not seen. */
async function unseen(length: number) {
  const rows = accounts(length)
  await upsertAccounts(database, rows)
  return rows
}

const take = (limit: number, now = NOW) => ledger.takeAccounts(now - HOUR_MS, limit, now)
const keysOf = (taken: readonly LedgerAccount[]) => taken.map(({ facts }) => facts.subjectKey)

describe('B10: the window over accounts', () => {
  test('comes round to everybody: the never seen first, then those seen longest ago', async () => {
    const rows = await unseen(4)
    const keys = rows.map(({ subjectKey }) => subjectKey)
    const rounds = [await take(3), await take(3, NOW + 1), await take(9, NOW + 2)]
    expect(rounds.map(({ length }) => length)).toEqual([3, 1, 0])
    expect(new Set(rounds.flatMap(keysOf))).toEqual(new Set(keys))
    const again = await take(3, NOW + HOUR_MS + 1)
    expect(new Set(keysOf(again))).toEqual(new Set(keysOf(rounds[0] ?? [])))
  })

  test('F40: ticks that overlap share the accounts', async () => {
    await unseen(40)
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(5)))
    const keys = taken.flatMap(keysOf)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('an account is told with what its row names; an address held elsewhere names no identity', async () => {
    const row = account({ auth0UserId: null })
    await upsertAccounts(database, [row])
    const [taken] = await take(1)
    expect(taken).toMatchObject({ fence: 1, facts: { userId: row.userId, identity: row.email } })
    expect([...(taken?.refs ?? [])]).toEqual([['billing', row.stripeCustomerId]])
  })
})

describe('B10: findings', () => {
  const KINDS = ['identity', 'billing']
  /** A look at one account that found so many customers. */
  async function look(taken: LedgerAccount, found: number, now = NOW, kinds = KINDS) {
    const counts = [{ account: taken, kind: 'billing', expected: 1, found }]
    await ledger.settleFindings(counts, kinds, now)
  }
  const findingsOf = async ({ facts }: LedgerAccount) =>
    (await ledger.findings(1_000)).filter(({ subjectKey }) => subjectKey === facts.subjectKey)

  async function oneTaken(): Promise<LedgerAccount> {
    await unseen(1)
    const [taken] = await take(1)
    if (taken === undefined) throw new Error('nobody was taken')
    return taken
  }

  test('one stays open from the first look to the last, and resolves when it is mended', async () => {
    const taken = await oneTaken()
    await look(taken, 0, NOW)
    await look(taken, 2, NOW + 1)
    expect(await findingsOf(taken)).toMatchObject([
      { found: 2, firstSeenAt: NOW, lastSeenAt: NOW + 1, resolvedAt: null },
    ])
    await look(taken, 1, NOW + 2)
    expect(await findingsOf(taken)).toMatchObject([{ lastSeenAt: NOW + 1, resolvedAt: NOW + 2 }])
    await look(taken, 0, NOW + 3)
    expect(await findingsOf(taken)).toMatchObject([{ firstSeenAt: NOW + 3, resolvedAt: null }])
  })

  test('a look that learned nothing leaves it as it was', async () => {
    const taken = await oneTaken()
    await look(taken, 0)
    await ledger.settleFindings([], KINDS, NOW + 1)
    expect(await findingsOf(taken)).toMatchObject([{ lastSeenAt: NOW, resolvedAt: null }])
  })

  test('an account that was written meanwhile is not judged by what was seen before', async () => {
    const taken = await oneTaken()
    const { userId, subjectKey, identity } = taken.facts
    await upsertAccounts(database, [account({ userId, subjectKey, email: identity, fence: 2 })])
    await look(taken, 0)
    expect(await findingsOf(taken)).toEqual([])
  })

  test('B7: with the account its findings go, and none comes after', async () => {
    const taken = await oneTaken()
    await look(taken, 0)
    await eraseAccount(database, taken.facts.subjectKey, 1)
    expect(await findingsOf(taken)).toEqual([])
    await look(taken, 0)
    expect(await findingsOf(taken)).toEqual([])
  })

  test('one whose account or whose step is gone is resolved', async () => {
    const [removed, switchedOff] = [await oneTaken(), await oneTaken()]
    await look(removed, 0)
    await look(switchedOff, 0)
    await database.delete(users).where(eq(users.userId, removed.facts.userId))
    await ledger.settleFindings([], KINDS, NOW + 1)
    expect(await findingsOf(removed)).toMatchObject([{ resolvedAt: NOW + 1 }])
    expect(await findingsOf(switchedOff)).toMatchObject([{ resolvedAt: null }])
    await ledger.settleFindings([], ['identity'], NOW + 2)
    expect(await findingsOf(switchedOff)).toMatchObject([{ resolvedAt: NOW + 2 }])
  })

  test('they are forgotten long after they were resolved, and not before', async () => {
    const taken = await oneTaken()
    await look(taken, 0)
    await ledger.tidy(NOW + 1_000 * 24 * HOUR_MS)
    expect(await findingsOf(taken)).toHaveLength(1)
    await look(taken, 1)
    await ledger.tidy(NOW + 90 * 24 * HOUR_MS)
    expect(await findingsOf(taken)).toHaveLength(1)
    await ledger.tidy(NOW + 90 * 24 * HOUR_MS + 1)
    expect(await findingsOf(taken)).toEqual([])
  })
})

describe('B10: acceptances', () => {
  const store = () => createAcceptanceStore(database)
  let hour = Date.UTC(2032, 0)
  /** An hour of which no other test knows. */
  const freshHour = () => (hour += 100 * 24 * HOUR_MS)
  const rowsOf = (of: number) =>
    database
      .select()
      .from(acceptances)
      .where(and(gte(acceptances.hour, new Date(of)), lt(acceptances.hour, new Date(of + HOUR_MS))))
  const hoursAt = async (of: number) =>
    (await ledger.readFacts(0, { from: of, until: of + HOUR_MS })).hours

  test('F24: written twice after a lost reply they count once', async () => {
    const of = freshHour()
    const rows = [{ flushId: randomUUID(), hour: of, count: 3 }]
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    await expect(store().add(rows)).rejects.toThrow()
    await store().add(rows)
    await store().add(rows)
    expect(await hoursAt(of)).toEqual([{ hour: of, accepted: 3, indexed: 0 }])
  })

  test('they are compared with the sessions of the index by the hour of the opening', async () => {
    const of = freshHour()
    await store().add([2, 3].map((count) => ({ flushId: randomUUID(), hour: of, count })))
    const openings = [of - 1, of, of + HOUR_MS - 1, of + HOUR_MS]
    const sessions = openings.map((openedAt) => indexedSession({ openedAt }))
    await createSessionIndex(database).record(sessions, NOW)
    expect(await hoursAt(of)).toEqual([{ hour: of, accepted: 5, indexed: 2 }])
  })

  test('after two days an hour is one row that says the same, and later none', async () => {
    const of = freshHour()
    await store().add([4, 5, 6].map((count) => ({ flushId: randomUUID(), hour: of, count })))
    await ledger.tidy(of + 48 * HOUR_MS)
    expect(await rowsOf(of)).toHaveLength(3)
    await ledger.tidy(of + 48 * HOUR_MS + 1)
    expect(await rowsOf(of)).toMatchObject([{ count: 15 }])
    await ledger.tidy(of + 35 * 24 * HOUR_MS)
    expect(await rowsOf(of)).toHaveLength(1)
    await ledger.tidy(of + 35 * 24 * HOUR_MS + 1)
    expect(await rowsOf(of)).toEqual([])
  })
})

describe('B10: runs', () => {
  // Before every other session of this file.
  const deadlineAt = Date.UTC(2001, 0)

  test('a run that is not over by its deadline is counted, one that is over is not', async () => {
    const late = indexedSession({ deadlineAt })
    const over = indexedSession({ deadlineAt, status: 'failed' })
    await createSessionIndex(database).record([late, over], NOW)
    const factsAt = (overdueBefore: number) =>
      ledger.readFacts(overdueBefore, { from: 0, until: 0 })
    expect(await factsAt(deadlineAt)).toMatchObject({ overdueRuns: 0 })
    expect(await factsAt(deadlineAt + 1)).toMatchObject({
      overdueRuns: 1,
      overdueSpecIds: [late.specId],
    })
  })

  test('a later run of the session brings its own deadline', async () => {
    const index = createSessionIndex(database)
    const one = indexedSession({ deadlineAt, status: 'failed' })
    await index.record([one], NOW)
    const again = { ...one, run: 2, status: 'pending', deadlineAt: NOW } as const
    await index.record([again], NOW)
    const { overdueSpecIds } = await ledger.readFacts(deadlineAt + 1, { from: 0, until: 0 })
    expect(overdueSpecIds).not.toContain(one.specId)
  })
})

test('B10: the newest look stays, whichever tick is the last to write', async () => {
  await ledger.keepBalance({ ...BALANCED, asked: 2 }, NOW + 1)
  await ledger.keepBalance({ ...BALANCED, asked: 1 }, NOW)
  expect(await ledger.latest()).toEqual({ checkedAt: NOW + 1, balance: { ...BALANCED, asked: 2 } })
})
