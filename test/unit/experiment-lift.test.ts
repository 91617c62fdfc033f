import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Lift, type Outcomes, liftOf } from '../../src/core/experiment/lift.ts'
import { LIFT_ALPHA } from '../../src/core/experiment/limits.ts'
import { mixtureBoundary } from '../../src/core/experiment/mixture-boundary.ts'
import { Random } from '../simulation/random.ts'
import {
  type Look,
  type Truth,
  lookedAt,
  repeat,
  shareOf,
  withSlack,
} from '../support/shared/simulated-experiment.ts'

const EXPECTED_PEOPLE = 10_000
/** Experiments may run twice as long as was planned: the interval knows no end. */
const PEOPLE = 20_000
const BATCH = 250
const EXPERIMENTS = 400

const lift = (control: Outcomes, treated: Outcomes, alpha = LIFT_ALPHA): Lift => {
  const found = liftOf(control, treated, { expectedPeople: EXPECTED_PEOPLE, alpha })
  if (found === null) throw new Error('too early')
  return found
}

const isOutside = (value: number, lower: number, upper: number | null): boolean =>
  value < lower || value > (upper ?? Infinity)

/** Whether the interval for a single look, 1.96 standard errors, has the truth outside. */
function isOutsideFixed({ control, treated }: Look, truth: number): boolean {
  const a = control.activated / control.people
  const b = treated.activated / treated.people
  const error = Math.sqrt((a * (1 - a)) / control.people + (b * (1 - b)) / treated.people)
  return Math.abs(b - a - truth) > 1.96 * error
}

/** What ever happened in one experiment at any of its looks. */
function peek(random: Random, truth: Truth) {
  const ever = { difference: false, ratio: false, fixed: false }
  for (const look of lookedAt(random, truth, PEOPLE, BATCH)) {
    const found = liftOf(look.control, look.treated, { expectedPeople: EXPECTED_PEOPLE })
    if (found === null) continue
    const { interval, ratioInterval } = found
    const difference = truth.treated - truth.control
    const ratio = truth.treated / truth.control
    ever.difference ||= isOutside(difference, interval.lower, interval.upper)
    ever.ratio ||= isOutside(ratio, ratioInterval.lower, ratioInterval.upper)
    ever.fixed ||= isOutsideFixed(look, difference)
  }
  return ever
}

/** Whether the treated group was ever found to be better before the end that was planned. */
function isEverBetter(random: Random, truth: Truth): boolean {
  for (const { control, treated } of lookedAt(random, truth, EXPECTED_PEOPLE, BATCH)) {
    const found = liftOf(control, treated, { expectedPeople: EXPECTED_PEOPLE })
    if (found !== null && found.interval.lower > 0) return true
  }
  return false
}

describe('looked at after every batch', () => {
  test.each([
    { treatedShare: 0.9, control: 0.3, treated: 0.3 },
    { treatedShare: 0.9, control: 0.3, treated: 0.37 },
    { treatedShare: 0.5, control: 0.05, treated: 0.04 },
    { treatedShare: 0.9, control: 0.01, treated: 0.015 },
    { treatedShare: 0.9, control: 0.98, treated: 0.98 },
  ])('A14: neither interval ever misses $control against $treated too often', (truth) => {
    const seed = new Random(`coverage ${JSON.stringify(truth)}`)
    const experiments = repeat(seed, EXPERIMENTS, (random) => peek(random, truth))
    const allowed = withSlack(LIFT_ALPHA, EXPERIMENTS)
    expect(shareOf(experiments.map(({ difference }) => difference))).toBeLessThanOrEqual(allowed)
    expect(shareOf(experiments.map(({ ratio }) => ratio))).toBeLessThanOrEqual(allowed)
    // An interval for one look does: the peeking is real.
    expect(shareOf(experiments.map(({ fixed }) => fixed))).toBeGreaterThan(1.5 * allowed)
  })

  test('A14: seven points more are found before the end in nine of ten experiments', () => {
    const truth = { treatedShare: 0.9, control: 0.3, treated: 0.37 }
    const found = repeat(new Random('power'), 200, (random) => isEverBetter(random, truth))
    expect(shareOf(found)).toBeGreaterThanOrEqual(0.9)
  })
})

describe('one look', () => {
  test('A14: the boundary is narrowest where it was told to be', () => {
    const at = (people: number): number => mixtureBoundary(people, EXPECTED_PEOPLE, 0.05)
    const least = at(EXPECTED_PEOPLE)
    expect(least).toBeCloseTo(3.035, 3)
    expect(at(9_000)).toBeGreaterThan(least)
    expect(at(11_000)).toBeGreaterThan(least)
    expect(at(100_000)).toBeCloseTo(3.246, 3)
    expect(at(1_000)).toBeCloseTo(3.83, 1)
  })

  test.each([
    ['few people', { people: 99, activated: 50 }],
    ['few who activated', { people: 1_000, activated: 9 }],
    ['few who did not', { people: 1_000, activated: 991 }],
    ['nobody', { people: 0, activated: 0 }],
  ])('A14: a group with %s has no lift yet, on either side', (_, few) => {
    const enough = { people: 100, activated: 10 }
    const plan = { expectedPeople: EXPECTED_PEOPLE }
    expect(liftOf(enough, enough, plan)).not.toBeNull()
    expect(liftOf(enough, few, plan)).toBeNull()
    expect(liftOf(few, enough, plan)).toBeNull()
  })

  test('A14: a ratio to a rate that may be 0 has no upper end', () => {
    const { ratioInterval } = lift(
      { people: 200, activated: 10 },
      { people: 2_000, activated: 400 },
    )
    expect(ratioInterval.upper).toBeNull()
    expect(ratioInterval.lower).toBeGreaterThan(0)
  })

  test('A14: counts that cannot be are no experiment', () => {
    const sound = { people: 1_000, activated: 500 }
    for (const activated of [-1, 1_001, Number.NaN]) {
      expect(() => lift(sound, { people: 1_000, activated })).toThrow('more people')
    }
  })
})

const anyOutcomes: fc.Arbitrary<Outcomes> = fc
  .integer({ min: 100, max: 1_000_000 })
  .chain((people) =>
    fc.integer({ min: 10, max: people - 10 }).map((activated) => ({ people, activated })),
  )

const holds = (law: (control: Outcomes, treated: Outcomes) => void): void =>
  fc.assert(fc.property(anyOutcomes, anyOutcomes, law), { seed: 14 })

describe('always', () => {
  test('A14: the intervals contain their estimates', () => {
    holds((control, treated) => {
      const { difference, interval, ratio, ratioInterval } = lift(control, treated)
      expect(isOutside(difference, interval.lower, interval.upper)).toBe(false)
      expect(isOutside(ratio, ratioInterval.lower, ratioInterval.upper)).toBe(false)
    })
  })

  test('A14: the same rates of more people make them narrower', () => {
    holds((control, treated) => {
      const times = ({ people, activated }: Outcomes) => ({
        people: 3 * people,
        activated: 3 * activated,
      })
      const few = lift(control, treated)
      const many = lift(times(control), times(treated))
      expect(many.interval.lower).toBeGreaterThanOrEqual(few.interval.lower)
      expect(many.interval.upper).toBeLessThanOrEqual(few.interval.upper)
      expect(many.ratioInterval.lower).toBeGreaterThanOrEqual(few.ratioInterval.lower)
      expect(many.ratioInterval.upper ?? Infinity).toBeLessThanOrEqual(
        few.ratioInterval.upper ?? Infinity,
      )
    })
  })

  test('A14: groups that change places mirror the difference and invert the ratio', () => {
    holds((control, treated) => {
      const there = lift(control, treated)
      const back = lift(treated, control)
      expect(back.difference).toBeCloseTo(-there.difference, 12)
      expect(back.interval.lower).toBeCloseTo(-there.interval.upper, 12)
      expect(back.interval.upper).toBeCloseTo(-there.interval.lower, 12)
      expect(back.ratioInterval.lower * (there.ratioInterval.upper ?? 0)).toBeCloseTo(
        there.ratioInterval.upper === null ? 0 : 1,
        9,
      )
    })
  })

  test('A14: the two intervals never contradict each other', () => {
    holds((control, treated) => {
      const { interval, ratioInterval } = lift(control, treated)
      // On the very edge rounding decides.
      fc.pre(Math.min(Math.abs(interval.lower), Math.abs(interval.upper)) > 1e-9)
      expect(interval.lower > 0).toBe(ratioInterval.lower > 1)
      expect(interval.upper < 0).toBe((ratioInterval.upper ?? Infinity) < 1)
    })
  })

  test('A14: more certainty is wider', () => {
    holds((control, treated) => {
      const usual = lift(control, treated, 0.05)
      const certain = lift(control, treated, 0.01)
      expect(certain.interval.lower).toBeLessThanOrEqual(usual.interval.lower)
      expect(certain.interval.upper).toBeGreaterThanOrEqual(usual.interval.upper)
    })
  })
})
