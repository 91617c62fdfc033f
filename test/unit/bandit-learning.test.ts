import { describe, expect, test } from 'vitest'
import {
  type Score,
  type Setting,
  regretOf,
  thompson,
  uniform,
  upperBoundByAge,
} from '../../bench/learning/changing-items.ts'
import {
  EXPLORATION_FLOOR,
  drawArm,
  selectionProbabilities,
} from '../../src/core/bandit/choose-arm.ts'
import {
  DAY_MS,
  type DayCounts,
  type Exposure,
  countLog,
} from '../../src/core/bandit/day-counts.ts'
import { HALF_LIFE_DAYS, posteriorsOf } from '../../src/core/bandit/discount.ts'
import { TONES, type Tone } from '../../src/contract/recommendation.ts'
import { Random } from '../simulation/random.ts'

const START = Date.UTC(2026, 0, 1)
const PEOPLE_PER_DAY = 40
const VERSION = 'v1'

type Rates = Readonly<Record<Tone, number>>

const QUIET: Rates = { aggressive: 0.05, moderate: 0.1, passive: 0.2 }
const LOUD: Rates = { aggressive: 0.2, moderate: 0.1, passive: 0.05 }

interface Population {
  readonly days: number
  readonly ratesOn: (day: number) => Rates
  readonly halfLifeDays: number
}

interface Day {
  /** Clicks missed against the tone that is best that day, expected. */
  readonly regret: number
  /** How likely the best tone was taken. */
  readonly share: number
}

/** People come, are shown a tone, click or do not; every night the day's log is counted. */
function live({ days, ratesOn, halfLifeDays }: Population, random: Random): readonly Day[] {
  const rows: DayCounts<Tone>[] = []
  return Array.from({ length: days }, (_, day) => {
    const now = START + day * DAY_MS
    const rates = ratesOn(day)
    const best = TONES.reduce((left, right) => (rates[right] > rates[left] ? right : left))
    const probabilities = selectionProbabilities(posteriorsOf(TONES, rows, now, halfLifeDays))
    const log = Array.from({ length: PEOPLE_PER_DAY }, (_, person): Exposure<Tone> => {
      const { arm } = drawArm(probabilities, () => random.next())
      const clickedAt = random.chance(rates[arm]) ? now + 60_000 : null
      const id = `${day}/${person}`
      return { id, segment: 'pro', arm, version: VERSION, exposedAt: now, clickedAt }
    })
    rows.push(...countLog(log, VERSION, now + 2 * DAY_MS))
    return {
      regret: log.reduce((sum, { arm }) => sum + rates[best] - rates[arm], 0),
      share: probabilities.get(best) ?? 0,
    }
  })
}

/** The same days of several populations, their mean. */
function meanDays(population: Population, seeds: number): readonly Day[] {
  const lives = Array.from({ length: seeds }, (_, seed) =>
    live(population, new Random(`population ${seed}`)),
  )
  return Array.from({ length: population.days }, (_, day) => ({
    regret: mean(lives.map((days) => days[day]?.regret ?? Number.NaN)),
    share: mean(lives.map((days) => days[day]?.share ?? Number.NaN)),
  }))
}

const mean = (values: readonly number[]): number => sumOf(values) / values.length
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const regretIn = (days: readonly Day[]): number => sumOf(days.map(({ regret }) => regret))

describe('a population whose rates stay', () => {
  const DAYS = 120
  const days = meanDays({ days: DAYS, ratesOn: () => QUIET, halfLifeDays: HALF_LIFE_DAYS }, 8)
  /** What the floor costs a day, whatever is known: the price of staying curious. */
  const floorPrice = PEOPLE_PER_DAY * EXPLORATION_FLOOR * (0.1 + 0.15)

  test('A7: misses a quarter of the clicks that tones by lot would miss, at most', () => {
    const byLot = DAYS * PEOPLE_PER_DAY * ((0.1 + 0.15) / 3)
    expect(regretIn(days)).toBeLessThan(byLot / 4)
  })

  test('A7: what it misses beyond the price of the floor grows ever more slowly', () => {
    const learning = [0, 30, 60, 90].map(
      (from) => regretIn(days.slice(from, from + 30)) - 30 * floorPrice,
    )
    const [first = 0, ...later] = learning
    expect(first).toBeGreaterThan(0)
    for (const quarter of later) expect(quarter).toBeLessThan(first / 4)
  })

  test('A7: in the end it shows the best tone as often as the floor allows', () => {
    expect(days.at(-1)?.share).toBeGreaterThan(0.88)
    expect(days.at(-1)?.share).toBeLessThanOrEqual(1 - 2 * EXPLORATION_FLOOR)
  })
})

describe('a population whose rates change', () => {
  const CHANGE = 120
  const DAYS = 240
  const ratesOn = (day: number) => (day < CHANGE ? QUIET : LOUD)
  const fading = meanDays({ days: DAYS, ratesOn, halfLifeDays: HALF_LIFE_DAYS }, 8)
  const keeping = meanDays({ days: DAYS, ratesOn, halfLifeDays: Infinity }, 8)
  const recovery = (days: readonly Day[]): number => {
    const day = days.slice(CHANGE).findIndex(({ share }) => share > 0.5)
    return day < 0 ? Infinity : day
  }

  test('A7: what fades recovers in half the time of what does not', () => {
    expect(recovery(fading)).toBeLessThan(recovery(keeping) / 2)
  })

  test('A7: and misses fewer clicks after the change', () => {
    expect(regretIn(fading.slice(CHANGE))).toBeLessThan(regretIn(keeping.slice(CHANGE)) / 2)
  })
})

/** A small copy of the published table; `bench/learning/thompson.md` has it in full. */
describe.each([1, 100])('ten items that retire, feedback every %d steps', (delay) => {
  const meanRegret = (score: Score): number => {
    const setting: Setting = { steps: 20_000, delay, retires: 'one' }
    return mean(
      Array.from({ length: 4 }, (_, seed) => {
        const stream = (name: string) => {
          const random = new Random(`table ${seed} ${name}`)
          return () => random.next()
        }
        const chance = {
          world: stream('world'),
          clicks: stream('clicks'),
          policy: stream('policy'),
        }
        return regretOf(score, setting, chance)
      }),
    )
  }

  test('A7: Thompson sampling misses less than UCB, and UCB less than the lot', () => {
    const bounded = meanRegret(upperBoundByAge)
    expect(meanRegret(thompson)).toBeLessThan(0.7 * bounded)
    expect(bounded).toBeLessThan(meanRegret(uniform))
  })
})
