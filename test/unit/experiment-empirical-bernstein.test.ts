import { expect, test } from 'vitest'
import { EmpiricalBernstein } from '../../src/core/experiment/empirical-bernstein.ts'
import { LIFT_ALPHA } from '../../src/core/experiment/limits.ts'
import { Random } from '../simulation/random.ts'
import { repeat, shareOf, withSlack } from '../support/shared/simulated-experiment.ts'

/** Mostly 0 and seldom 50, as the clicks on what is seldom chosen. */
const RARE = 0.01
const LARGE = 50
const MEAN = RARE * LARGE
const TRIALS = 300

function peek(random: Random) {
  const ever = { below: false, above: false, aboveTooShort: false }
  const numbers = new EmpiricalBernstein()
  for (let count = 1; count <= 1_000; count += 1) {
    numbers.add(random.chance(RARE) ? LARGE : 0)
    if (count % 50 !== 0) continue
    ever.below ||= numbers.mean - numbers.margin(LIFT_ALPHA, 1) > MEAN
    ever.above ||= numbers.mean + numbers.margin(LIFT_ALPHA, LARGE) < MEAN
    ever.aboveTooShort ||= numbers.mean + numbers.margin(LIFT_ALPHA, 1) < MEAN
  }
  return ever
}

test('B6: rare large numbers are bounded at every look, on the far side only with their reach', () => {
  const trials = repeat(new Random('rare'), TRIALS, peek)
  const allowed = withSlack(LIFT_ALPHA, TRIALS)
  expect(shareOf(trials.map(({ below }) => below))).toBeLessThanOrEqual(allowed)
  expect(shareOf(trials.map(({ above }) => above))).toBeLessThanOrEqual(allowed)
  expect(shareOf(trials.map(({ aboveTooShort }) => aboveTooShort))).toBeGreaterThan(2 * allowed)
})

test.each([1_000, 10_000, 100_000])(
  'B6: after %i coins the margin is between three and four standard errors',
  (count) => {
    const coins = new EmpiricalBernstein()
    const random = new Random('coins')
    for (let coin = 0; coin < count; coin += 1) coins.add(random.int(0, 1))
    const errors = coins.margin(LIFT_ALPHA / 2, 1) / (0.5 / Math.sqrt(count))
    expect(errors).toBeGreaterThan(3)
    expect(errors).toBeLessThan(4)
  },
)
