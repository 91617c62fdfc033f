import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ok, fail } from '../../src/contract/result.ts'
import type { BillingCustomer } from '../../src/core/billing/customer.ts'
import type { ReadCustomer } from '../../src/core/billing/events.ts'
import { type AccountRow, upsertAccounts } from '../../src/adapters/neon/accounts.ts'
import { AccountWriter } from '../../src/adapters/neon/account-writer.ts'
import { createBillingEvents } from '../../src/adapters/neon/billing-events.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import { users, webhookEvents } from '../../src/adapters/neon/schema.ts'
import { type Trouble, settleClaimed, settleEvents } from '../../src/core/billing/settle.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'
import { account } from './rows.ts'

let world: TestDatabase
let database: Database

beforeAll(async () => {
  world = await startDatabase()
  database = world.database
})

afterAll(() => world.stop())

/** A billing provider of which every reading is newer than the one before. */
class Readings {
  asked = 0
  readonly #pauses: readonly (() => Promise<unknown>)[]

  /** @param pauses what happens while the first readings are on their way */
  constructor(...pauses: readonly (() => Promise<unknown>)[]) {
    this.#pauses = pauses
  }

  readonly read: ReadCustomer = async () => {
    this.asked += 1
    const customer = subscribed(`plan-${this.asked}`)
    await this.#pauses[this.asked - 1]?.()
    return ok(customer)
  }
}

const subscribed = (plan: string): BillingCustomer => ({
  kind: 'living',
  ours: true,
  subscriptions: [{ status: 'active', plan, created: 1 }],
})

const freshCustomer = () => `cus_${randomUUID().replaceAll('-', '')}`

const accountOf = (stripeCustomerId: string): AccountRow => account({ stripeCustomerId })

const store = async (customerId: string, count = 1): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => `evt_${randomUUID()}`)
  const events = createBillingEvents(database)
  for (const id of ids) {
    const type = 'customer.subscription.updated'
    await events.store({ id, type, customerId, createdAt: Date.now() }, null, Date.now())
  }
  return ids
}

const deps = (readCustomer: ReadCustomer, now = Date.now) => ({
  events: createBillingEvents(database),
  readCustomer,
  now,
  report: (trouble: Trouble) => {
    if (trouble.kind === 'interrupted') throw trouble.error
  },
})

const billed = async (customerId: string) => {
  const [row] = await database.select().from(users).where(eq(users.stripeCustomerId, customerId))
  return row && { status: row.billingStatus, plan: row.billingPlan, version: row.billingVersion }
}

const statesOf = async (customerId: string) => {
  const rows = await database
    .select()
    .from(webhookEvents)
    .where(eq(webhookEvents.customerId, customerId))
  return rows.map(({ state }) => state)
}

test('F36: one event stored fifty times at once is there once', async () => {
  const customerId = freshCustomer()
  const event = { id: `evt_${randomUUID()}`, type: 't', customerId, createdAt: Date.now() }
  const stored = await Promise.all(
    Array.from({ length: 50 }, () => createBillingEvents(database).store(event, null, Date.now())),
  )
  expect(stored.filter((isNew) => isNew)).toHaveLength(1)
  expect(await statesOf(customerId)).toEqual(['due'])
})

describe('G: an account is there', () => {
  test('E: sixteen who settle at once change it once, for all its events', async () => {
    const customerId = freshCustomer()
    await upsertAccounts(database, [accountOf(customerId)])
    await store(customerId, 5)
    const billing = new Readings()
    await Promise.all(
      Array.from({ length: 16 }, () => settleEvents(deps(billing.read), [customerId])),
    )
    expect(await billed(customerId)).toEqual({ status: 'active', plan: 'plan-1', version: 1 })
    expect(new Set(await statesOf(customerId))).toEqual(new Set(['applied']))
    expect(billing.asked).toBe(1)
  })

  test('E: an older reading that arrives last does not win', async () => {
    const customerId = freshCustomer()
    await upsertAccounts(database, [accountOf(customerId)])
    await store(customerId)
    // While the first reading is on its way another event comes, and is read and written.
    const billing = new Readings(async () => {
      await store(customerId)
      await settleEvents(deps(billing.read), [customerId])
      expect(await billed(customerId)).toMatchObject({ plan: 'plan-2', version: 1 })
    })
    await settleEvents(deps(billing.read), [customerId])
    expect(await billed(customerId)).toEqual({ status: 'active', plan: 'plan-3', version: 2 })
    expect(await statesOf(customerId)).toEqual(['applied', 'applied'])
  })

  test('E: who was away too long, while another did the work, changes nothing', async () => {
    const customerId = freshCustomer()
    await upsertAccounts(database, [accountOf(customerId)])
    await store(customerId)
    const later = () => Date.now() + 120_000
    const billing = new Readings(() => settleEvents(deps(billing.read, later), [customerId]))
    await settleEvents(deps(billing.read), [customerId])
    expect(await billed(customerId)).toEqual({ status: 'active', plan: 'plan-2', version: 1 })
  })

  test('many events and many hands, in any order: the last word counts', async () => {
    const customers = Array.from({ length: 10 }, freshCustomer)
    await upsertAccounts(database, customers.map(accountOf))
    const billing = new Readings()
    await Promise.all(
      Array.from({ length: 8 }, async (_, hand) => {
        const own = hand % 2 ? customers : customers.toReversed()
        for (const customerId of own) await store(customerId)
        await settleEvents(deps(billing.read), own)
        await settleClaimed(deps(billing.read), own)
      }),
    )
    await settleClaimed(deps(billing.read), customers)
    for (const customerId of customers) {
      expect(new Set(await statesOf(customerId))).toEqual(new Set(['applied']))
    }
  })

  test('what was heard of a customer is not said of the one that replaces it', async () => {
    const customerId = freshCustomer()
    const row = accountOf(customerId)
    await upsertAccounts(database, [row])
    await store(customerId)
    await settleEvents(deps(new Readings().read), [customerId])
    await upsertAccounts(database, [{ ...row, fence: 2 }])
    expect(await billed(customerId)).toMatchObject({ status: 'active', plan: 'plan-1' })
    const other = freshCustomer()
    await upsertAccounts(database, [{ ...row, stripeCustomerId: other, fence: 3 }])
    expect(await billed(other)).toMatchObject({ status: null, plan: null })
  })
})

describe('F35: no account yet', () => {
  const writer = (billing: Readings) =>
    new AccountWriter(database, (ids) => settleClaimed(deps(billing.read), ids))

  test('the events wait, and the row that comes with their customer has them applied once', async () => {
    const customerId = freshCustomer()
    await store(customerId, 3)
    const billing = new Readings()
    await settleEvents(deps(billing.read), [customerId])
    expect(await statesOf(customerId)).toEqual(['waiting', 'waiting', 'waiting'])
    const rows = [customerId, freshCustomer(), freshCustomer()].map(accountOf)
    const writing = writer(billing)
    await Promise.all(rows.map((row) => writing.write(row)))
    expect(await billed(customerId)).toEqual({ status: 'active', plan: 'plan-2', version: 1 })
    expect(await statesOf(customerId)).toEqual(['applied', 'applied', 'applied'])
  })

  test('a row nobody waits for asks nobody', async () => {
    const billing = new Readings()
    await writer(billing).write(accountOf(freshCustomer()))
    expect(billing.asked).toBe(0)
  })

  test('the account comes between the look and the parking: applied, once', async () => {
    const customerId = freshCustomer()
    await store(customerId)
    const other = new Readings()
    const billing = new Readings(() => writer(other).write(accountOf(customerId)))
    await settleEvents(deps(billing.read), [customerId])
    expect(await billed(customerId)).toMatchObject({ status: 'active', version: 1 })
    expect(await statesOf(customerId)).toEqual(['applied'])
  })

  test('nor does it need a release when its writer saw nothing that waits', async () => {
    const customerId = freshCustomer()
    await store(customerId)
    const billing = new Readings(() => upsertAccounts(database, [accountOf(customerId)]))
    await settleEvents(deps(billing.read), [customerId])
    expect(await billed(customerId)).toMatchObject({ status: 'active', version: 1 })
  })

  test('whatever the order of thirty parkings and account rows, nobody is left waiting', async () => {
    const customers = Array.from({ length: 30 }, freshCustomer)
    const billing = new Readings()
    await Promise.all(
      customers.flatMap((customerId) => [
        store(customerId).then(() => settleEvents(deps(billing.read), [customerId])),
        writer(billing).write(accountOf(customerId)),
      ]),
    )
    for (const customerId of customers) {
      expect(await statesOf(customerId)).toEqual(['applied'])
      expect(await billed(customerId)).toMatchObject({ version: 1 })
    }
  })

  test('a release that was lost is made up for by the next look', async () => {
    const customerId = freshCustomer()
    await store(customerId)
    const billing = new Readings()
    await settleEvents(deps(billing.read), [customerId])
    await upsertAccounts(database, [accountOf(customerId)])
    await settleEvents(deps(billing.read), { limit: 50 })
    expect(await billed(customerId)).toMatchObject({ version: 0 })
    await settleEvents(
      deps(billing.read, () => Date.now() + 300_000),
      { limit: 50 },
    )
    expect(await billed(customerId)).toMatchObject({ version: 1 })
  })
})

describe('no effect', () => {
  const settled = async (customerId: string, read: ReadCustomer) => {
    await settleEvents(deps(read), [customerId])
    return statesOf(customerId)
  }

  test('X27: a foreign customer is asked about once', async () => {
    const customerId = freshCustomer()
    let asked = 0
    const read: ReadCustomer = async () => {
      asked += 1
      return ok({ kind: 'living', ours: false, subscriptions: [] })
    }
    await store(customerId)
    expect(await settled(customerId, read)).toEqual(['foreign'])
    await store(customerId, 2)
    expect(await settled(customerId, read)).toEqual(['foreign', 'foreign', 'foreign'])
    expect(asked).toBe(1)
  })

  test('of an erased account', async () => {
    const customerId = freshCustomer()
    await store(customerId)
    expect(await settled(customerId, async () => ok({ kind: 'deleted' }))).toEqual(['gone'])
  })

  test('while billing does not answer they stay due, later and later', async () => {
    const customerId = freshCustomer()
    await store(customerId)
    const down: ReadCustomer = async () => fail({ kind: 'unavailable', detail: 'stripe 503' })
    expect(await settled(customerId, down)).toEqual(['due'])
    const [row] = await database
      .select()
      .from(webhookEvents)
      .where(eq(webhookEvents.customerId, customerId))
    expect(row).toMatchObject({ looks: 1, holder: null })
    expect(row?.dueAt.getTime()).toBeGreaterThan(Date.now() + 20_000)
  })

  test('a tick takes no more customers than it may, the longest waiting first', async () => {
    await database.delete(webhookEvents)
    const customers = []
    for (let turn = 0; turn < 5; turn += 1) {
      customers.push(freshCustomer())
      await store(customers.at(-1) ?? '', 2)
    }
    const asked: string[] = []
    const read: ReadCustomer = async (customerId) => {
      asked.push(customerId)
      return ok({ kind: 'deleted' })
    }
    await settleEvents(deps(read), { limit: 2 })
    expect(new Set(asked)).toEqual(new Set(customers.slice(0, 2)))
    await settleEvents(deps(read), { limit: 10 })
    expect(asked).toHaveLength(5)
  })

  test('what was closed long ago is forgotten, what is open never', async () => {
    const [done, open] = [freshCustomer(), freshCustomer()]
    await store(done)
    await settled(done, async () => ok({ kind: 'deleted' }))
    await store(open)
    const events = createBillingEvents(database)
    await events.forget(Date.now() - 60_000)
    expect(await statesOf(done)).toEqual(['gone'])
    await events.forget(Date.now() + 60_000)
    expect([await statesOf(done), await statesOf(open)]).toEqual([[], ['due']])
  })
})
