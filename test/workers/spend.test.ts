import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BudgetsResponse } from '../../src/contract/admin.ts'
import type { Amount, Provider, Reservation } from '../../src/contract/budget-rpc.ts'
import { ok } from '../../src/contract/result.ts'
import { openModelGate } from '../../src/adapters/provider-gates.ts'
import { bearer, bindings, fetchWorker } from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'

/** A fiftieth of a day's five dollars. */
const COSTLY: Amount = { inputTokens: 1_000, outputTokens: 500, microUsd: 100_000 }
const CAP = 50 * COSTLY.microUsd
const LAPSES_MS = 30_000
const DAY_MS = 86_400_000

const budget = (provider: Provider = 'model') => bindings.BUDGETS.getByName(provider)

/** The budget as these settings make it, until it is forgotten. */
const withSettings = (settings: Readonly<Record<string, string>>) =>
  runInDurableObject(budget(), (instance) => {
    Object.defineProperty(instance, 'env', {
      value: { ...bindings, ...settings },
      configurable: true,
    })
  })

/** A clock turned by hand, noon at first: neither day nor permit ends by itself on a slow host. */
let now = 0

beforeEach(async () => {
  now = (Math.floor(Date.now() / DAY_MS) + 0.5) * DAY_MS
  vi.spyOn(Date, 'now').mockImplementation(() => now)
  await resetBudgets()
  await withSettings({ OPENAI_CONCURRENCY: '1000' })
})

afterEach(async () => {
  vi.restoreAllMocks()
  await resetBudgets()
})

async function restart(): Promise<void> {
  now += 1
  await evictDurableObject(budget())
  await withSettings({ OPENAI_CONCURRENCY: '1000' })
}

/** As a host that dies does it: at once, and with nothing but what is durable. */
async function crash(): Promise<void> {
  now += 1
  const crashed = runInDurableObject(budget(), (_instance, state: DurableObjectState) => {
    state.abort('a crash')
  })
  await expect(crashed).rejects.toThrow('a crash')
  await withSettings({ OPENAI_CONCURRENCY: '1000' })
}

const reserveAll = (count: number): Promise<readonly Reservation[]> =>
  Promise.all(Array.from({ length: count }, () => budget().reserve(COSTLY)))

const permitsOf = (reservations: readonly Reservation[]): readonly number[] =>
  reservations.flatMap((one) => (one.kind === 'permit' ? [one.permit] : []))

const kindsOf = (reservations: readonly Reservation[]) => [
  ...new Set(reservations.map(({ kind }) => kind)),
]

async function money() {
  const { spend } = await budget().inspect()
  return [spend?.spentMicroUsd, spend?.reservedMicroUsd]
}

describe('burning tokens', () => {
  test('X55: two hundred at a time get as many permits as the day pays for, also after a crash', async () => {
    const reservations = await reserveAll(200)
    const permits = permitsOf(reservations)
    expect(permits).toHaveLength(50)
    expect(new Set(permits).size).toBe(50)
    expect(await money()).toEqual([0, CAP])
    await crash()
    expect(await money()).toEqual([0, CAP])
    expect(kindsOf(await reserveAll(50))).toEqual(['wait'])
  })

  test('X55: what was not needed is for others, and a restart in between changes nothing', async () => {
    const permits = permitsOf(await reserveAll(200))
    const took = { ...COSTLY, microUsd: COSTLY.microUsd / 2 }
    await budget().settle(
      permits.slice(0, 20).map((permit) => ({ permit, kind: 'answered', took })),
    )
    await restart()
    await budget().settle(
      permits.slice(10, 30).map((permit) => ({ permit, kind: 'answered', took })),
    )
    expect(await money()).toEqual([15 * COSTLY.microUsd, 20 * COSTLY.microUsd])
    expect(permitsOf(await reserveAll(200))).toHaveLength(15)
  })

  test('X55: what nobody settled is spent; then the day is over, until the next one', async () => {
    const permits = permitsOf(await reserveAll(200))
    now += LAPSES_MS
    const over = await reserveAll(20)
    expect(kindsOf(over)).toEqual(['over_budget'])
    const nextDay = Math.ceil(now / DAY_MS) * DAY_MS
    expect(over[0]).toEqual({ kind: 'over_budget', nextDayAt: nextDay })
    await budget().settle(permits.map((permit) => ({ permit, kind: 'rate_limited' })))
    await restart()
    expect(await money()).toEqual([CAP, 0])
    now = nextDay
    await restart()
    expect(await money()).toEqual([0, 0])
    expect(permitsOf(await reserveAll(200))).toHaveLength(50)
    const { spend } = await budget().inspect()
    expect(spend?.days).toEqual([
      { day: nextDay / DAY_MS - 1, inputTokens: 50_000, outputTokens: 25_000, microUsd: CAP },
    ])
  })

  test('X55: through many consumers the model is called as often as the day pays for', async () => {
    const prices = { input: 100, output: 0 }
    const usage = { input: 1_000, output: 0 }
    let calls = 0
    const gates = Array.from({ length: 20 }, () => openModelGate(bindings, Infinity, prices))
    const results = await Promise.all(
      gates.flatMap((gate) =>
        Array.from({ length: 10 }, () =>
          gate.run(usage, async () => {
            calls += 1
            return ok({ usage })
          }),
        ),
      ),
    )
    expect(calls).toBe(50)
    expect(results.filter((result) => result.ok)).toHaveLength(50)
    expect(await money()).toEqual([CAP, 0])
    const last = await openModelGate(bindings, Infinity, prices).run(usage, async () => {
      calls += 1
      return ok({ usage })
    })
    expect([calls, last]).toMatchObject([50, { ok: false, error: { kind: 'over_budget' } }])
  })

  test('X55: with no money at all nobody is let through', async () => {
    await withSettings({ LLM_DAILY_BUDGET_USD: '0' })
    const free = { ...COSTLY, microUsd: 0 }
    expect((await budget().reserve(free)).kind).toBe('over_budget')
  })
})

test('tokens that were let through are owed, also after a restart', async () => {
  const few = { OPENAI_CONCURRENCY: '1000', OPENAI_TOKENS_PER_MINUTE: '7500' }
  await withSettings(few)
  expect(permitsOf(await reserveAll(10))).toHaveLength(1)
  await restart()
  await withSettings(few)
  expect(kindsOf(await reserveAll(10))).toEqual(['wait'])
  now += 15_000
  expect(permitsOf(await reserveAll(10))).toHaveLength(1)
})

describe('who has a price and who has none', () => {
  test.each([
    ['model', 'acquire'],
    ['mail', 'reserve'],
  ] as const)('%s: nobody may %s', async (provider, method) => {
    const refused = await runInDurableObject(budget(provider), (instance) =>
      (method === 'acquire' ? instance.acquire(1, []) : instance.reserve(COSTLY)).then(
        () => false,
        () => true,
      ),
    )
    expect(refused).toBe(true)
  })

  test('what an older version kept is read, and that of a provider without a price stays so', async () => {
    const kept = { breaker: { failures: 0, probeAt: null, probe: null }, pausedUntil: 1 }
    for (const provider of ['mail', 'model'] as const) {
      await runInDurableObject(budget(provider), (_instance, state: DurableObjectState) => {
        state.storage.kv.put('kept', kept)
      })
      await evictDurableObject(budget(provider))
      expect((await budget(provider).inspect()).pausedUntil).toBe(1)
    }
    const [permit = 0] = (await budget('mail').acquire(1, [])).permits
    await budget('mail').settle([{ permit, kind: 'rate_limited', retryAfterMs: 5_000 }])
    const stored = await runInDurableObject(
      budget('mail'),
      (_instance, state: DurableObjectState) => state.storage.kv.get('kept'),
    )
    expect(stored).toEqual({
      ...kept,
      pausedUntil: expect.any(Number) as unknown,
      rateLimitHits: 1,
    })
  })

  test('of accounts that cannot be read nothing is lent before the next day', async () => {
    const alarms = vi.spyOn(console, 'error').mockReturnValue()
    await runInDurableObject(budget(), (_instance, state: DurableObjectState) => {
      state.storage.kv.put('kept', { spending: { days: 'all of them' } })
    })
    await restart()
    expect(kindsOf(await reserveAll(1))).toEqual(['over_budget'])
    expect(alarms.mock.calls.flat().join('')).toContain('budget.unreadable')
    now += DAY_MS
    await restart()
    expect(permitsOf(await reserveAll(200))).toHaveLength(50)
  })
})

describe('B10: GET /api/admin/budgets', () => {
  const look = async () => {
    const answer = await fetchWorker('/api/admin/budgets', {
      headers: bearer(bindings.ADMIN_TOKEN),
    })
    expect(answer.status).toBe(200)
    return answer.json<BudgetsResponse>()
  }

  test('shows each provider, and of the model what was spent today', async () => {
    const [permit = 0] = permitsOf(await reserveAll(2))
    await budget().settle([{ permit, kind: 'answered', took: { ...COSTLY, microUsd: 7 } }])
    const { budgets, unanswered } = await look()
    expect(unanswered).toEqual([])
    expect(budgets.map(({ provider, spend }) => [provider, spend !== undefined])).toEqual([
      ['identity', false],
      ['billing', false],
      ['mail', false],
      ['model', true],
    ])
    expect(budgets.at(-1)).toMatchObject({
      breaker: 'closed',
      openPermits: 1,
      spend: { capMicroUsd: CAP, spentMicroUsd: 7, reservedMicroUsd: COSTLY.microUsd },
    })
  })

  test('says whose budget does not answer, and shows the others', async () => {
    await runInDurableObject(budget('billing'), (instance) => {
      Object.defineProperty(instance, 'env', { value: { BROKEN: true }, configurable: true })
    })
    const { budgets, unanswered } = await look()
    expect(unanswered).toEqual(['billing'])
    expect(budgets.map(({ provider }) => provider)).toEqual(['identity', 'mail', 'model'])
  })
})
