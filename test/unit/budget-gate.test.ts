import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { CallOutcome } from '../../src/contract/budget-rpc.ts'
import type { StepFailure } from '../../src/contract/hydration.ts'
import { fail, ok } from '../../src/contract/result.ts'
import { BudgetGate } from '../../src/adapters/budget-gate.ts'
import { budgetLimits } from '../../src/adapters/budget-limits.ts'
import { openConnections } from '../../src/adapters/call-gate.ts'
import { gatedClient } from '../../src/adapters/gated-client.ts'
import { acquire, inspect, settle, wakeBudget } from '../../src/core/budget/budget.ts'
import { type Bindings, parseSettings } from '../../src/env.ts'

const LIMITS = { perSecond: 10, burst: 3, concurrency: 100 }

/** The budget as its object runs it, without the object. */
class LocalBudget {
  state = wakeBudget(Date.now())
  readonly asked: number[] = []
  told = 0

  async acquire(wanted: number, outcomes: readonly CallOutcome[]) {
    this.asked.push(wanted)
    const settled = settle(this.state, outcomes, Date.now())
    const { state, allowance } = acquire(settled, wanted, Date.now(), LIMITS)
    this.state = state
    return allowance
  }

  async settle(outcomes: readonly CallOutcome[]) {
    this.told += 1
    this.state = settle(this.state, outcomes, Date.now())
  }

  async inspect() {
    return { provider: 'billing' as const, ...inspect(this.state, LIMITS, Date.now()) }
  }
}

let budget: LocalBudget
let gate: BudgetGate

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockReturnValue()
  budget = new LocalBudget()
  gate = new BudgetGate(budget, openConnections(Date.now() + 20_000))
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  }
})

const sleep = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs))

/** Calls that take so long; when each began, and what became of each. */
async function make(count: number, through = gate, durationMs = 0) {
  const begun = Date.now()
  const starts: number[] = []
  const results = Array.from({ length: count }, () =>
    through.run(async () => {
      starts.push(Date.now() - begun)
      await sleep(durationMs)
      return ok('done')
    }),
  )
  await vi.advanceTimersByTimeAsync(30_000)
  return { starts, results: await Promise.all(results) }
}

const once = async (result: () => Promise<unknown>) => {
  const made = gate.run(async () => ok(await result()))
  await vi.advanceTimersByTimeAsync(6_000)
  return made
}

describe('the door to a budget', () => {
  test('calls that begin together ask together; who gets no permit comes back in time', async () => {
    const { starts } = await make(5)
    expect(budget.asked[0]).toBe(5)
    expect(starts.slice(0, 3)).toEqual([2, 2, 2])
    expect(starts).toHaveLength(5)
    expect(starts.at(-1)).toBeLessThan(300)
  })

  test('whoever must wait long is told how long, and no call is made', async () => {
    const { starts, results } = await make(100)
    const refused = results.filter((result) => !result.ok)
    expect(starts).toHaveLength(100 - refused.length)
    expect(refused.length).toBeGreaterThan(30)
    for (const { error } of refused) {
      expect(error).toMatchObject({ kind: 'rate_limited', detail: 'no permit in the budget' })
      expect(error.retryAfterMs).toBeGreaterThan(0)
    }
  })

  test('who waits for a slot holds no connection that others need', async () => {
    const connections = openConnections(Date.now() + 20_000)
    const slow = new BudgetGate(budget, connections)
    const other = new LocalBudget()
    const fast = new BudgetGate(other, connections)
    budget.state = { ...budget.state, pausedUntil: Date.now() + 4_000 }
    const waiting = Array.from({ length: 25 }, () => slow.run(async () => ok(null)))
    const { starts } = await make(3, fast)
    expect(Math.max(...starts)).toBeLessThan(100)
    await Promise.all(waiting)
  })

  test('a call takes its slot only when it has a connection: permits are never more than calls', async () => {
    const under: number[] = []
    const many = Array.from({ length: 8 }, () =>
      gate.run(async () => {
        under.push(budget.state.open.size)
        await sleep(3_000)
        return ok(null)
      }),
    )
    await vi.advanceTimersByTimeAsync(30_000)
    await Promise.all(many)
    expect(Math.max(...under)).toBeLessThanOrEqual(5)
  })

  test('after the time to stop no permit is asked for', async () => {
    gate = new BudgetGate(budget, openConnections(Date.now()))
    expect((await make(1)).results).toMatchObject([
      { ok: false, error: { detail: 'no time left for a call' } },
    ])
    expect(budget.asked).toEqual([])
  })
})

describe('what calls have shown', () => {
  test('is told together, soon, and only once', async () => {
    await make(3)
    expect(budget.state.open.size).toBe(0)
    expect(budget.told).toBe(1)
    await gate.settle()
    expect(budget.told).toBe(1)
  })

  test('is told when settling, at the latest', async () => {
    const call = gate.run(async () => ok(null))
    await vi.advanceTimersByTimeAsync(5)
    await call
    expect(budget.state.open.size).toBe(1)
    const settled = gate.settle()
    await vi.advanceTimersByTimeAsync(100)
    await settled
    expect(budget.state.open.size).toBe(0)
  })

  test.each([
    ['unavailable', 'open'],
    ['unknown_outcome', 'open'],
    ['rejected', 'closed'],
    ['conflict', 'closed'],
  ] as const)('%s five times leaves the breaker %s', async (kind, breaker) => {
    const failure: StepFailure = { kind, detail: 'test' }
    for (let time = 0; time < 5; time += 1) {
      const call = gate.run(async () => fail(failure))
      await vi.advanceTimersByTimeAsync(500)
      expect(await call).toEqual({ ok: false, error: failure })
    }
    expect((await budget.inspect()).breaker).toBe(breaker)
  })

  test('F17: one who was told to wait makes everybody wait', async () => {
    const failure: StepFailure = { kind: 'rate_limited', detail: 'test', retryAfterMs: 30_000 }
    const first = gate.run(async () => fail(failure))
    await vi.advanceTimersByTimeAsync(100)
    expect(await first).toEqual({ ok: false, error: failure })
    const { starts, results } = await make(1, new BudgetGate(budget, openConnections(Infinity)))
    expect(starts).toEqual([])
    expect(results).toMatchObject([{ error: { detail: 'no permit in the budget' } }])
  })

  test('a wait for the budget says nothing about the provider', async () => {
    budget.state = { ...budget.state, pausedUntil: Date.now() + 30_000 }
    await make(20)
    expect(await budget.inspect()).toMatchObject({ breaker: 'closed', failures: 0, openPermits: 0 })
  })
})

describe('a budget that does not answer is a wait, and nobody is lost', () => {
  const NO_BUDGET = { kind: 'unavailable', detail: 'the budget did not answer' }

  test.each([
    ['throws', () => Promise.reject(new Error('overloaded'))],
    ['hangs', () => new Promise<never>(() => {})],
    ['answers for nobody', () => Promise.resolve({ permits: [], waitsMs: [] })],
  ])('because it %s', async (_name, answer) => {
    vi.spyOn(budget, 'acquire').mockImplementation(answer)
    const { starts, results } = await make(7)
    expect(starts).toEqual([])
    expect(results).toEqual(Array.from({ length: 7 }, () => ({ ok: false, error: NO_BUDGET })))
  })

  test('and cannot be told anything: the call keeps its result', async () => {
    vi.spyOn(budget, 'settle').mockRejectedValue(new Error('overloaded'))
    expect((await make(1)).results).toEqual([{ ok: true, value: 'done' }])
    await gate.settle()
  })
})

describe('a client that throws', () => {
  const failure: StepFailure = { kind: 'rejected', detail: 'test' }

  test('throws through the gate what it threw', async () => {
    const ask = gatedClient(gate.run, () => failure)
    const thrown = new TypeError('its own')
    const caught = once(() => ask(() => Promise.reject(thrown)).catch((error: unknown) => error))
    expect(await caught).toEqual({ ok: true, value: thrown })
  })

  test('is not called when the gate refuses, which is told as the gate told it', async () => {
    const ask = gatedClient(
      async () => fail(failure),
      () => failure,
    )
    const call = vi.fn<() => Promise<null>>()
    await expect(ask(call)).rejects.toMatchObject({ name: 'CallRefused', failure })
    expect(call).not.toHaveBeenCalled()
  })
})

describe('the limits', () => {
  const given = {
    PUBLIC_BASE_URL: 'https://foyer.test',
    SUBJECT_PEPPER: 'p'.repeat(43),
    TOKEN_KEYS: JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k', x: 'x' }] }),
    DATABASE_URL: 'postgres://a:b@127.0.0.1/c',
  }

  test.each([
    ['live', undefined, 25],
    ['test', undefined, 25],
    ['live', '', 25],
    ['live', '7', 7],
    ['test', '100', 100],
  ])('of Stripe with a %s key and the setting %s are %i calls', (mode, setting, calls) => {
    const STRIPE_SECRET_KEY = ['sk', mode, '1'].join('_')
    const bindings = { ...given, STRIPE_SECRET_KEY, STRIPE_CALLS_PER_SECOND: setting }
    const settings = parseSettings(bindings as unknown as Bindings)
    const { perSecond, burst } = budgetLimits(settings, 'billing')
    expect(perSecond + burst - 1).toBe(calls)
  })
})
