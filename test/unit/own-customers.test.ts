import { describe, expect, test } from 'vitest'
import type { AccountFacts } from '../../src/contract/hydration.ts'
import {
  type CustomerAnswer,
  type CustomerLookup,
  knownCustomers,
  madeSoonAfter,
  ownCustomers,
} from '../../src/adapters/stripe/own-customers.ts'

const HOUR_MS = 3_600_000
const MADE = Date.UTC(2026, 10, 21)

const account = (kind: AccountFacts['kind']): AccountFacts => ({
  userId: 'user',
  subjectKey: 'key',
  kind,
  identity: kind === 'email' ? 'ada@example.com' : '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
  planId: 'free',
  createdAt: MADE,
})

interface Made {
  readonly id: string
  readonly at: number
  readonly owner?: string
}

/** Stripe with these customers, whose search knows none that is younger than an hour. */
class Billing implements CustomerLookup {
  readonly windows: [number, number][] = []
  readonly #made: readonly Made[]
  readonly #now: number
  readonly #crowded: boolean

  constructor(made: readonly Made[], now: number, crowded = false) {
    this.#made = made
    this.#now = now
    this.#crowded = crowded
  }

  listByEmail = () => Promise.resolve(this.#made.map(answerOf))

  search = (userId: string) =>
    Promise.resolve(
      this.#made.map(answerOf).filter(({ metadata }, position) => {
        const at = this.#made[position]?.at ?? 0
        return metadata?.['foyer_user_id'] === userId && at <= this.#now - HOUR_MS
      }),
    )

  listCreated = (from: number, to: number) => {
    this.windows.push([from * 1_000, to * 1_000])
    const within = this.#made.filter(({ at }) => from * 1_000 <= at && at <= to * 1_000)
    return Promise.resolve(this.#crowded ? null : within.map(answerOf))
  }
}

const answerOf = ({ id, owner = 'user' }: Made): CustomerAnswer => ({
  id,
  metadata: { foyer_user_id: owner },
})

describe('S7: the customer of somebody without an address', () => {
  test('is found among those just made, which the search does not know yet', async () => {
    const now = MADE + 5_000
    const billing = new Billing([{ id: 'cus_1', at: MADE + 1_000 }], now)
    const found = await ownCustomers(billing, account('wallet'), MADE + 2_000, now)
    expect(found).toEqual({ ok: true, value: new Set(['cus_1']) })
    expect(billing.windows[0]?.[0]).toBeLessThan(MADE)
  })

  test('is searched for only, once the search must know it', async () => {
    const now = MADE + 30 * HOUR_MS
    const billing = new Billing([{ id: 'cus_1', at: MADE }], now)
    const found = await ownCustomers(billing, account('wallet'), MADE + 23 * HOUR_MS, now)
    expect(found).toEqual({ ok: true, value: new Set(['cus_1']) })
    expect(billing.windows).toEqual([])
  })

  test('made at any moment until then is found, sooner or later', async () => {
    for (const madeAt of [0, 1, 20, 22.9].map((hours) => MADE + hours * HOUR_MS)) {
      for (const hours of [23, 23.5, 24, 30, 24 * 30]) {
        const now = MADE + hours * HOUR_MS
        const billing = new Billing([{ id: 'cus_1', at: madeAt }], now)
        const found = await ownCustomers(billing, account('wallet'), MADE + 23 * HOUR_MS, now)
        expect(found).toEqual({ ok: true, value: new Set(['cus_1']) })
      }
    }
  })

  test("is not somebody else's", async () => {
    const now = MADE + 1_000
    const billing = new Billing([{ id: 'cus_1', at: MADE, owner: 'other' }], now)
    const found = await ownCustomers(billing, account('issuer'), now, now)
    expect(found).toEqual({ ok: true, value: new Set() })
  })

  test('waits when too many others were made meanwhile, and no longer than the search lags', async () => {
    const made = [{ id: 'cus_1', at: MADE }]
    const soon = new Billing(made, MADE + 1_000, true)
    expect(await ownCustomers(soon, account('wallet'), MADE, MADE + 1_000)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    })
    const later = new Billing(made, MADE + HOUR_MS, true)
    expect(await ownCustomers(later, account('wallet'), MADE, MADE + HOUR_MS)).toEqual({
      ok: true,
      value: new Set(['cus_1']),
    })
  })

  test('B7: leaves with an account of any age', async () => {
    for (const age of [0, 0.5, 1, 1.5, 2, 1_000].map((hours) => hours * HOUR_MS)) {
      const now = MADE + age
      const billing = new Billing([{ id: 'cus_1', at: MADE }], now)
      const facts = account('wallet')
      const found = await ownCustomers(billing, facts, madeSoonAfter(facts, now), now)
      expect(found).toEqual({ ok: true, value: new Set(['cus_1']) })
    }
  })
})

test('S7: with an address a list is enough, and consistent at once', async () => {
  const billing = new Billing([{ id: 'cus_1', at: MADE }], MADE)
  expect(await knownCustomers(billing, account('email'))).toEqual(new Set(['cus_1']))
  await ownCustomers(billing, account('email'), MADE, MADE)
  expect(billing.windows).toEqual([])
})
