import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AccountWriter } from '../../src/adapters/neon/account-writer.ts'
import { type AccountResult, upsertAccounts } from '../../src/adapters/neon/accounts.ts'
import { createDeadLetterStore } from '../../src/adapters/neon/dead-letters.ts'
import { onboardingSessions, users } from '../../src/adapters/neon/schema.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import { fail } from '../../src/contract/result.ts'
import { setFault } from '../support/local-services.ts'
import { Outsider } from '../support/outsider.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'
import { account, accounts, stored, storedCount } from './rows.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'

// A real PostgreSQL that fails in every way we can think of, behind the unchanged driver.

let world: TestDatabase
let outsider: Outsider

beforeAll(async () => {
  world = await startDatabase()
})

afterAll(() => world.stop())

beforeEach(async () => {
  outsider = await Outsider.connect(world.postgres.url)
})

afterEach(async () => {
  await setFault(world.url, null)
  await outsider.leave()
})

const upsert = (rows: Parameters<typeof upsertAccounts>[1]) => upsertAccounts(world.database, rows)

const kindsOf = (results: readonly AccountResult[]) =>
  new Set(results.map((result) => (result.ok ? 'ok' : result.error.kind)))

/** Locks these people's rows until `COMMIT` or `ROLLBACK`. */
const lock = async (rows: readonly { readonly subjectKey: string }[]) => {
  await outsider.run('BEGIN')
  for (const { subjectKey } of rows) await lockOne(subjectKey)
}

const lockOne = (subjectKey: string) =>
  outsider.run('UPDATE users SET updated_at = now() WHERE subject_key = $1', subjectKey)

describe('the reply is lost after the commit', () => {
  test('F9, F24: each person hears that nobody answered, and the retry is the same row', async () => {
    const rows = accounts(25)
    const writer = new AccountWriter(world.database)
    const write = () => Promise.all(rows.map((row) => writer.write(row)))
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    expect(kindsOf(await write())).toEqual(new Set(['unavailable']))
    expect(await storedCount(world.database, rows)).toBe(25)
    expect(kindsOf(await write())).toEqual(new Set(['ok']))
    expect(await storedCount(world.database, rows)).toBe(25)
  })

  test('F9: the retry comes under a higher fence, and what a call in between found is kept', async () => {
    const row = account({ stripeCustomerId: null })
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    await upsert([row])
    const stripeCustomerId = `cus_${row.userId}`
    expect(kindsOf(await upsert([{ ...row, stripeCustomerId, fence: 2 }]))).toEqual(new Set(['ok']))
    expect(await stored(world.database, row)).toMatchObject({ stripeCustomerId, fence: 2 })
  })

  test('F24: a session that was indexed is indexed once', async () => {
    const index = createSessionIndex(world.database)
    const one = indexedSession({ status: 'merged' })
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    await expect(index.record([one], Date.now())).rejects.toThrow()
    await index.record([one], Date.now())
    const rows = await outsider.run(
      'SELECT status FROM onboarding_sessions WHERE spec_id = $1',
      one.specId,
    )
    expect(rows).toEqual([{ status: 'merged' }])
  })

  test('F24: a dead letter that was kept is kept once', async () => {
    const store = createDeadLetterStore(world.database)
    const letter = { id: randomUUID(), queue: 'q', body: null, reason: 'r', receivedAt: 0 }
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    await expect(store.keep([letter])).rejects.toThrow()
    await store.keep([letter])
    expect(await outsider.run('SELECT id FROM dead_letters WHERE id = $1', letter.id)).toHaveLength(
      1,
    )
  })
})

describe('writers meet', () => {
  test('F25: the victim of a deadlock hears it as a wait, and has everybody at the next try', async () => {
    const rows = accounts(2).toSorted((a, b) => (a.subjectKey < b.subjectKey ? -1 : 1))
    await upsert(rows)
    // Whoever waits longest looks for the deadlock and gives way: that must be us.
    await outsider.run(`SET deadlock_timeout = '60s'`)
    await lock(rows.slice(1))
    const again = rows.map((row) => ({ ...row, fence: 2 }))
    const ours = upsert(again)
    await outsider.untilWaiting()
    await lockOne(rows[0]?.subjectKey ?? '')
    expect(await ours).toEqual(
      rows.map(() => fail({ kind: 'unavailable', detail: 'postgres 40P01' })),
    )
    await outsider.run('COMMIT')
    expect(kindsOf(await upsert(again))).toEqual(new Set(['ok']))
    expect(await stored(world.database, again[1] ?? account())).toMatchObject({ fence: 2 })
  })

  test('F25: two writers of the same people in opposite order, and rows that somebody else holds', async () => {
    const rows = accounts(50)
    await upsert(rows)
    await lock(rows.slice(20, 25))
    const writers = [rows, rows.toReversed()].map((own, position) =>
      upsert(own.map((row) => ({ ...row, fence: 2 + position }))),
    )
    await outsider.untilWaiting(2)
    await outsider.run('COMMIT')
    const [older = [], newer = []] = await Promise.all(writers)
    expect(kindsOf(newer)).toEqual(new Set(['ok']))
    // Where the newer one came first the older one changes nothing, and is told so.
    expect(['ok', 'unknown_outcome']).toEqual(expect.arrayContaining([...kindsOf(older)]))
    expect((await stored(world.database, rows[0] ?? account()))?.fence).toBe(3)
    expect(await storedCount(world.database, rows)).toBe(50)
  })

  test.each([
    ['COMMIT', 'conflict'],
    ['ROLLBACK', 'ok'],
  ])(
    'F25: an address that somebody writes at the same moment: after their %s it is %s, and the others are there',
    async (end, outcome) => {
      const rows = accounts(10)
      const [taken = account()] = rows
      await outsider.run('BEGIN')
      await outsider.run(
        `INSERT INTO users (user_id, subject_key, kind, email, plan_id, fence, created_at)
         VALUES ($1, $2, 'email', $3, 'pro', 1, now())`,
        randomUUID(),
        `key-${randomUUID()}`,
        taken.email,
      )
      const ours = upsert(rows)
      await outsider.untilWaiting()
      await outsider.run(end)
      const [first, ...others] = (await ours).map((result) =>
        result.ok ? 'ok' : result.error.kind,
      )
      expect(first).toBe(outcome)
      expect(others).toEqual(Array(9).fill('ok'))
    },
  )

  test('F27: a statement that takes seconds is made once, by everybody who was ready', async () => {
    const rows = accounts(10)
    const writer = new AccountWriter(world.database)
    await outsider.run('BEGIN')
    await outsider.run('LOCK TABLE users')
    const ours = Promise.all(rows.map((row) => writer.write(row)))
    await outsider.untilWaiting()
    await outsider.run('SELECT pg_sleep(3)')
    expect(await outsider.waiting()).toHaveLength(1)
    await outsider.run('COMMIT')
    expect(kindsOf(await ours)).toEqual(new Set(['ok']))
  })

  test('F27: one that takes longer than we wait is done behind our back, and the retry finds it', async () => {
    const row = account()
    await outsider.run('BEGIN')
    await outsider.run('LOCK TABLE users')
    expect(kindsOf(await upsert([row]))).toEqual(new Set(['unavailable']))
    const again = upsert([{ ...row, fence: 2 }])
    await outsider.untilWaiting(2)
    await outsider.run('COMMIT')
    expect(kindsOf(await again)).toEqual(new Set(['ok']))
    expect(await storedCount(world.database, [row])).toBe(1)
    expect((await stored(world.database, row))?.fence).toBe(2)
  })
})

describe('a connection is cut off', () => {
  test('F24: in the middle of a statement: nothing is there, and the retry has everybody', async () => {
    const rows = accounts(10)
    await outsider.run('BEGIN')
    await outsider.run('LOCK TABLE users')
    const ours = upsert(rows)
    await outsider.cutOffWaiting()
    expect(kindsOf(await ours)).toEqual(new Set(['unavailable']))
    await outsider.run('COMMIT')
    expect(await storedCount(world.database, rows)).toBe(0)
    expect(kindsOf(await upsert(rows))).toEqual(new Set(['ok']))
  })

  test('F24: in the middle of a batch: none of its statements took effect', async () => {
    const { database } = world
    const row = account()
    const { specId, subjectKey, run, status } = indexedSession()
    const opened = new Date()
    const one = { specId, subjectKey, run, status, openedAt: opened, deadlineAt: opened }
    const batch = () =>
      database.batch([
        database.insert(users).values(row),
        database.insert(onboardingSessions).values(one),
      ])
    await outsider.run('BEGIN')
    await outsider.run('LOCK TABLE onboarding_sessions')
    const ours = Promise.allSettled([batch()])
    await outsider.cutOffWaiting()
    expect(await ours).toMatchObject([{ status: 'rejected' }])
    await outsider.run('COMMIT')
    expect(await stored(database, row)).toBeUndefined()
    await batch()
    expect(await stored(database, row)).toBeDefined()
  })

  test('F26: PostgreSQL dies under its callers and is away for a while: nobody is taken for a bad row', async () => {
    const [before, during] = [accounts(5), accounts(5)]
    await upsert(before)
    await world.postgres.crash()
    const results = await Promise.all([upsert(before), upsert(during)])
    expect(kindsOf(results.flat())).toEqual(new Set(['unavailable']))
    await expect(
      createSessionIndex(world.database).record([indexedSession()], Date.now()),
    ).rejects.toThrow()
    await world.postgres.restart()
    expect(kindsOf(await upsert([...before, ...during]))).toEqual(new Set(['ok']))
    expect(await storedCount(world.database, [...before, ...during])).toBe(10)
  })
})
