import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Amount, CallOutcome } from '../../src/contract/budget-rpc.ts'
import { fail, ok } from '../../src/contract/result.ts'
import { openConnections } from '../../src/adapters/call-gate.ts'
import { ModelGate, type NotAnswered } from '../../src/adapters/model-gate.ts'
import { inspectSpend, reserve, settleAll, wake } from '../../src/core/budget/reserve.ts'
import { NOTHING_SPENT } from '../../src/core/budget/spend.ts'

const ESTIMATE = { input: 1_000, output: 1_500 }
const RESERVED = 1_000 * 2 + 1_500 * 8
const USAGE = { input: 900, output: 100 }
const COST = 900 * 2 + 100 * 8
const LIMITS = {
  perSecond: 100,
  burst: 100,
  concurrency: 100,
  tokens: { perSecond: 1_000, burst: 100_000 },
  capMicroUsd: 10 * RESERVED,
}

/** The budget as its object runs it, without the object. */
class LocalBudget {
  limits = LIMITS
  state = wake(Date.now(), NOTHING_SPENT)
  readonly told: CallOutcome[] = []

  async reserve(wanted: Amount) {
    const { state, reservation } = reserve(this.state, wanted, Date.now(), this.limits)
    this.state = state
    return reservation
  }

  async settle(outcomes: readonly CallOutcome[]) {
    this.told.push(...outcomes)
    this.state = settleAll(this.state, outcomes, Date.now())
  }

  get seen() {
    const { spentMicroUsd, reservedMicroUsd } = inspectSpend(
      this.state.spending,
      this.limits,
      Date.now(),
    )
    return { spentMicroUsd, reservedMicroUsd }
  }
}

let budget: LocalBudget
let gate: ModelGate

const gateTo = (stopAt: number) =>
  new ModelGate(budget, openConnections(stopAt), { input: 2, output: 8 })

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 9, 23, 12) })
  vi.spyOn(console, 'warn').mockReturnValue()
  budget = new LocalBudget()
  gate = gateTo(Infinity)
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  }
})

const answer = async () => ok({ usage: USAGE })

async function ran<T>(run: Promise<T>, waitMs = 10_000): Promise<T> {
  await vi.advanceTimersByTimeAsync(waitMs)
  return run
}

describe('a call', () => {
  test('is made with all that it may take reserved, and settled with what it took', async () => {
    const made = await ran(
      gate.run(ESTIMATE, async () => {
        expect(budget.seen).toEqual({ spentMicroUsd: 0, reservedMicroUsd: RESERVED })
        return answer()
      }),
    )
    expect(made).toEqual({ ok: true, value: { usage: USAGE } })
    expect(budget.told).toEqual([
      {
        permit: expect.any(Number) as unknown,
        kind: 'answered',
        took: { inputTokens: 900, outputTokens: 100, microUsd: COST },
      },
    ])
    expect(budget.seen).toEqual({ spentMicroUsd: COST, reservedMicroUsd: 0 })
  })

  test.each([
    ['a refusal that was paid for', 'rejected', USAGE, 'answered', COST],
    ['a refusal', 'rejected', undefined, 'answered', 0],
    ['too many calls', 'rate_limited', undefined, 'rate_limited', 0],
    ['no answer', 'unavailable', undefined, 'no_answer', RESERVED],
    ['no answer, which cost nothing', 'unavailable', { input: 0, output: 0 }, 'no_answer', 0],
    ['perhaps an answer', 'unknown_outcome', undefined, 'no_answer', RESERVED],
  ] as const)('that ends with %s (%s)', async (_name, kind, usage, told, spentMicroUsd) => {
    const failure: NotAnswered = {
      kind,
      detail: 'test',
      retryAfterMs: 2_000,
      ...(usage === undefined ? {} : { usage }),
    }
    expect(await ran(gate.run(ESTIMATE, async () => fail(failure)))).toEqual(fail(failure))
    expect(budget.told).toMatchObject([{ kind: told }])
    expect(budget.seen).toEqual({ spentMicroUsd, reservedMicroUsd: 0 })
  })

  test('that throws is settled, in full, and throws what it threw', async () => {
    const thrown = new TypeError('its own')
    const caught = gate.run(ESTIMATE, () => Promise.reject(thrown)).catch((error: unknown) => error)
    expect(await ran(caught)).toBe(thrown)
    expect(budget.told).toMatchObject([{ kind: 'no_answer' }])
    expect(budget.seen).toEqual({ spentMicroUsd: RESERVED, reservedMicroUsd: 0 })
  })

  test('F17: one who was told to wait makes everybody wait', async () => {
    const failure: NotAnswered = { kind: 'rate_limited', detail: 'test', retryAfterMs: 30_000 }
    await ran(
      gate.run(ESTIMATE, async () => fail(failure)),
      1,
    )
    const call = vi.fn<typeof answer>(answer)
    expect(await ran(gateTo(Infinity).run(ESTIMATE, call), 1)).toMatchObject({
      error: { kind: 'rate_limited', detail: 'no permit in the budget', retryAfterMs: 29_999 },
    })
    expect(call).not.toHaveBeenCalled()
  })
})

describe('no call is made', () => {
  const call = vi.fn<typeof answer>(answer)

  beforeEach(() => void call.mockClear())

  test('X55: over the day’s budget, and it is said when the next day begins', async () => {
    budget.limits = { ...LIMITS, capMicroUsd: RESERVED - 1 }
    expect(await ran(gate.run(ESTIMATE, call))).toEqual(
      fail({
        kind: 'over_budget',
        detail: "over the day's budget",
        nextDayAt: Date.UTC(2026, 9, 24),
      }),
    )
    expect(call).not.toHaveBeenCalled()
  })

  test('F26: while the breaker is open', async () => {
    const down: NotAnswered = {
      kind: 'unavailable',
      detail: 'test',
      usage: { input: 0, output: 0 },
    }
    for (let time = 0; time < 5; time += 1) {
      await ran(
        gate.run(ESTIMATE, async () => fail(down)),
        1,
      )
    }
    expect(await ran(gate.run(ESTIMATE, call), 1)).toMatchObject({
      error: { kind: 'unavailable', detail: 'the breaker is open', retryAfterMs: 4_999 },
    })
    expect(call).not.toHaveBeenCalled()
  })

  test('without a permit, until there is one soon enough', async () => {
    budget.limits = { ...LIMITS, tokens: { perSecond: 1_000, burst: 2_500 } }
    const made = [1, 2, 3, 4].map(() => gate.run(ESTIMATE, call))
    await ran(Promise.all(made))
    expect(call).toHaveBeenCalledTimes(3)
    expect(await made[3]).toMatchObject({
      error: { kind: 'rate_limited', detail: 'no permit in the budget', retryAfterMs: 7_500 },
    })
  })

  test('after the time to stop', async () => {
    expect(await ran(gateTo(Date.now()).run(ESTIMATE, call))).toMatchObject({
      error: { kind: 'rate_limited', detail: 'no time left for a call' },
    })
    expect(call).not.toHaveBeenCalled()
    expect(budget.seen).toEqual({ spentMicroUsd: 0, reservedMicroUsd: 0 })
  })

  test.each([
    ['throws', () => Promise.reject(new Error('overloaded'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('when the budget %s', async (_name, asked) => {
    vi.spyOn(budget, 'reserve').mockImplementation(asked)
    expect(await ran(gate.run(ESTIMATE, call))).toEqual(
      fail({ kind: 'unavailable', detail: 'the budget did not answer' }),
    )
    expect(call).not.toHaveBeenCalled()
  })
})

test('who waits for a permit holds no connection', async () => {
  const connections = openConnections(Infinity)
  const prices = { input: 2, output: 8 }
  const [slow, fast] = [new ModelGate(budget, connections, prices), new LocalBudget()]
  budget.state = {
    ...budget.state,
    calls: { ...budget.state.calls, pausedUntil: Date.now() + 4_000 },
  }
  const waiting = Array.from({ length: 8 }, () => slow.run(ESTIMATE, answer))
  const made = await ran(new ModelGate(fast, connections, prices).run(ESTIMATE, answer), 100)
  expect(made.ok).toBe(true)
  await ran(Promise.all(waiting))
})

test('a budget that cannot be told anything: the call keeps its result', async () => {
  vi.spyOn(budget, 'settle').mockRejectedValue(new Error('overloaded'))
  expect(await ran(gate.run(ESTIMATE, answer))).toEqual(ok({ usage: USAGE }))
  expect(budget.seen).toEqual({ spentMicroUsd: 0, reservedMicroUsd: RESERVED })
  await vi.advanceTimersByTimeAsync(30_000)
  expect(budget.seen).toEqual({ spentMicroUsd: RESERVED, reservedMicroUsd: 0 })
})
