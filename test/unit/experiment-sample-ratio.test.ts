import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SAMPLE_RATIO_ALPHA } from '../../src/core/experiment/limits.ts'
import { logGamma } from '../../src/core/experiment/log-gamma.ts'
import {
  type SampleRatioWatch,
  UNTRIPPED,
  logBayesFactor,
  watchSampleRatio,
} from '../../src/core/experiment/sample-ratio.ts'
import { Random } from '../simulation/random.ts'
import { T0 } from '../support/shared/test-subject.ts'
import { repeat, shareOf, withSlack } from '../support/shared/simulated-experiment.ts'

/** Holdout, baseline, policy. */
const SHARES = [0.05, 0.1, 0.85]
/** The least that is seen by chance once in twenty looks (chi-squared, two degrees of freedom). */
const CHI_SQUARED_95 = 5.991

const groupsOf = (counts: readonly number[], shares = SHARES) =>
  shares.map((share, index) => ({ share, people: counts[index] ?? 0 }))

interface Peeks {
  readonly people: number
  readonly batch: number
  readonly shares?: readonly number[]
  /** How many of each group get lost on the way. */
  readonly lost?: readonly number[]
  readonly alpha?: number
}

/** After how many people the watch trips, and whether a test for one look ever cried. */
function peek(random: Random, { people, batch, shares = SHARES, lost = [], alpha }: Peeks) {
  const counts = shares.map(() => 0)
  let watch: SampleRatioWatch = UNTRIPPED
  let chiSquaredCried = false
  for (let count = 1; count <= people && watch.trippedAt === null; count += 1) {
    const group = draw(random, shares)
    if (!random.chance(lost[group] ?? 0)) counts[group] = (counts[group] ?? 0) + 1
    if (count % batch !== 0) continue
    watch = watchSampleRatio(watch, groupsOf(counts, [...shares]), T0 + count, alpha)
    chiSquaredCried ||= chiSquared(counts, shares) > CHI_SQUARED_95
  }
  return {
    foundAfter: watch.trippedAt === null ? Infinity : watch.trippedAt - T0,
    chiSquaredCried,
  }
}

function draw(random: Random, shares: readonly number[]): number {
  let rest = random.next()
  for (const [group, share] of shares.entries()) {
    if (rest < share) return group
    rest -= share
  }
  return shares.length - 1
}

function chiSquared(counts: readonly number[], shares: readonly number[]): number {
  const people = counts.reduce((sum, count) => sum + count, 0)
  return shares.reduce((sum, share, group) => {
    const expected = share * people
    return sum + ((counts[group] ?? 0) - expected) ** 2 / expected
  }, 0)
}

describe('sound groups', () => {
  test('A14: they are left alone however often one looks', () => {
    const alpha = 0.05
    const trials = repeat(new Random('sound'), 400, (random) =>
      peek(random, { people: 20_000, batch: 100, alpha }),
    )
    const alarmed = trials.map(({ foundAfter }) => foundAfter < Infinity)
    const allowed = withSlack(alpha, trials.length)
    expect(shareOf(alarmed)).toBeLessThanOrEqual(allowed)
    // The usual test, repeated, cries at its rate many times over.
    expect(shareOf(trials.map(({ chiSquaredCried }) => chiSquaredCried))).toBeGreaterThan(
      3 * allowed,
    )
  })

  test('A14: at the rate in use not one of four hundred is stopped', () => {
    const trials = repeat(new Random('in use'), 400, (random) =>
      peek(random, { people: 10_000, batch: 250 }),
    )
    expect(trials.filter(({ foundAfter }) => foundAfter < Infinity)).toEqual([])
  })

  test('A14: an experiment without a holdout has a group of nobody', () => {
    const groups = groupsOf([0, 1_010, 8_990], [0, 0.1, 0.9])
    expect(watchSampleRatio(UNTRIPPED, groups, T0).trippedAt).toBeNull()
  })
})

describe('a group that loses people', () => {
  test.each([
    { loses: '2 % of one half', shares: [0.5, 0.5], lost: [0.02], within: 500_000 },
    { loses: '2 % of the policy', shares: SHARES, lost: [0, 0, 0.02], within: 1_000_000 },
    { loses: '10 % of the policy', shares: SHARES, lost: [0, 0, 0.1], within: 40_000 },
    { loses: '20 % of the baseline', shares: SHARES, lost: [0, 0.2], within: 20_000 },
    { loses: 'all of the baseline', shares: SHARES, lost: [0, 1], within: 500 },
  ])('A14: $loses are missed within $within people', ({ shares, lost, within }) => {
    const trials = repeat(new Random(`loses ${String(lost)}`), 8, (random) =>
      peek(random, { people: within, batch: within / 50, shares, lost }),
    )
    expect(trials.filter(({ foundAfter }) => foundAfter > within)).toEqual([])
  })

  test('A14: the wire stays tripped though later counts look well', () => {
    const tripped = watchSampleRatio(UNTRIPPED, groupsOf([0, 0, 1_000]), T0)
    expect(tripped.trippedAt).toBe(T0)
    const later = watchSampleRatio(tripped, groupsOf([500, 1_000, 8_500]), T0 + 1)
    expect(later).toEqual(tripped)
  })

  test('A14: one person where nobody should be trips it at once', () => {
    const watch = watchSampleRatio(UNTRIPPED, groupsOf([1, 100, 900], [0, 0.1, 0.9]), T0)
    expect(watch).toEqual({ pValue: 0, trippedAt: T0 })
  })

  test('A14: it trips at its threshold and not before', () => {
    const groups = groupsOf([80, 100, 1_000])
    const p = Math.exp(-logBayesFactor(groups))
    expect(p).toBeGreaterThan(SAMPLE_RATIO_ALPHA)
    expect(watchSampleRatio(UNTRIPPED, groups, T0, p * 0.999).trippedAt).toBeNull()
    expect(watchSampleRatio(UNTRIPPED, groups, T0, p * 1.001).trippedAt).toBe(T0)
  })
})

describe('the Bayes factor', () => {
  const anyShares = fc
    .array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 5 })
    .map((parts) => parts.map((part) => part / parts.reduce((sum, each) => sum + each, 0)))

  test('A14: it is 1 before anybody came, and fair to the next person', () => {
    fc.assert(
      fc.property(anyShares, fc.array(fc.nat(5_000)), (shares, counts) => {
        expect(logBayesFactor(groupsOf([], shares))).toBeCloseTo(0, 9)
        // A martingale: under the shares its mean after one more person is what it was.
        const now = logBayesFactor(groupsOf(counts, shares))
        const growth = shares.map((share, group) => {
          const next = shares.map((_, index) => (counts[index] ?? 0) + (index === group ? 1 : 0))
          return share * Math.exp(logBayesFactor(groupsOf(next, shares)) - now)
        })
        expect(growth.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 6)
      }),
      { seed: 14 },
    )
  })

  test('A14: shares that are none are refused', () => {
    for (const shares of [[0.5, 0.4], [0.5, 0.6], [Number.NaN, 0.5], []]) {
      expect(() => logBayesFactor(groupsOf([1, 1], shares))).toThrow('add up')
    }
  })

  test('A14: the gamma function is that of the factorials, and of a half', () => {
    let logFactorial = 0
    for (let n = 1; n <= 200; n += 1) {
      expect(logGamma(n)).toBeCloseTo(logFactorial, 9)
      logFactorial += Math.log(n)
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 9)
  })
})
