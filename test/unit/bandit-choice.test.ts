import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  EXPLORATION_FLOOR,
  EXPLORATION_SHARE_MAX,
  type Posteriors,
  chooseArm,
  drawArm,
  floorOf,
  selectionProbabilities,
} from '../../src/core/bandit/choose-arm.ts'
import { PRIOR, type Posterior, posteriorAfter } from '../../src/core/bandit/posterior.ts'
import { RememberedChances } from '../../src/core/bandit/remembered-chances.ts'
import { sampleBeta } from '../../src/core/bandit/sample-beta.ts'
import { TONES, type Tone } from '../../src/contract/recommendation.ts'
import { Random } from '../simulation/random.ts'
import { chiSquare } from '../support/shared/goodness-of-fit.ts'

const count = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 20, noNaN: true }), fc.nat(100_000))
const known = fc
  .record({ successes: count, failures: count })
  .map((counts) => posteriorAfter(counts))
const posteriors: fc.Arbitrary<Posteriors<string>> = fc
  .uniqueArray(fc.tuple(fc.string(), known), {
    minLength: 1,
    maxLength: 8,
    selector: ([arm]) => arm,
  })
  .map((entries) => new Map(entries))

const SEEN: Posteriors<Tone> = new Map<Tone, Posterior>([
  ['aggressive', posteriorAfter({ successes: 4, failures: 96 })],
  ['moderate', posteriorAfter({ successes: 9.3, failures: 88.1 })],
  ['passive', posteriorAfter({ successes: 7, failures: 60 })],
])
const DRAWS = 40_000

const sumOf = (values: Iterable<number>): number =>
  [...values].reduce((sum, value) => sum + value, 0)

const tally = (choose: (random: Random) => Tone, seed: string): readonly number[] => {
  const random = new Random(seed)
  const counts = new Map<Tone, number>(TONES.map((tone) => [tone, 0]))
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const tone = choose(random)
    counts.set(tone, (counts.get(tone) ?? 0) + 1)
  }
  return [...counts.values()]
}

describe('choosing an arm', () => {
  test('A7: every arm has at least its floor, and all sum to 1', () => {
    fc.assert(
      fc.property(posteriors, (arms) => {
        const probabilities = selectionProbabilities(arms)
        expect([...probabilities.keys()]).toEqual([...arms.keys()])
        expect(Math.min(...probabilities.values())).toBeGreaterThanOrEqual(floorOf(arms.size))
        expect(sumOf(probabilities.values())).toBeCloseTo(1, 12)
      }),
      { seed: 1 },
    )
  })

  test('A7: the floor is five in a hundred, and of many arms half is left to what was learned', () => {
    expect(floorOf(3)).toBe(EXPLORATION_FLOOR)
    expect(floorOf(100) * 100).toBeCloseTo(EXPLORATION_SHARE_MAX)
    const probabilities = selectionProbabilities(
      new Map([
        ['good', posteriorAfter({ successes: 900, failures: 100 })],
        ['bad', posteriorAfter({ successes: 100, failures: 900 })],
        ['worse', posteriorAfter({ successes: 10, failures: 990 })],
      ]),
    )
    expect(probabilities.get('good')).toBeCloseTo(0.9, 10)
    expect(probabilities.get('bad')).toBeCloseTo(0.05, 10)
    expect(probabilities.get('worse')).toBeCloseTo(0.05, 10)
  })

  test('A7: arms of which nothing is known are as likely as each other', () => {
    for (const value of selectionProbabilities(
      new Map(TONES.map((tone) => [tone, PRIOR])),
    ).values()) {
      expect(value).toBeCloseTo(1 / 3, 12)
    }
  })

  test('A7: an arm has the same probability wherever it stands', () => {
    fc.assert(
      fc.property(posteriors, (arms) => {
        const backwards = selectionProbabilities(new Map([...arms].toReversed()))
        for (const [arm, value] of selectionProbabilities(arms)) {
          expect(backwards.get(arm)).toBeCloseTo(value, 10)
        }
      }),
      { seed: 2 },
    )
  })

  test('A7: a single arm is certain, and of none nothing can be chosen', () => {
    expect(chooseArm(new Map([['only', PRIOR]]), () => 0.7)).toEqual({ arm: 'only', propensity: 1 })
    expect(() => chooseArm(new Map(), () => 0.7)).toThrow('no arm')
  })

  test('B6: the propensity that is told is the one of the arm that was taken', () => {
    fc.assert(
      fc.property(
        posteriors,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (arms, random) => {
          const { arm, propensity } = chooseArm(arms, () => random)
          expect(propensity).toBe(selectionProbabilities(arms).get(arm))
        },
      ),
      { seed: 3 },
    )
  })

  test('B6: arms are taken as often as their propensity says', () => {
    const probabilities = selectionProbabilities(SEEN)
    const taken = tally((random) => drawArm(probabilities, () => random.next()).arm, 'taken')
    expect(chiSquare(taken, [...probabilities.values()])).toBeLessThan(1)
  })

  test('B6: and as often as Thompson sampling above the floor would take them', () => {
    const taken = tally((random) => {
      if (random.chance(3 * EXPLORATION_FLOOR)) return random.pick(TONES)
      const drawn = [...SEEN].map(([tone, { alpha, beta }]) => ({
        tone,
        rate: sampleBeta(alpha, beta, () => random.next()),
      }))
      return drawn.reduce((best, next) => (next.rate > best.rate ? next : best)).tone
    }, 'thompson')
    expect(chiSquare(taken, [...selectionProbabilities(SEEN).values()])).toBeLessThan(1)
  })

  test('A7: every number in [0, 1) leads to an arm, though rounding leaves a bit over', () => {
    const rounded = new Map([
      ['first', 0.5],
      ['last', 0.5 - 1e-12],
    ])
    expect(drawArm(rounded, () => 0).arm).toBe('first')
    expect(drawArm(rounded, () => 0.5).arm).toBe('last')
    expect(drawArm(rounded, () => 1 - 2 ** -53).arm).toBe('last')
  })
})

describe('chances that are remembered', () => {
  test('A7: are those that would be computed anew, whatever was asked before', () => {
    const remembered = new RememberedChances<string>()
    fc.assert(
      fc.property(posteriors, (arms) => {
        expect([...remembered.of(arms)]).toEqual([...selectionProbabilities(arms)])
        expect([...remembered.of(new Map(arms))]).toEqual([...selectionProbabilities(arms)])
      }),
      { seed: 1 },
    )
  })

  test('A7: are computed once for the same counts, and anew after one more click', () => {
    const remembered = new RememberedChances<Tone>()
    const first = remembered.of(SEEN)
    expect(remembered.of(new Map(SEEN))).toBe(first)
    const clicked = new Map(SEEN).set('passive', posteriorAfter({ successes: 8, failures: 60 }))
    expect(remembered.of(clicked)).not.toEqual(first)
  })

  test('A7: are forgotten after some others, so that they stay few', () => {
    const remembered = new RememberedChances<'only'>()
    const of = (alpha: number) => remembered.of(new Map([['only', { alpha, beta: 1 }]]))
    const first = of(1)
    for (let alpha = 2; alpha <= 64; alpha += 1) of(alpha)
    expect(of(1)).toBe(first)
    of(65)
    expect(of(1)).not.toBe(first)
  })
})
