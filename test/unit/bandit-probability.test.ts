import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Posterior } from '../../src/core/bandit/posterior.ts'
import { probabilitiesOfBest } from '../../src/core/bandit/probability-of-best.ts'
import { sampleBeta } from '../../src/core/bandit/sample-beta.ts'
import { Random } from '../simulation/random.ts'
import { chiSquare } from '../support/shared/goodness-of-fit.ts'

/** What the quadrature promises. */
const ERROR = 1e-11

const beta = (alpha: number, beta: number): Posterior => ({ alpha, beta })

/** A fraction of any size; a double would lose all digits of what is e^-30000. */
class Wide {
  #digits = 1n << 192n
  #exponent = -192

  /** Times `over / under`. */
  scale(over: number, under: number): void {
    this.#digits = (this.#digits * BigInt(over)) / BigInt(under)
    if (this.#digits < 1n << 128n) this.#shift(64n)
    else if (this.#digits > 1n << 256n) this.#shift(-64n)
  }

  #shift(bits: bigint): void {
    this.#digits = bits > 0n ? this.#digits << bits : this.#digits >> -bits
    this.#exponent -= Number(bits)
  }

  toNumber(): number {
    return Number(this.#digits >> 64n) * 2 ** (this.#exponent + 64)
  }
}

/**
 * The chance that the second is larger, of whole shapes, by the finite sum
 * `Σ B(a1 + i, b1 + b2) / ((b2 + i) B(1 + i, b2) B(a1, b1))` for i below a2.
 */
function exactly(first: Posterior, second: Posterior): number {
  const term = new Wide()
  for (let i = 0; i < second.beta; i += 1) term.scale(first.beta + i, first.alpha + first.beta + i)
  let sum = 0
  for (let i = 0; i < second.alpha; i += 1) {
    sum += term.toNumber()
    term.scale(
      (first.alpha + i) * (second.beta + i),
      (first.alpha + i + first.beta + second.beta) * (i + 1),
    )
  }
  return sum
}

/** `E[X^power]`: the chance to be above as many uniform numbers. */
const moment = ({ alpha, beta }: Posterior, power: number): number =>
  Array.from({ length: power }, (_, i) => (alpha + i) / (alpha + beta + i)).reduce(
    (product, factor) => product * factor,
    1,
  )

const shape = fc.oneof(
  fc.double({ min: 0.1, max: 3, noNaN: true }),
  fc.double({ min: 1, max: 1_000, noNaN: true }),
  fc.double({ min: 1_000, max: 1e6, noNaN: true }),
)
const posterior = fc.record({ alpha: shape, beta: shape })
const arms = fc.array(posterior, { minLength: 1, maxLength: 6 })

describe('the probability to be the best', () => {
  test.each([
    [beta(1, 1), beta(2, 1)],
    [beta(3, 5), beta(4, 4)],
    [beta(100, 200), beta(120, 200)],
    [beta(1_000, 9_000), beta(1_050, 9_000)],
    [beta(50_000, 50_000), beta(50_200, 50_000)],
    [beta(10_000, 90_000), beta(10_100, 90_000)],
    [beta(1, 1), beta(50_000, 50_000)],
    [beta(1, 100_000), beta(2, 100_000)],
    [beta(3, 2), beta(100_000, 50_000)],
    [beta(1, 1), beta(1, 100_000)],
  ])('A7: of two arms is the exact sum: %o and %o', (first, second) => {
    const [, measured = Number.NaN] = probabilitiesOfBest([first, second])
    expect(Math.abs(measured - exactly(first, second))).toBeLessThan(ERROR)
  })

  test('A7: against uniform numbers is a moment, for counts that are no whole numbers too', () => {
    fc.assert(
      fc.property(
        posterior,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        (arm, powers) => {
          // The largest of m uniform numbers is Beta(m, 1).
          const [measured = Number.NaN] = probabilitiesOfBest([
            arm,
            ...powers.map((power) => beta(power, 1)),
          ])
          const expected = moment(
            arm,
            powers.reduce((sum, power) => sum + power, 0),
          )
          expect(Math.abs(measured - expected)).toBeLessThan(ERROR)
        },
      ),
      { seed: 2 },
    )
  })

  test.each([
    { tiny: 0.01, power: 748 },
    { tiny: 0.01, power: 7 },
    { tiny: 0.05, power: 200 },
  ])('A7: shapes down to $tiny keep six digits against $power', ({ tiny, power }) => {
    for (const arm of [beta(tiny, tiny), beta(tiny, 5), beta(5, tiny)]) {
      const [measured = Number.NaN] = probabilitiesOfBest([arm, beta(power, 1)])
      expect(Math.abs(measured - moment(arm, power))).toBeLessThan(1e-6)
    }
  })

  test('A7: is a probability for each arm, and they sum to 1', () => {
    fc.assert(
      fc.property(arms, (posteriors) => {
        const probabilities = probabilitiesOfBest(posteriors)
        expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true)
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 14)
      }),
      { seed: 3 },
    )
  })

  test('A7: does not depend on the order of the arms', () => {
    fc.assert(
      fc.property(arms, fc.nat(5), (posteriors, by) => {
        const turned = [...posteriors.slice(by), ...posteriors.slice(0, by)]
        const probabilities = probabilitiesOfBest(posteriors)
        const expected = [...probabilities.slice(by), ...probabilities.slice(0, by)]
        for (const [index, value] of probabilitiesOfBest(turned).entries()) {
          expect(Math.abs(value - (expected[index] ?? Number.NaN))).toBeLessThan(ERROR)
        }
      }),
      { seed: 4 },
    )
  })

  test('A7: rises with a success of its own, and falls with one of another', () => {
    fc.assert(
      fc.property(arms, posterior, (others, { alpha, beta }) => {
        const [before = 0, ...othersBefore] = probabilitiesOfBest([{ alpha, beta }, ...others])
        const [after = 0, ...othersAfter] = probabilitiesOfBest([
          { alpha: alpha + 1, beta },
          ...others,
        ])
        // Where nothing is settled yet and a success is news, it shows.
        const isNews = before > 0.01 && before < 0.99 && alpha < 1_000
        expect(after).toBeGreaterThan(isNews ? before : before - ERROR)
        for (const [index, value] of othersAfter.entries()) {
          expect(value).toBeLessThan((othersBefore[index] ?? 0) + ERROR)
        }
      }),
      { seed: 5 },
    )
  })

  test('A7: an arm far behind takes nothing from the others', () => {
    const [first = 0, second = 0, behind = 0] = probabilitiesOfBest([
      beta(20_000, 80_000),
      beta(20_100, 80_000),
      beta(1_000, 99_000),
    ])
    const expected = exactly(beta(20_000, 80_000), beta(20_100, 80_000))
    expect(Math.abs(second - expected)).toBeLessThan(ERROR)
    expect(first + second).toBeCloseTo(1, 14)
    expect(behind).toBeLessThan(ERROR)
  })

  test.each([
    [beta(1, 1), beta(1, 1), beta(1, 1)],
    [beta(12, 90), beta(15, 95), beta(9, 60)],
    [beta(0.5, 0.5), beta(1.5, 4.2), beta(30, 70)],
    [beta(3_000, 7_000), beta(3_050, 7_000), beta(2, 5)],
    [beta(2, 8), beta(3, 9), beta(1, 4), beta(40, 160), beta(1, 1)],
  ])('A7: is how often a Thompson draw is the largest: %o %o %o', (...posteriors) => {
    const random = new Random(`draws ${posteriors.length}`)
    const wins = posteriors.map(() => 0)
    for (let draw = 0; draw < 50_000; draw += 1) {
      const rates = posteriors.map(({ alpha, beta }) =>
        sampleBeta(alpha, beta, () => random.next()),
      )
      const best = rates.indexOf(Math.max(...rates))
      wins[best] = (wins[best] ?? 0) + 1
    }
    expect(chiSquare(wins, probabilitiesOfBest(posteriors))).toBeLessThan(1)
  })
})
