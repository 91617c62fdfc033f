import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallOutcome } from '../../src/contract/budget-rpc.ts'
import {
  type BudgetLimits,
  acquire,
  inspect,
  settle,
  wakeBudget,
} from '../../src/core/budget/budget.ts'
import { rateWithin } from '../../src/core/budget/gcra.ts'
import { T0 } from '../support/shared/test-subject.ts'

const LIMITS = { perSecond: 10, burst: 5, concurrency: 100 }

/** A budget with a clock turned by hand. */
class TestBudget {
  now = T0
  readonly limits: BudgetLimits
  state = wakeBudget(T0)

  constructor(limits: Partial<BudgetLimits> = {}) {
    this.limits = { ...LIMITS, ...limits }
  }

  acquire(wanted: number) {
    const { state, allowance } = acquire(this.state, wanted, this.now, this.limits)
    this.state = state
    return allowance
  }

  /** One permit, which there must be. */
  permit(): number {
    const [permit] = this.acquire(1).permits
    if (permit === undefined) throw new Error('no permit')
    return permit
  }

  settle(kind: CallOutcome['kind'], permits: readonly number[], retryAfterMs?: number): void {
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    const outcomes = permits.map((permit) => ({ permit, kind, ...asked }))
    this.state = settle(this.state, outcomes, this.now)
  }

  /** One call after the other that gets no answer. */
  fail(times: number): void {
    for (let time = 0; time < times; time += 1) {
      this.settle('no_answer', [this.permit()])
      this.now += 1_000
    }
  }

  /** How long one that asks now is sent away. */
  waitMs(): number {
    return this.acquire(1).waitsMs[0] ?? 0
  }

  /** Lets the time of the next probe come. */
  untilProbe(): void {
    this.now = Math.max(this.now, this.state.breaker.probeAt ?? 0)
  }

  get breaker() {
    return inspect(this.state, this.limits, this.now).breaker
  }
}

describe('rate', () => {
  test('a burst goes at once, what follows comes back at the sustained rate', () => {
    const { permits, waitsMs } = new TestBudget().acquire(8)
    expect(permits).toHaveLength(5)
    expect(waitsMs).toEqual([100, 200, 300])
  })

  test('a pause earns the burst back, and no more than that', () => {
    const budget = new TestBudget()
    budget.settle('answered', budget.acquire(8).permits)
    budget.now += 3_600_000
    expect(budget.acquire(6).permits).toHaveLength(5)
  })

  test('in any second there are never more permits than the setting says', () => {
    const asks = fc.array(fc.record({ wanted: fc.nat(40), waitMs: fc.nat(200) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 40 }), (given, callsPerSecond) => {
        const budget = new TestBudget({ ...rateWithin(callsPerSecond), concurrency: 1_000 })
        const starts: number[] = []
        for (const { wanted, waitMs } of given) {
          const { permits } = budget.acquire(wanted)
          starts.push(...permits.map(() => budget.now))
          budget.settle('answered', permits)
          budget.now += waitMs
        }
        for (const start of starts) {
          const within = starts.filter((other) => other >= start && other < start + 1_000)
          expect(within.length).toBeLessThanOrEqual(callsPerSecond)
        }
      }),
    )
  })

  test('over any time there are never more permits than rate and burst give', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wanted: fc.nat(30), waitMs: fc.nat(3_000) }), { maxLength: 40 }),
        (given) => {
          const budget = new TestBudget()
          const starts: number[] = []
          for (const { wanted, waitMs } of given) {
            const { permits } = budget.acquire(wanted)
            starts.push(...permits.map(() => budget.now))
            budget.settle('answered', permits)
            budget.now += waitMs
          }
          for (const [first, from] of starts.entries()) {
            for (const [later, until] of starts.slice(first).entries()) {
              const most = LIMITS.burst + ((until - from) * LIMITS.perSecond) / 1_000
              expect(later + 1).toBeLessThanOrEqual(most)
            }
          }
        },
      ),
    )
  })
})

describe('the waiting line', () => {
  test('who comes back when told is served, as fast as the rate allows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 12 }), (consumers) => {
        const budget = new TestBudget({ concurrency: 1_000 })
        const due = consumers.flatMap((wanted) => budget.acquire(wanted).waitsMs)
        for (const waitMs of due.toSorted((a, b) => a - b)) {
          budget.now = T0 + waitMs
          expect(budget.acquire(1).permits).toHaveLength(1)
        }
        expect(budget.now - T0).toBeLessThanOrEqual((due.length * 1_000) / LIMITS.perSecond)
      }),
    )
  })

  test('nobody is sent away for more than a minute', () => {
    const budget = new TestBudget()
    for (let consumers = 0; consumers < 100; consumers += 1) {
      const { waitsMs } = budget.acquire(25)
      expect(Math.max(...waitsMs)).toBeLessThanOrEqual(60_100)
    }
  })
})

describe('concurrency', () => {
  const limits = { perSecond: 1_000, burst: 1_000, concurrency: 3 }

  test('a settled call makes room for another', () => {
    const budget = new TestBudget(limits)
    const { permits, waitsMs } = budget.acquire(5)
    expect(permits).toHaveLength(3)
    expect(waitsMs).toEqual([500, 501])
    budget.settle('answered', permits.slice(0, 1))
    expect(budget.acquire(5).permits).toHaveLength(1)
  })

  test('there are never more calls under way than allowed', () => {
    const step = fc.record({ wanted: fc.nat(5), settled: fc.nat(5), waitMs: fc.nat(20_000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const budget = new TestBudget(limits)
        let under: { readonly permit: number; readonly at: number }[] = []
        for (const { wanted, settled, waitMs } of steps) {
          const { permits } = budget.acquire(wanted)
          under.push(...permits.map((permit) => ({ permit, at: budget.now })))
          // No call lasts as long as a permit does.
          under = under.filter(({ at }) => budget.now - at < 30_000)
          expect(under.length).toBeLessThanOrEqual(limits.concurrency)
          const ended = under.splice(0, settled).map(({ permit }) => permit)
          budget.settle('answered', ended)
          budget.now += waitMs
        }
      }),
    )
  })

  test('permits of a consumer that died lapse', () => {
    const budget = new TestBudget(limits)
    budget.acquire(3)
    budget.now += 29_999
    expect(budget.acquire(1).permits).toEqual([])
    budget.now += 1
    expect(budget.acquire(3).permits).toHaveLength(3)
  })

  test('a permit that lapsed says nothing more', () => {
    const budget = new TestBudget(limits)
    const { permits } = budget.acquire(3)
    budget.now += 30_000
    budget.acquire(1)
    const before = budget.state
    budget.settle('no_answer', permits)
    expect(budget.state).toEqual(before)
  })

  test('a permit of an earlier life of the object is none of this one', () => {
    const earlier = new TestBudget(limits)
    const { permits } = earlier.acquire(3)
    const later = new TestBudget(limits)
    later.now += 100
    later.state = wakeBudget(later.now)
    later.acquire(3)
    later.settle('answered', permits)
    expect(later.acquire(1).permits).toEqual([])
  })
})

describe('F26: the breaker', () => {
  test('opens after five calls in a row without an answer', () => {
    const budget = new TestBudget()
    budget.fail(4)
    expect(budget.breaker).toBe('closed')
    budget.fail(1)
    expect(budget.breaker).toBe('open')
    expect(budget.acquire(1).permits).toEqual([])
  })

  test('an answer in between, even a refusal, keeps it closed', () => {
    const budget = new TestBudget()
    budget.fail(4)
    budget.settle('answered', [budget.permit()])
    budget.fail(4)
    expect(budget.breaker).toBe('closed')
  })

  test('lets one call through to see, and everybody after its success', () => {
    const budget = new TestBudget()
    budget.fail(5)
    budget.untilProbe()
    const { permits } = budget.acquire(10)
    expect(permits).toHaveLength(1)
    expect(budget.breaker).toBe('half_open')
    expect(budget.acquire(10).permits).toEqual([])
    budget.settle('answered', permits)
    budget.now += 1_000
    expect(budget.acquire(5).permits).toHaveLength(5)
  })

  test('pauses longer with each failed probe, half a minute at the most', () => {
    const budget = new TestBudget()
    budget.fail(5)
    const pauses = []
    for (let time = 0; time < 5; time += 1) {
      budget.untilProbe()
      budget.settle('no_answer', [budget.permit()])
      pauses.push((budget.state.breaker.probeAt ?? 0) - budget.now)
    }
    expect(pauses).toEqual([10_000, 20_000, 30_000, 30_000, 30_000])
  })

  test('calls that were under way when it opened do not lengthen the pause', () => {
    const budget = new TestBudget({ burst: 50 })
    const { permits } = budget.acquire(50)
    budget.settle('no_answer', permits)
    expect(budget.state.breaker).toEqual({ failures: 5, probeAt: T0 + 5_000, probe: null })
  })

  test('a probe whose consumer died does not keep it open for ever', () => {
    const budget = new TestBudget()
    budget.fail(5)
    budget.untilProbe()
    const lost = budget.permit()
    budget.untilProbe()
    const second = budget.permit()
    budget.settle('no_answer', [lost])
    expect(budget.breaker).toBe('half_open')
    budget.settle('answered', [second])
    expect(budget.breaker).toBe('closed')
  })

  test('who meets the probe under way comes back when it is known what it shows', () => {
    const budget = new TestBudget()
    budget.fail(5)
    for (let time = 0; time < 4; time += 1) {
      budget.untilProbe()
      budget.settle('no_answer', [budget.permit()])
    }
    budget.untilProbe()
    budget.permit()
    expect(budget.waitMs()).toBe(5_000)
  })

  test('after an outage a hundred who waited are served within a minute', () => {
    const budget = new TestBudget()
    budget.fail(5)
    const endsAt = T0 + 600_000
    const back = new Map(Array.from({ length: 100 }, (_, person) => [person, budget.now]))
    while (back.size > 0) {
      const [[person, at]] = [...back].toSorted(([, a], [, b]) => a - b) as [[number, number]]
      budget.now = at
      const { permits, waitsMs } = budget.acquire(1)
      const served = permits.length > 0 && budget.now >= endsAt
      budget.settle(served ? 'answered' : 'no_answer', permits)
      if (served) back.delete(person)
      // Who met the outage itself waits for as long as a run at most does.
      else back.set(person, at + (waitsMs[0] ?? 60_000))
    }
    expect(budget.now - endsAt).toBeLessThan(60_000)
  })
})

describe('F17: the provider asks to wait', () => {
  test('and nobody calls before the moment that it named', () => {
    const budget = new TestBudget()
    budget.settle('rate_limited', [budget.permit()], 30_000)
    expect(budget.acquire(2)).toEqual({ permits: [], waitsMs: [30_000, 30_100] })
    budget.now += 29_999
    expect(budget.acquire(1).permits).toEqual([])
    budget.now += 1
    expect(budget.acquire(1).permits).toHaveLength(1)
  })

  test.each([
    ['for no time at all', 'rate_limited', 0, 1_000],
    ['and does not say how long', 'rate_limited', undefined, 1_000],
    ['for a day', 'rate_limited', 86_400_000, 300_000],
    ['while it is out of order', 'no_answer', 20_000, 20_000],
  ] as const)('%s', (_name, kind, askedMs, waitMs) => {
    const budget = new TestBudget()
    budget.settle(kind, [budget.permit()], askedMs)
    expect(budget.waitMs()).toBe(waitMs)
  })

  test('a shorter wait does not end a longer one', () => {
    const budget = new TestBudget()
    const { permits } = budget.acquire(2)
    budget.settle('rate_limited', permits.slice(0, 1), 30_000)
    budget.settle('rate_limited', permits.slice(1), 2_000)
    expect(budget.waitMs()).toBe(30_000)
  })
})

test('an object that was forgotten still knows of the outage and of the pause', () => {
  const budget = new TestBudget()
  budget.fail(4)
  budget.settle('no_answer', [budget.permit()], 60_000)
  const { breaker, pausedUntil, rateLimitHits } = budget.state
  budget.state = wakeBudget(budget.now, { breaker, pausedUntil, rateLimitHits })
  expect(budget.waitMs()).toBe(60_000)
  expect(budget.breaker).toBe('open')
})
