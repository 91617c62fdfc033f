import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DAY_MS,
  type DayCounts,
  type Exposure,
  REWARD_WINDOW_MS,
  countLog,
  dayOf,
  outcomeOf,
} from '../../src/core/bandit/day-counts.ts'
import {
  DAYS_READ,
  HALF_LIFE_DAYS,
  fadedCounts,
  posteriorsOf,
  weightAfter,
} from '../../src/core/bandit/discount.ts'
import { findDrift } from '../../src/core/bandit/drift.ts'
import { PRIOR } from '../../src/core/bandit/posterior.ts'
import { TONES, type Tone } from '../../src/contract/recommendation.ts'

const NOON = Date.UTC(2026, 10, 21, 12)
const LATER = NOON + 10 * DAY_MS
const VERSION = 'v3'

const exposed = (over: Partial<Exposure<Tone>> = {}): Exposure<Tone> => ({
  id: 'r1',
  segment: 'pro/first-week',
  arm: 'moderate',
  version: VERSION,
  exposedAt: NOON,
  clickedAt: null,
  ...over,
})

const counted = (over: Partial<DayCounts<Tone>> = {}): DayCounts<Tone> => ({
  segment: 'pro/first-week',
  arm: 'moderate',
  version: VERSION,
  day: '2026-11-21',
  successes: 0,
  failures: 0,
  ...over,
})

const exposures: fc.Arbitrary<readonly Exposure<Tone>[]> = fc.uniqueArray(
  fc
    .record({
      id: fc.uuid(),
      segment: fc.constantFrom('pro/first-week', 'free/first-day', '"],["'),
      arm: fc.constantFrom(...TONES),
      version: fc.constantFrom(VERSION, 'v2'),
      exposedAt: fc.integer({ min: NOON, max: LATER }),
      waitedMs: fc.option(fc.integer({ min: 0, max: 2 * REWARD_WINDOW_MS })),
    })
    .map(({ waitedMs, ...rest }) => ({
      ...rest,
      clickedAt: waitedMs === null ? null : rest.exposedAt + waitedMs,
    })),
  { selector: ({ id }) => id, maxLength: 60 },
)

const totalOf = (rows: readonly DayCounts[]): number =>
  rows.reduce((sum, { successes, failures }) => sum + successes + failures, 0)

describe('what became of an exposure', () => {
  test.each([
    { what: 'clicked at once', waited: 0, now: 0, outcome: 'success' },
    {
      what: 'clicked in the last millisecond',
      waited: REWARD_WINDOW_MS,
      now: 0,
      outcome: 'success',
    },
    { what: 'clicked by a clock that is behind', waited: -1_000, now: 0, outcome: 'success' },
    {
      what: 'clicked too late',
      waited: REWARD_WINDOW_MS + 1,
      now: REWARD_WINDOW_MS + 1,
      outcome: 'failure',
    },
    { what: 'not clicked, still open', waited: null, now: REWARD_WINDOW_MS, outcome: 'pending' },
    { what: 'not clicked, closed', waited: null, now: REWARD_WINDOW_MS + 1, outcome: 'failure' },
  ] as const)('A7: $what: $outcome', ({ waited, now, outcome }) => {
    const clickedAt = waited === null ? null : NOON + waited
    expect(outcomeOf({ exposedAt: NOON, clickedAt }, NOON + now)).toBe(outcome)
  })
})

describe('counting the log', () => {
  test('B15: neither the order of the log nor what is in it twice matters', () => {
    const shuffled = exposures.chain((log) =>
      fc.tuple(
        fc.constant(log),
        fc
          .subarray([...log])
          .chain((again) =>
            fc.shuffledSubarray([...log, ...again], { minLength: log.length + again.length }),
          ),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([log, again]) => {
        expect(countLog(again, VERSION, LATER)).toEqual(countLog(log, VERSION, LATER))
      }),
      { seed: 1 },
    )
  })

  test('B15: the click of a later copy is the click, whichever copy comes first', () => {
    const copies = [exposed(), exposed({ clickedAt: NOON + 5 }), exposed({ clickedAt: NOON + 9 })]
    for (const log of [copies, copies.toReversed()]) {
      expect(countLog(log, VERSION, LATER)).toEqual([counted({ successes: 1 })])
    }
  })

  test('B15: two halves of the log counted apart give what the whole gives', () => {
    fc.assert(
      fc.property(exposures, fc.nat(60), (log, at) => {
        const halves = [log.slice(0, at), log.slice(at)].flatMap((half) =>
          countLog(half, VERSION, LATER),
        )
        for (const whole of countLog(log, VERSION, LATER)) {
          const { segment, arm, day } = whole
          const parts = halves.filter(
            (part) => part.segment === segment && part.arm === arm && part.day === day,
          )
          const sum = (of: 'successes' | 'failures') =>
            parts.reduce((total, part) => total + part[of], 0)
          expect(whole).toEqual({
            ...whole,
            successes: sum('successes'),
            failures: sum('failures'),
          })
        }
      }),
      { seed: 2 },
    )
  })

  test('A7: every exposure of the version counts once, when its window has closed', () => {
    fc.assert(
      fc.property(exposures, (log) => {
        const own = log.filter(({ version }) => version === VERSION)
        expect(totalOf(countLog(log, VERSION, LATER + 2 * DAY_MS))).toBe(own.length)
        const settled = own.filter((exposure) => outcomeOf(exposure, LATER) !== 'pending')
        expect(totalOf(countLog(log, VERSION, LATER))).toBe(settled.length)
      }),
      { seed: 3 },
    )
  })

  test('A7: what is pending counts as neither, and feedback of another version not at all', () => {
    const log = [
      exposed({ id: 'pending', exposedAt: LATER }),
      exposed({ id: 'retired', version: 'v2', clickedAt: NOON + 1 }),
    ]
    expect(countLog(log, VERSION, LATER)).toEqual([])
  })

  test('A7: an exposure belongs to its own UTC day, though the click came on the next', () => {
    const exposedAt = Date.UTC(2026, 10, 21, 23, 59)
    const log = [exposed({ exposedAt, clickedAt: exposedAt + 120_000 })]
    expect(countLog(log, VERSION, LATER)).toEqual([counted({ successes: 1 })])
  })
})

describe('fading', () => {
  test('A7: what was seen a half-life ago counts half, and today wholly', () => {
    const today = counted({ day: dayOf(NOON), successes: 3, failures: 5 })
    const before = { ...today, day: dayOf(NOON - HALF_LIFE_DAYS * DAY_MS) }
    expect(fadedCounts([today, before], NOON)).toEqual({ successes: 4.5, failures: 7.5 })
    expect(fadedCounts([today, before], NOON, Infinity)).toEqual({ successes: 6, failures: 10 })
  })

  test('A7: it depends on the day alone, not on the hour', () => {
    const row = counted({ day: '2026-11-20', successes: 7 })
    const midnight = Date.UTC(2026, 10, 21)
    expect(fadedCounts([row], midnight)).toEqual(fadedCounts([row], midnight + DAY_MS - 1))
  })

  test('A7: a day to come, by a clock that is ahead, weighs no more than today', () => {
    const row = counted({ day: dayOf(NOON + 3 * DAY_MS), successes: 2, failures: 1 })
    expect(fadedCounts([row], NOON)).toEqual({ successes: 2, failures: 1 })
  })

  test('A7: what is no longer read would not be missed', () => {
    expect(weightAfter(DAYS_READ)).toBeLessThan(0.001)
  })

  test('A7: a new arm starts with the prior, and one that is gone is left out', () => {
    const rows = [
      counted({ arm: 'moderate', successes: 2, failures: 8 }),
      { ...counted({ successes: 50 }), arm: 'shouting' },
    ]
    expect(posteriorsOf(TONES, rows, NOON)).toEqual(
      new Map([
        ['aggressive', PRIOR],
        ['moderate', { alpha: 3, beta: 9 }],
        ['passive', PRIOR],
      ]),
    )
  })
})

describe('drift', () => {
  test('B15: what was counted from the same log has none', () => {
    fc.assert(
      fc.property(exposures, (log) => {
        const rows = countLog(log, VERSION, LATER)
        expect(findDrift(rows.toReversed(), rows)).toEqual([])
      }),
      { seed: 4 },
    )
  })

  test('B15: each count that is off is named with both its values', () => {
    fc.assert(
      fc.property(exposures, fc.nat(), fc.boolean(), (log, pick, isSuccess) => {
        const rebuilt = countLog(log, VERSION, LATER)
        fc.pre(rebuilt.length > 0)
        const index = pick % rebuilt.length
        const live = rebuilt.map((row, at) =>
          at === index
            ? {
                ...row,
                successes: row.successes + (isSuccess ? 1 : 0),
                failures: row.failures + (isSuccess ? 0 : 1),
              }
            : row,
        )
        const [drift, ...others] = findDrift(live, rebuilt)
        expect(others).toEqual([])
        expect(drift).toMatchObject({
          live: countsAt(live, index),
          rebuilt: countsAt(rebuilt, index),
        })
      }),
      { seed: 5 },
    )
  })

  test('B15: a row that only one side has differs from nothing, unless it is all zeros', () => {
    const row = counted({ successes: 2, failures: 1 })
    const { segment, arm, version, day } = row
    const nothing = { successes: 0, failures: 0 }
    const some = { successes: 2, failures: 1 }
    const key = { segment, arm, version, day }
    expect(findDrift([row], [])).toEqual([{ ...key, live: some, rebuilt: nothing }])
    expect(findDrift([], [row])).toEqual([{ ...key, live: nothing, rebuilt: some }])
    expect(findDrift([counted()], [])).toEqual([])
  })
})

function countsAt(rows: readonly DayCounts[], index: number) {
  const row = rows[index]
  return { successes: row?.successes, failures: row?.failures }
}
