import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Amount, CallOutcome, Reservation } from '../../src/contract/budget-rpc.ts'
import { budgetLimits, spendLimits } from '../../src/adapters/budget-limits.ts'
import { rateWithinMinute, takeTogether } from '../../src/core/budget/gcra.ts'
import { inspectSpend, reserve, settleAll, wake } from '../../src/core/budget/reserve.ts'
import { NOTHING_SPENT, dayOf, nextDayAt } from '../../src/core/budget/spend.ts'
import { amountOf, microUsd } from '../../src/core/budget/token-cost.ts'
import type { Settings } from '../../src/env.ts'
import { T0 } from '../support/shared/test-subject.ts'

const CAP = 100
const LIFETIME_MS = 30_000
const LIMITS = {
  perSecond: 1_000,
  burst: 1_000,
  concurrency: 1_000,
  tokens: { perSecond: 1_000_000, burst: 1_000_000 },
  capMicroUsd: CAP,
}

const costing = (microUsd: number, tokens = 1): Amount => ({
  inputTokens: tokens,
  outputTokens: 0,
  microUsd,
})

/** A budget with a clock turned by hand, and storage that has what its object would have written. */
class TestPurse {
  now = T0
  readonly limits: typeof LIMITS
  state = wake(T0, NOTHING_SPENT)
  stored = NOTHING_SPENT

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.limits = { ...LIMITS, ...limits }
  }

  reserve(amount: Amount): Reservation {
    const { state, reservation } = reserve(this.state, amount, this.now, this.limits)
    this.#become(state)
    return reservation
  }

  /** One permit, which there must be. */
  permit(amount: Amount): number {
    const reservation = this.reserve(amount)
    if (reservation.kind !== 'permit') throw new Error(reservation.kind)
    return reservation.permit
  }

  settle(permit: number, took?: Amount, kind: CallOutcome['kind'] = 'answered'): void {
    const outcome = { permit, kind, ...(took === undefined ? {} : { took }) }
    this.#become(settleAll(this.state, [outcome], this.now))
  }

  /** The object is gone and comes back, with what was written. */
  restart(): void {
    this.now += 1_000
    this.state = wake(this.now, structuredClone(this.stored))
  }

  get seen() {
    return inspectSpend(this.state.spending, this.limits, this.now)
  }

  #become(state: typeof this.state): void {
    if (state.spending !== this.state.spending) this.stored = state.spending
    this.state = state
  }
}

describe('the day’s money', () => {
  test.each([
    ['all of it at once', 0, 0, 100, 'permit'],
    ['more than there is in a day', 0, 0, 101, 'over_budget'],
    ['what is left', 60, 0, 40, 'permit'],
    ['more than is left', 60, 0, 41, 'over_budget'],
    ['what is left beside what is reserved', 30, 30, 40, 'permit'],
    ['what is left when others take less than they may', 30, 30, 41, 'wait'],
    ['nothing, when nothing is left', 100, 0, 0, 'permit'],
  ] as const)('%s (%i spent, %i reserved, %i wanted): %s', (_name, spent, held, wanted, kind) => {
    const purse = new TestPurse()
    purse.settle(purse.permit(costing(spent)), costing(spent))
    purse.permit(costing(held))
    expect(purse.reserve(costing(wanted)).kind).toBe(kind)
  })

  test('of nothing means never, even for what costs nothing', () => {
    const nextDay = Date.UTC(2026, 9, 24)
    const purse = new TestPurse({ capMicroUsd: 0 })
    purse.now = nextDay - 1
    expect(purse.reserve(costing(0))).toEqual({ kind: 'over_budget', nextDayAt: nextDay })
  })

  test('is settled with what was counted, less or more than was reserved', () => {
    const purse = new TestPurse()
    purse.settle(purse.permit(costing(50)), costing(20, 7))
    expect(purse.seen).toMatchObject({ spentMicroUsd: 20, reservedMicroUsd: 0 })
    purse.settle(purse.permit(costing(50)), costing(90, 5))
    expect(purse.seen).toMatchObject({ spentMicroUsd: 110, reservedMicroUsd: 0 })
    expect(purse.seen.days).toEqual([{ ...costing(110, 12), day: dayOf(T0) }])
    expect(purse.reserve(costing(0)).kind).toBe('over_budget')
  })

  test('that nobody counted counts as spent in full', () => {
    const purse = new TestPurse()
    purse.settle(purse.permit(costing(50)), undefined, 'no_answer')
    expect(purse.seen).toMatchObject({ spentMicroUsd: 50, reservedMicroUsd: 0 })
  })

  test.each([
    [LIFETIME_MS - 1, 10, 0],
    [LIFETIME_MS, 50, 0],
  ])('of a permit settled after %i ms: %i spent', (waitMs, spentMicroUsd, reservedMicroUsd) => {
    const purse = new TestPurse()
    const permit = purse.permit(costing(50))
    expect(purse.seen).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 50 })
    purse.now += waitMs
    purse.settle(permit, costing(10))
    purse.settle(permit, costing(10))
    expect(purse.seen).toMatchObject({ spentMicroUsd, reservedMicroUsd })
  })

  test('is of the day on which it was reserved; the next one begins with all of it', () => {
    const purse = new TestPurse()
    purse.now = nextDayAt(T0) - 1
    const permit = purse.permit(costing(100))
    expect(purse.reserve(costing(1)).kind).toBe('wait')
    purse.now += 1
    expect(purse.seen).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 0 })
    purse.settle(purse.permit(costing(100)), costing(100))
    purse.settle(permit, costing(70))
    expect(purse.seen.days.map(({ day, microUsd }) => [day, microUsd])).toEqual([
      [dayOf(purse.now), 100],
      [dayOf(T0), 70],
    ])
    expect(purse.reserve(costing(1))).toEqual({
      kind: 'over_budget',
      nextDayAt: nextDayAt(T0) + 86_400_000,
    })
  })

  test('of a clock that is set back over midnight is not spent twice', () => {
    const purse = new TestPurse()
    purse.now = nextDayAt(T0) - 1
    purse.settle(purse.permit(costing(100)), costing(100))
    purse.now += 1
    purse.settle(purse.permit(costing(30)), costing(30))
    purse.now -= 1
    expect(purse.reserve(costing(1)).kind).toBe('over_budget')
  })

  test('is kept of the last seven days on which there was any', () => {
    const purse = new TestPurse()
    for (let day = 0; day < 20; day += 1) {
      purse.now = T0 + day * 86_400_000
      purse.settle(purse.permit(costing(day)), costing(day))
    }
    expect(purse.seen.days.map(({ microUsd }) => microUsd)).toEqual([19, 18, 17, 16, 15, 14, 13])
  })
})

describe('a call that gets no permit', () => {
  const rates = { perSecond: 1, burst: 1 }

  test.each([
    ['over the day', { capMicroUsd: 0 }, 'over_budget'],
    ['for its tokens', { tokens: rates }, 'wait'],
    ['for the rate of calls', rates, 'wait'],
    ['for the calls under way', { concurrency: 1 }, 'wait'],
  ] as const)('%s: nothing is taken, and nothing written', (_name, limits, kind) => {
    const purse = new TestPurse(limits)
    purse.reserve(costing(10))
    const { stored, state } = purse
    expect(purse.reserve(costing(10)).kind).toBe(kind)
    expect(purse.stored).toBe(stored)
    expect(purse.state.spending).toBe(state.spending)
    expect(purse.state.calls.open).toEqual(state.calls.open)
    expect(purse.state.calls.paidUntil).toBe(state.calls.paidUntil)
  })

  test('who waits for tokens is sent away one after the other, as far apart as they are free', () => {
    const purse = new TestPurse({ tokens: { perSecond: 100, burst: 100 } })
    const waits = Array.from({ length: 4 }, () => purse.reserve(costing(1, 100)))
    expect(waits).toMatchObject([
      { kind: 'permit' },
      { kind: 'wait', waitMs: 1_000 },
      { kind: 'wait', waitMs: 2_000 },
      { kind: 'wait', waitMs: 3_000 },
    ])
    for (const step of [1, 2, 3]) {
      purse.now = T0 + step * 1_000
      purse.permit(costing(1, 100))
    }
  })

  test('F26: after five without an answer the provider is down, and a probe costs what it costs', () => {
    const purse = new TestPurse()
    for (let time = 0; time < 5; time += 1) {
      purse.settle(purse.permit(costing(10)), costing(0), 'no_answer')
    }
    expect(purse.reserve(costing(10))).toEqual({ kind: 'down', waitMs: 5_000 })
    purse.now += 5_000
    const probe = purse.permit(costing(10))
    expect(purse.reserve(costing(10)).kind).toBe('down')
    expect(purse.seen).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 10 })
    purse.settle(probe, costing(4))
    expect(purse.reserve(costing(10)).kind).toBe('permit')
    expect(purse.seen).toMatchObject({ spentMicroUsd: 4, reservedMicroUsd: 10 })
  })
})

describe('an object that was forgotten', () => {
  test('has its permits and their money still, and takes what they say', () => {
    const purse = new TestPurse({ concurrency: 2 })
    const permits = [purse.permit(costing(40)), purse.permit(costing(40))]
    purse.restart()
    expect(purse.reserve(costing(1)).kind).toBe('wait')
    purse.settle(permits[0] ?? 0, costing(15))
    expect(purse.seen).toMatchObject({ spentMicroUsd: 15, reservedMicroUsd: 40 })
    expect(permits).not.toContain(purse.permit(costing(1)))
  })

  test('still owes the tokens that it let through', () => {
    const purse = new TestPurse({ tokens: { perSecond: 1, burst: 100 } })
    purse.permit(costing(1, 100))
    purse.restart()
    expect(purse.reserve(costing(1, 100))).toEqual({ kind: 'wait', waitMs: 99_000 })
  })
})

describe('laws', () => {
  type Step =
    | { readonly do: 'reserve'; readonly microUsd: number }
    | { readonly do: 'settle'; readonly which: number; readonly percent: number | null }
    | { readonly do: 'pass'; readonly waitMs: number }
    | { readonly do: 'almost_midnight' }
    | { readonly do: 'restart' }

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('reserve'), microUsd: fc.nat(60) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('settle'),
        which: fc.nat(),
        percent: fc.option(fc.nat(100)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), waitMs: fc.nat(20_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('almost_midnight') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
  )

  /** What one call did with the money, as somebody sees it who only looks on. */
  interface Seen {
    readonly permit: number
    readonly at: number
    readonly reserved: number
    took: number | null
  }

  function take(purse: TestPurse, seen: Seen[], given: Step): void {
    switch (given.do) {
      case 'reserve': {
        const reservation = purse.reserve(costing(given.microUsd))
        if (reservation.kind !== 'permit') return
        const { permit } = reservation
        seen.push({ permit, at: purse.now, reserved: given.microUsd, took: null })
        return
      }
      case 'settle': {
        const one = seen[given.which % Math.max(1, seen.length)]
        if (one === undefined) return
        const { percent } = given
        const took = percent === null ? null : Math.floor((one.reserved * percent) / 100)
        purse.settle(one.permit, took === null ? undefined : costing(took))
        if (purse.now < one.at + LIFETIME_MS) one.took ??= took ?? one.reserved
        return
      }
      case 'pass':
        purse.now += given.waitMs
        return
      case 'almost_midnight':
        purse.now = Math.max(purse.now, nextDayAt(purse.now) - 5_000)
        return
      case 'restart':
        purse.restart()
    }
  }

  test('X55: a day never costs more than its cap, and no money is lost or counted twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const purse = new TestPurse()
        const seen: Seen[] = []
        for (const given of steps) {
          take(purse, seen, given)
          const ofToday = seen.filter(({ at }) => dayOf(at) === dayOf(purse.now))
          const costs = ofToday.reduce((sum, { took, reserved }) => sum + (took ?? reserved), 0)
          const open = ofToday.filter(
            ({ at, took }) => took === null && purse.now < at + LIFETIME_MS,
          )
          const reservedMicroUsd = open.reduce((sum, { reserved }) => sum + reserved, 0)
          expect(costs).toBeLessThanOrEqual(CAP)
          const spentMicroUsd = costs - reservedMicroUsd
          expect(purse.seen).toMatchObject({ spentMicroUsd, reservedMicroUsd })
        }
        for (const { day, microUsd } of purse.seen.days) {
          const ofDay = seen.filter(
            ({ at, took }) => dayOf(at) === day && (took !== null || purse.now >= at + LIFETIME_MS),
          )
          const costs = ofDay.reduce((sum, { took, reserved }) => sum + (took ?? reserved), 0)
          expect([day, microUsd]).toEqual([day, costs])
        }
      }),
      { numRuns: 2_000 },
    )
  })

  const asks = fc.array(fc.record({ units: fc.nat(400), waitMs: fc.nat(5_000) }), { maxLength: 60 })

  test('over any time there go no more tokens than rate and burst give', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 60, max: 6_000 }), (given, perMinute) => {
        const rate = rateWithinMinute(perMinute)
        const gone: { readonly at: number; readonly units: number }[] = []
        let [now, paidUntil] = [T0, 0]
        for (const { units, waitMs } of given) {
          const taken = takeTogether(paidUntil, rate, units, now)
          if (taken.freeAt <= now) {
            paidUntil = taken.paidUntil
            gone.push({ at: now, units })
          }
          now += waitMs
        }
        for (const [first, { at: from }] of gone.entries()) {
          let [sum, largest] = [0, rate.burst]
          for (const { at, units } of gone.slice(first)) {
            sum += units
            largest = Math.max(largest, units)
            // A thousandth for the clock, which is a fraction of a millisecond in a large number.
            const most = largest + ((at - from) * rate.perSecond) / 1_000 + 0.001 * sum
            expect(sum).toBeLessThanOrEqual(most)
          }
        }
      }),
    )
  })

  test('who takes all that there is gets in no minute more than the setting says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 600, max: 6_000 }),
        fc.integer({ min: 20, max: 100 }),
        (perMinute, units) => {
          const rate = rateWithinMinute(perMinute)
          const starts: number[] = []
          let [now, paidUntil] = [T0, 0]
          while (now < T0 + 180_000) {
            const taken = takeTogether(paidUntil, rate, units, now)
            if (taken.freeAt <= now) {
              paidUntil = taken.paidUntil
              starts.push(now)
            } else now = Math.ceil(taken.freeAt)
          }
          for (const start of starts) {
            const within = starts.filter((other) => other >= start && other < start + 60_000)
            expect(within.length * units).toBeLessThanOrEqual(perMinute)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('a call larger than the burst goes when nothing is owed, and is paid off before the next', () => {
    const rate = { perSecond: 10, burst: 20 }
    const { paidUntil } = takeTogether(0, rate, 50, T0)
    expect(paidUntil).toBe(T0 + 5_000)
    expect(takeTogether(paidUntil, rate, 50, T0).freeAt).toBe(T0 + 5_000)
    expect(takeTogether(paidUntil, rate, 20, T0).freeAt).toBe(T0 + 5_000)
    expect(takeTogether(paidUntil, rate, 5, T0).freeAt).toBe(T0 + 3_500)
  })

  test('who comes when the tokens are free gets them, however many', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 60, max: 6_000 }), (given, perMinute) => {
        const rate = rateWithinMinute(perMinute)
        let [now, paidUntil] = [T0, 0]
        for (const { units } of given) {
          now = Math.ceil(takeTogether(paidUntil, rate, units, now).freeAt)
          const taken = takeTogether(paidUntil, rate, units, now)
          expect(taken.freeAt).toBeLessThanOrEqual(now)
          paidUntil = taken.paidUntil
        }
      }),
    )
  })
})

describe('prices', () => {
  test.each([
    [{ input: 0, output: 0 }, { input: 0.4, output: 1.6 }, 0],
    [{ input: 1, output: 0 }, { input: 0.4, output: 1.6 }, 1],
    [{ input: 1_000, output: 0 }, { input: 0.4, output: 1.6 }, 400],
    [{ input: 1_000_000, output: 1_000_000 }, { input: 0.4, output: 1.6 }, 2_000_000],
    [{ input: 3, output: 7 }, { input: 0.1, output: 0.2 }, 2],
    [{ input: 1_000, output: 1_500 }, { input: 0, output: 0 }, 0],
  ])('%j at %j are %i millionths of a dollar', (counts, prices, expected) => {
    expect(amountOf(counts, prices)).toEqual({
      inputTokens: counts.input,
      outputTokens: counts.output,
      microUsd: expected,
    })
  })

  test('are never rounded down, and by less than a millionth up', () => {
    const price = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1_000)
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(200_000), price, price, (input, output, dear, cheap) => {
        const exact =
          BigInt(input) * BigInt(Math.round(dear * 1_000)) +
          BigInt(output) * BigInt(Math.round(cheap * 1_000))
        const { microUsd: cost } = amountOf({ input, output }, { input: dear, output: cheap })
        expect(BigInt(cost)).toBe((exact + 999n) / 1_000n)
      }),
    )
  })

  test.each([
    [5, 5_000_000],
    [0.1, 100_000],
    [0.000_001, 1],
    [0, 0],
  ])('%d dollars are %i', (usd, expected) => {
    expect(microUsd(usd)).toBe(expected)
  })
})

test('the limits of the model are its settings, those of others have no price', () => {
  const settings = {
    OPENAI_CALLS_PER_SECOND: 8,
    OPENAI_CONCURRENCY: 10,
    OPENAI_TOKENS_PER_MINUTE: 200_000,
    LLM_DAILY_BUDGET_USD: 5,
  } as unknown as Settings
  const calls = budgetLimits(settings, 'model')
  expect(calls.perSecond + calls.burst - 1).toBe(8)
  expect(calls.concurrency).toBe(10)
  const spend = spendLimits(settings, 'model')
  expect(spend?.capMicroUsd).toBe(5_000_000)
  expect(spend?.tokens.burst).toBe(40_000)
  expect(spendLimits(settings, 'mail')).toBeNull()
})
