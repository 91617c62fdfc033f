import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  EFFECTIVE_DECISIONS_MIN,
  LIFT_ALPHA,
  WEIGHT_MAX,
} from '../../src/core/experiment/limits.ts'
import { type LoggedDecision, wasDrawn } from '../../src/core/experiment/logged-decision.ts'
import {
  type OffPolicyOptions,
  type PolicyValue,
  valueOfAlways,
} from '../../src/core/experiment/off-policy.ts'
import { Random } from '../simulation/random.ts'
import {
  ACTIONS,
  FLOOR,
  Lottery,
  TONES,
  logsOf,
  naiveMean,
  trueValueOfAction,
  trueValueOfTone,
} from '../support/shared/simulated-decisions.ts'
import { repeat, shareOf, withSlack } from '../support/shared/simulated-experiment.ts'

const TARGETS = [
  ...TONES.map((name) => ({ name, log: 'tones' as const, truth: trueValueOfTone(name) })),
  ...ACTIONS.map((name) => ({ name, log: 'actions' as const, truth: trueValueOfAction(name) })),
]

function value(target: string, log: Iterable<LoggedDecision>, options?: OffPolicyOptions) {
  const result = valueOfAlways(target, log, options)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

const misses = ({ interval }: PolicyValue, truth: number): boolean =>
  truth < interval.lower || truth > interval.upper

const widthOf = ({ interval }: PolicyValue): number => interval.upper - interval.lower

describe('a hundred thousand people whose clicks are known', () => {
  const SEEDS = 15
  const trials = repeat(new Random('population'), SEEDS, (random) => {
    const logs = logsOf(random, 100_000)
    return TARGETS.map(({ name, log }) => ({
      clipping: value(name, logs[log]),
      floored: value(name, logs[log], { propensityFloor: FLOOR }),
      naive: naiveMean(name, logs[log]),
    }))
  })

  test.each(TARGETS.map((target, index) => ({ ...target, index })))(
    'B6: the value of $name is in its interval, and the mean of the log is not',
    ({ index, truth }) => {
      const found = trials.flatMap((trial) => trial[index] ?? [])
      const allowed = withSlack(LIFT_ALPHA, SEEDS)
      expect(shareOf(found.map(({ clipping }) => misses(clipping, truth)))).toBeLessThan(allowed)
      expect(shareOf(found.map(({ floored }) => misses(floored, truth)))).toBeLessThan(allowed)
      for (const { floored, naive } of found) {
        expect(naive < floored.interval.lower || naive > floored.interval.upper).toBe(true)
      }
    },
  )

  test.each(TARGETS.map((target, index) => ({ ...target, index })))(
    'B6: with a floor the interval of $name is narrow enough to choose by',
    ({ index }) => {
      const found = trials.flatMap((trial) => trial[index] ?? [])
      const mean = (of: (trial: (typeof found)[number]) => number): number =>
        found.reduce((sum, trial) => sum + of(trial), 0) / found.length
      const floored = mean((trial) => widthOf(trial.floored))
      expect(floored).toBeLessThan(0.05)
      expect(floored).toBeLessThan(0.9 * mean((trial) => widthOf(trial.clipping)))
    },
  )

  test('B6: in a short log a floor makes it wider: one decision may still weigh twenty', () => {
    for (const trial of repeat(new Random('short'), 5, (random) => logsOf(random, 1_000).tones)) {
      const floored = value('moderate', trial, { propensityFloor: FLOOR })
      expect(widthOf(floored)).toBeGreaterThan(1.1 * widthOf(value('moderate', trial)))
    }
  })

  test('B6: the tone that the log praises most is known to be the worst', () => {
    for (const [aggressive, moderate] of trials) {
      expect(aggressive?.naive).toBeGreaterThan((moderate?.naive ?? 1) + 0.1)
      expect(aggressive?.floored.interval.upper).toBeLessThan(moderate?.floored.interval.lower ?? 0)
    }
  })

  test('B6: both estimates come near the truth', () => {
    for (const trial of trials) {
      for (const [index, { truth }] of TARGETS.entries()) {
        expect(Math.abs((trial[index]?.clipping.ips ?? 1) - truth)).toBeLessThan(0.03)
        expect(Math.abs((trial[index]?.clipping.selfNormalised ?? 1) - truth)).toBeLessThan(0.03)
      }
    }
  })
})

describe('a policy that learns from its own log', () => {
  const CLICKS = { bold: 0.3, plain: 0.2 }
  const LEAST = 0.2
  const PEOPLE = 3_000
  const BATCH = 100

  /** It draws what has done better so far four times in five; the log is looked at all along. */
  function peek(random: Random) {
    const log: LoggedDecision[] = []
    const seen = { bold: { taken: 1, clicked: 0.5 }, plain: { taken: 1, clicked: 0.5 } }
    const ever = { floored: false, clipping: false, fixed: false }
    for (let person = 1; person <= PEOPLE; person += 1) {
      const isBold = seen.bold.clicked / seen.bold.taken > seen.plain.clicked / seen.plain.taken
      const bold = isBold ? 1 - LEAST : LEAST
      const lottery = new Lottery([
        ['bold', bold],
        ['plain', 1 - bold],
      ])
      const drawn = lottery.draw(random)
      const reward = random.chance(CLICKS[drawn.chosen]) ? 1 : 0
      seen[drawn.chosen].taken += 1
      seen[drawn.chosen].clicked += reward
      log.push({ context: lottery.context, ...drawn, reward })
      if (person % BATCH !== 0) continue
      const result = valueOfAlways('plain', log, { propensityFloor: LEAST })
      if (!result.ok) continue
      ever.floored ||= misses(result.value, CLICKS.plain)
      ever.clipping ||= misses(value('plain', log), CLICKS.plain)
      ever.fixed ||= isOutsideFixed(log, result.value.ips)
    }
    return ever
  }

  function isOutsideFixed(log: readonly LoggedDecision[], ips: number): boolean {
    const squares = log.reduce((sum, { chosen, propensity, reward }) => {
      const weighed = chosen === 'plain' ? reward / (propensity ?? 1) : 0
      return sum + (weighed - ips) ** 2
    }, 0)
    return Math.abs(ips - CLICKS.plain) > (1.96 * Math.sqrt(squares)) / log.length
  }

  const trials = repeat(new Random('learning'), 160, peek)

  test('B6: the interval holds at every look', () => {
    const allowed = withSlack(LIFT_ALPHA, trials.length)
    expect(shareOf(trials.map(({ floored }) => floored))).toBeLessThanOrEqual(allowed)
    expect(shareOf(trials.map(({ clipping }) => clipping))).toBeLessThanOrEqual(allowed)
    // One for a single look does not.
    expect(shareOf(trials.map(({ fixed }) => fixed))).toBeGreaterThan(1.5 * allowed)
  })
})

describe('what the log hardly saw', () => {
  /** Half of the people always click on `rare`, and are hardly ever shown it; the others never do. */
  function logged(random: Random, rare: number): readonly LoggedDecision[] {
    const kinds = [
      {
        clicks: 1,
        lottery: new Lottery([
          ['rare', rare],
          ['usual', 1 - rare],
        ]),
      },
      {
        clicks: 0,
        lottery: new Lottery([
          ['rare', 0.5],
          ['usual', 0.5],
        ]),
      },
    ] as const
    return Array.from({ length: 20_000 }, () => {
      const { clicks, lottery } = random.pick(kinds)
      const drawn = lottery.draw(random)
      const reward = drawn.chosen === 'rare' ? clicks : 0
      return { context: lottery.context, ...drawn, reward }
    })
  }

  test.each([
    ['clipped', 0.002, 0.11],
    ['never drawn', 0, 0],
  ])('B6: where it was %s the estimate is too low, and the interval says so', (_, rare, least) => {
    for (const found of repeat(new Random(`rare ${rare}`), 20, (random) =>
      value('rare', logged(random, rare)),
    )) {
      expect(found.clipped > 0).toBe(rare > 0)
      expect(found.ips).toBeLessThan(0.25)
      expect(found.ips).toBeGreaterThanOrEqual(least * 0.5)
      expect(misses(found, 0.5)).toBe(false)
    }
  })
})

const CANDIDATES = { candidates: ['a', 'b', 'c'] }
const sound = (at: number): LoggedDecision => ({
  context: CANDIDATES,
  chosen: CANDIDATES.candidates[at % 3] ?? 'a',
  propensity: 1 / 3,
  reward: at % 2,
})
const soundLog = (length: number): readonly LoggedDecision[] =>
  Array.from({ length }, (_, at) => sound(at))

describe('a log that says nothing', () => {
  test.each([
    ['propensity_missing', { propensity: null }],
    ['propensity_out_of_range', { propensity: 0 }],
    ['propensity_out_of_range', { propensity: -0.1 }],
    ['propensity_out_of_range', { propensity: 1.01 }],
    ['propensity_out_of_range', { propensity: Number.NaN }],
    ['propensity_breaks_floor', { propensity: 0.04 }],
    // The others had their floor, too.
    ['propensity_breaks_floor', { propensity: 0.91 }],
    ['reward_out_of_range', { reward: -1 }],
    ['reward_out_of_range', { reward: 1.5 }],
    ['reward_out_of_range', { reward: Number.NaN }],
    ['chosen_not_a_candidate', { chosen: 'd' }],
  ])('B6: it is refused with %s for %o, of whatever was chosen', (code, wrong) => {
    for (const at of [600, 601]) {
      const log = soundLog(999).with(at, { ...sound(at), ...wrong })
      const options = { propensityFloor: 0.05 }
      expect(valueOfAlways('a', log, options)).toEqual({ ok: false, error: { code, at } })
      // In what is not about the target it does no harm.
      expect(valueOfAlways('z', log, options)).toMatchObject({
        error: { code: 'effective_size_too_small' },
      })
    }
  })

  test('B6: without a floor any probability will do', () => {
    const log = soundLog(999).with(600, { ...sound(600), propensity: 1 })
    expect(valueOfAlways('a', log).ok).toBe(true)
  })

  test('B6: it is refused until enough decisions of equal weight were for the target', () => {
    const needed = 3 * EFFECTIVE_DECISIONS_MIN
    expect(valueOfAlways('a', soundLog(needed)).ok).toBe(true)
    expect(valueOfAlways('a', soundLog(needed - 3))).toEqual({
      ok: false,
      error: {
        code: 'effective_size_too_small',
        effectiveDecisions: expect.closeTo(EFFECTIVE_DECISIONS_MIN - 1) as number,
      },
    })
    expect(valueOfAlways('a', [])).toEqual({
      ok: false,
      error: { code: 'effective_size_too_small', effectiveDecisions: 0 },
    })
  })

  test('B6: a few heavy decisions do not count for many', () => {
    const log = soundLog(1_200).map((decision, at) =>
      at < 9 ? { ...decision, propensity: 1 / WEIGHT_MAX } : decision,
    )
    expect(valueOfAlways('a', log)).toMatchObject({ error: { code: 'effective_size_too_small' } })
  })
})

describe('a log whose propensities are not those that were drawn with', () => {
  const drawn = logsOf(new Random('untrue'), 20_000).tones
  const claim = (times: number): readonly LoggedDecision[] =>
    drawn.map((decision) => ({ ...decision, propensity: (decision.propensity ?? 0) * times }))

  test.each([undefined, 0.025])('B6: it is refused when they are too small, floor %s', (floor) => {
    const options = floor === undefined ? {} : { propensityFloor: floor }
    expect(valueOfAlways('moderate', claim(0.7), options)).toMatchObject({
      ok: false,
      error: {
        code: 'propensities_contradicted',
        meanWeight: expect.closeTo(1 / 0.7, 1) as number,
      },
    })
    expect(valueOfAlways('moderate', claim(1), options).ok).toBe(true)
  })

  test('B6: a fifteenth too small is enough in ten thousand decisions', () => {
    const claimed = soundLog(9_999).map((decision) => ({ ...decision, propensity: 0.31 }))
    expect(valueOfAlways('a', claimed)).toMatchObject({
      error: { code: 'propensities_contradicted' },
    })
    expect(valueOfAlways('a', soundLog(9_999)).ok).toBe(true)
  })

  test('B6: too large ones are refused where a floor says that all could be drawn', () => {
    const rarer = drawn.filter(({ chosen }, at) => chosen !== 'moderate' || at % 2 === 0)
    expect(valueOfAlways('moderate', rarer, { propensityFloor: FLOOR })).toMatchObject({
      error: { code: 'propensities_contradicted' },
    })
    // Without, it may be that in some contexts it never was.
    expect(value('moderate', rarer).meanWeight).toBeLessThan(0.7)
  })
})

test('B6: what rules decided is told from what was drawn, and left out', () => {
  const byRules = soundLog(300).map((decision) => ({ ...decision, chosen: 'a', propensity: 1 }))
  const log = [...byRules, ...soundLog(999)]
  expect(valueOfAlways('a', log, { propensityFloor: 0.1 })).toMatchObject({
    error: { code: 'propensity_breaks_floor', at: 0 },
  })
  expect(log.filter(wasDrawn)).toEqual(soundLog(999))
  const alone = { context: { candidates: ['a'] }, chosen: 'a', propensity: 1, reward: 0 }
  expect(wasDrawn(alone)).toBe(true)
})

test('B6: decisions in which the target was no candidate do not count', () => {
  const elsewhere = { context: { candidates: ['b'] }, chosen: 'b', propensity: null, reward: 1 }
  const log = soundLog(999)
  expect(
    value(
      'a',
      log.flatMap((decision) => [elsewhere, decision]),
    ),
  ).toEqual(value('a', log))
})

/** Drawn as it says, with probabilities and rewards of any kind. */
const anyLog = fc
  .record({
    seed: fc.nat(),
    length: fc.integer({ min: 2_000, max: 4_000 }),
    /** From always the same to anything between a tenth and nine tenths. */
    spread: fc.double({ min: 0, max: 0.4, noNaN: true }),
    generosity: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ seed, length, spread, generosity }): readonly LoggedDecision[] => {
    const random = new Random(String(seed))
    return Array.from({ length }, () => {
      const a = 0.5 + spread * (2 * random.next() - 1)
      const lottery = new Lottery([
        ['a', a],
        ['b', 1 - a],
      ])
      const reward = random.chance(generosity) ? random.next() : random.int(0, 1)
      return { context: lottery.context, ...lottery.draw(random), reward }
    })
  })

describe('always', () => {
  test('B6: the interval contains the estimate', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const found = value('a', log, { propensityFloor: 0.1 })
        expect(misses(found, found.selfNormalised)).toBe(false)
      }),
      { seed: 6 },
    )
  })

  test('B6: the whole log makes it narrower than its first quarter', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const options = { propensityFloor: 0.1 }
        const quarter = log.slice(0, log.length / 4)
        expect(widthOf(value('a', log, options))).toBeLessThan(
          widthOf(value('a', quarter, options)),
        )
      }),
      { seed: 6 },
    )
  })

  test('B6: the interval of what was not rewarded is the mirror image', () => {
    fc.assert(
      fc.property(anyLog, fc.constantFrom(0, 0.1), (log, propensityFloor) => {
        const { interval } = value('a', log, { propensityFloor })
        const mirrored = value(
          'a',
          log.map((decision) => ({ ...decision, reward: 1 - decision.reward })),
          { propensityFloor },
        )
        expect(mirrored.interval.lower).toBeCloseTo(1 - interval.upper, 9)
        expect(mirrored.interval.upper).toBeCloseTo(1 - interval.lower, 9)
      }),
      { seed: 6 },
    )
  })
})
