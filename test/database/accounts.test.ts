import { randomUUID } from 'node:crypto'
import { eq, getTableColumns, sql } from 'drizzle-orm'
import { type PgColumn, getTableConfig } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { AccountWriter } from '../../src/adapters/neon/account-writer.ts'
import { eraseAccount, upsertAccounts } from '../../src/adapters/neon/accounts.ts'
import {
  behaviorEvents,
  experiments,
  recommendations,
  userJourneys,
} from '../../src/adapters/neon/behaviour-schema.ts'
import { metricCounts } from '../../src/adapters/neon/metric-schema.ts'
import { banditArms, experimentLooks } from '../../src/adapters/neon/learning-schema.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import {
  policyAnswers,
  policyCounts,
  policyWaiters,
} from '../../src/adapters/neon/policy-schema.ts'
import {
  acceptances,
  deadLetters,
  ledgerBalance,
  ledgerFindings,
  onboardingSessions,
  operatorActions,
  replays,
  users,
  webhookEvents,
} from '../../src/adapters/neon/schema.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'
import { account, accounts, stored, storedCount } from './rows.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'

let world: TestDatabase
let database: Database

beforeAll(async () => {
  world = await startDatabase()
  database = world.database
})

afterAll(() => world.stop())

describe('S5: one atomic upsert of many accounts', () => {
  test('answers for each row in the order given', async () => {
    const rows = accounts(25)
    const results = await upsertAccounts(database, rows)
    expect(results).toEqual(rows.map(({ userId }) => ({ ok: true, value: userId })))
  })

  test('F24: again is the same rows', async () => {
    const rows = accounts(25)
    await upsertAccounts(database, rows)
    expect(await upsertAccounts(database, rows)).toEqual(await upsertAccounts(database, rows))
    expect(await storedCount(database, rows)).toBe(25)
  })

  test('A, F25: 16 writers on the same 100 people, in any order: all rows once, nobody fails', async () => {
    const rows = accounts(100)
    const shuffled = () =>
      rows
        .map((row) => ({ row, at: Math.random() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ row }) => row)
    const results = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const own = []
        for (let round = 0; round < 10; round += 1) {
          own.push(...(await upsertAccounts(database, shuffled())))
        }
        return own
      }),
    )
    expect(results.flat().filter(({ ok }) => !ok)).toEqual([])
    expect(await storedCount(database, rows)).toBe(100)
  })

  test('F12: an old fence changes nothing', async () => {
    const row = account({ fence: 5, stripeCustomerId: 'cus_new' })
    await upsertAccounts(database, [row])
    const [late] = await upsertAccounts(database, [
      { ...row, fence: 4, stripeCustomerId: 'cus_old' },
    ])
    expect(late?.ok).toBe(false)
    expect(await stored(database, row)).toMatchObject({ fence: 5, stripeCustomerId: 'cus_new' })
  })

  test('X13: what an unproven session brings later does not overwrite the plan', async () => {
    const row = account()
    await upsertAccounts(database, [row])
    await upsertAccounts(database, [{ ...row, planId: 'planted', fence: 2 }])
    expect(await stored(database, row)).toMatchObject({ planId: 'pro', fence: 2 })
    const proven = { planId: 'team', profile: { team: 'A' }, provenAt: new Date(), fence: 3 }
    await upsertAccounts(database, [{ ...row, ...proven }])
    expect(await stored(database, row)).toMatchObject(proven)
  })

  test('what an earlier pass found at Auth0 stays when a later one brings nothing', async () => {
    const row = account({ auth0UserId: null })
    await upsertAccounts(database, [row])
    const auth0UserId = `auth0|${row.userId}`
    await upsertAccounts(database, [{ ...row, auth0UserId, fence: 2 }])
    await upsertAccounts(database, [{ ...row, fence: 3 }])
    expect(await stored(database, row)).toMatchObject({ auth0UserId, fence: 3 })
  })

  test('one user at Auth0 is linked to one account', async () => {
    const [one, other] = [account(), account()]
    await upsertAccounts(database, [one])
    const { auth0UserId } = one
    const [result] = await upsertAccounts(database, [{ ...other, auth0UserId }])
    expect(result).toMatchObject({ ok: false, error: { kind: 'conflict' } })
  })

  test('a person who was found under another id is a conflict, and stays as they were', async () => {
    const row = account()
    await upsertAccounts(database, [row])
    const [result] = await upsertAccounts(database, [{ ...row, userId: randomUUID(), fence: 2 }])
    expect(result).toMatchObject({ ok: false, error: { kind: 'conflict' } })
    expect((await stored(database, row))?.userId).toBe(row.userId)
  })

  test('F15: one row that violates a key takes no other with it', async () => {
    const taken = account()
    await upsertAccounts(database, [taken])
    const rows = accounts(10)
    const poison = account({ email: taken.email })
    const results = await upsertAccounts(database, [...rows.slice(0, 7), poison, ...rows.slice(7)])
    expect(results.map(({ ok }) => ok)).toEqual([
      ...Array<boolean>(7).fill(true),
      false,
      true,
      true,
      true,
    ])
    expect(results[7]).toMatchObject({ error: { kind: 'conflict' } })
  })

  test.each([
    ['NUL', '\u0000'],
    ['half a surrogate pair', '\ud800'],
  ])(
    'X44: one row with %s, which Postgres cannot keep, takes no other with it',
    async (_name, text) => {
      const rows = accounts(10)
      const poison = account({ profile: { text }, provenAt: new Date() })
      const results = await upsertAccounts(database, [
        ...rows.slice(0, 7),
        poison,
        ...rows.slice(7),
      ])
      expect(results.map(({ ok }) => ok)).toEqual(rows.map(() => true).toSpliced(7, 0, false))
      expect(results[7]).toMatchObject({ error: { kind: 'rejected' } })
      expect(await storedCount(database, rows)).toBe(10)
    },
  )

  const watchStatements = () => {
    const statements: unknown[] = []
    const watched = new Proxy(database, {
      get(target, name) {
        if (name === 'insert') statements.push(name)
        return Reflect.get(target, name, target) as unknown
      },
    })
    return { watched, statements }
  }

  test('rows that are ready together share a statement', async () => {
    const { watched, statements } = watchStatements()
    const writer = new AccountWriter(watched)
    const results = await Promise.all(accounts(60).map((row) => writer.write(row)))
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(statements).toHaveLength(3)
  })

  test('rows wait for whoever may still come, and no longer', async () => {
    const { watched, statements } = watchStatements()
    const [slow, ...rows] = accounts(4)
    const writer = new AccountWriter(watched)
    writer.expect([slow, ...rows].flatMap((row) => row?.subjectKey ?? []))
    // No time passes: whoever is written was not waited for.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const written = Promise.all(rows.map((row) => writer.write(row)))
      expect(statements).toHaveLength(0)
      writer.leave(slow?.subjectKey ?? '')
      expect((await written).every(({ ok }) => ok)).toBe(true)
      expect(statements).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the index of sessions', () => {
  const found = async (specId: string) => {
    const [row] = await database
      .select()
      .from(onboardingSessions)
      .where(eq(onboardingSessions.specId, specId))
    return row
  }

  test('B: what has settled stays settled, whatever comes late', async () => {
    const index = createSessionIndex(database)
    const one = indexedSession()
    await index.record([one], Date.now())
    await index.record([{ ...one, status: 'merged', storageBytes: 4_096 }], Date.now())
    await index.record([one, { ...indexedSession(), subjectKey: one.subjectKey }], Date.now())
    await index.record([{ ...one, status: 'failed' }], Date.now())
    expect(await found(one.specId)).toMatchObject({ status: 'merged', storageBytes: 4_096 })
  })

  test('a session that an erasure found open is what its object says once the person is back', async () => {
    const index = createSessionIndex(database)
    const one = indexedSession()
    await index.record([one], Date.now())
    await eraseAccount(database, one.subjectKey, 1)
    expect(await found(one.specId)).toMatchObject({ status: 'failed', subjectKey: null })
    await index.record([one], Date.now())
    expect(await found(one.specId)).toMatchObject({ status: 'failed', subjectKey: null })
    await index.record([{ ...one, status: 'merged' }], Date.now())
    expect(await found(one.specId)).toMatchObject({
      status: 'merged',
      subjectKey: one.subjectKey,
      erasedAt: null,
    })
  })

  test('a session that settles without having been indexed is there', async () => {
    const one = indexedSession({ status: 'merged' })
    await createSessionIndex(database).record([one], Date.now())
    expect((await found(one.specId))?.settledAt).not.toBeNull()
  })

  test('one statement may name a session twice; the last word counts', async () => {
    const one = indexedSession()
    await createSessionIndex(database).record([one, { ...one, status: 'failed' }], Date.now())
    expect((await found(one.specId))?.status).toBe('failed')
  })

  test('16 writers that name the same sessions do not deadlock', async () => {
    const index = createSessionIndex(database)
    const sessions = Array.from({ length: 100 }, () => indexedSession())
    const writers = Array.from({ length: 16 }, (_, writer) =>
      index.record(writer % 2 ? sessions : sessions.toReversed(), Date.now()),
    )
    expect(await Promise.all(writers)).toHaveLength(16)
  })

  test('F30: whoever should be done and is not gets their turn, the longest neglected first', async () => {
    const index = createSessionIndex(database)
    const [old, older, young, done] = [
      indexedSession({ dueAt: 2_000 }),
      indexedSession({ dueAt: 1_000 }),
      indexedSession(),
      indexedSession({ dueAt: null }),
    ]
    await index.record([old, older, young, done], Date.now())
    const taken = async (againAt: number) =>
      (await index.takeOverdue(3_000, 1, againAt)).map(({ specId }) => specId)
    expect([
      await taken(2_500),
      await taken(4_000),
      await taken(5_000),
      await taken(6_000),
    ]).toEqual([[older.specId], [old.specId], [older.specId], []])
  })

  test('more sessions than a statement has room for are recorded', async () => {
    const sessions = Array.from({ length: 10_000 }, () => indexedSession())
    await createSessionIndex(database).record(sessions, Date.now())
    expect(await found(sessions.at(-1)?.specId ?? '')).toBeDefined()
  })
})

test.each([
  users,
  onboardingSessions,
  deadLetters,
  webhookEvents,
  replays,
  operatorActions,
  ledgerFindings,
  acceptances,
  ledgerBalance,
  behaviorEvents,
  userJourneys,
  recommendations,
  experiments,
  banditArms,
  experimentLooks,
  policyAnswers,
  policyWaiters,
  policyCounts,
  metricCounts,
])('drizzle and the migrations agree on $_.name', async (table) => {
  const { name } = getTableConfig(table)
  const { rows } = await database.execute<{
    column_name: string
    type: string
    nullable: string
  }>(
    sql`select column_name, is_nullable as nullable,
            case data_type when 'ARRAY' then substr(udt_name, 2) || '[]' else data_type end as type
          from information_schema.columns where table_name = ${name}`,
  )
  const inDatabase = rows.map((row) => [row.column_name, row.type, row.nullable === 'NO'].join(' '))
  const columns: readonly PgColumn[] = Object.values(getTableColumns(table))
  const inCode = columns.map((column) =>
    [column.name, column.getSQLType(), column.notNull].join(' '),
  )
  expect(new Set(inCode)).toEqual(new Set(inDatabase))
})
