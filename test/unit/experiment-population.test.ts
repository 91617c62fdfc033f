import { describe, expect, test } from 'vitest'
import { valueOfAlways } from '../../src/core/experiment/off-policy.ts'
import {
  type ExperimentPlan,
  type ExperimentReport,
  overAt,
  reportOn,
} from '../../src/core/experiment/report.ts'
import { UNTRIPPED } from '../../src/core/experiment/sample-ratio.ts'
import { verdictOn } from '../../src/core/experiment/verdict.ts'
import { Random } from '../simulation/random.ts'
import {
  ACTIONS,
  FLOOR,
  Lottery,
  TONES,
  logsOf,
  trueValueOfAction,
  trueValueOfLog,
  trueValueOfTone,
} from '../support/shared/simulated-decisions.ts'
import { T0 } from '../support/shared/test-subject.ts'

const DAY_MS = 86_400_000
const PEOPLE = 100_000
const LAST_DAY = 17

type Group = 'holdout' | 'baseline' | 'policy'

const GROUPS = new Lottery<Group>([
  ['holdout', 0.05],
  ['baseline', 0.1],
  ['policy', 0.85],
])

const PLAN: ExperimentPlan<Group> = {
  startedAt: T0,
  activationWindowMs: 3 * DAY_MS,
  shares: [
    { group: 'holdout', share: 0.05 },
    { group: 'baseline', share: 0.1 },
    { group: 'policy', share: 0.85 },
  ],
  control: 'baseline',
  treated: 'policy',
  expectedPeople: 90_000,
}

/** Without recommendations, and with those of the rules. */
const ACTIVATE: Readonly<Record<Group, number>> = { holdout: 0.25, baseline: 0.28, policy: 0.28 }

interface Person {
  readonly group: Group
  readonly cameAt: number
  readonly activates: boolean
}

/** Fourteen days of sign-ups; a click makes people of the policy group activate more often. */
function populationOf(seed: string, clickAdds: number) {
  const random = new Random(seed)
  const logs = logsOf(random.fork('decisions'), PEOPLE)
  const people = logs.tones.map(({ reward }, index): Person => {
    const group = GROUPS.draw(random).chosen
    const added = group === 'policy' ? clickAdds * reward : 0
    const cameAt = T0 + (14 * DAY_MS * index) / PEOPLE
    return { group, cameAt, activates: random.chance(ACTIVATE[group] + added) }
  })
  const isDecided = (_: unknown, index: number): boolean => people[index]?.group === 'policy'
  return {
    people,
    tones: logs.tones.filter(isDecided),
    actions: logs.actions.filter(isDecided),
  }
}

const countsAt = (people: readonly Person[], group: Group, now: number) => {
  const assigned = people.filter((person) => person.group === group && person.cameAt <= now)
  const counted = assigned.filter(({ cameAt }) => cameAt + PLAN.activationWindowMs <= now)
  const activated = counted.filter(({ activates }) => activates).length
  return { assigned: assigned.length, people: counted.length, activated }
}

/** A look each midnight, until the last window has closed. */
function reportsOn(people: readonly Person[]): readonly ExperimentReport<Group>[] {
  const reports: ExperimentReport<Group>[] = []
  for (let day = 1; day <= LAST_DAY; day += 1) {
    const now = T0 + day * DAY_MS
    const groups = {
      holdout: countsAt(people, 'holdout', now),
      baseline: countsAt(people, 'baseline', now),
      policy: countsAt(people, 'policy', now),
    }
    reports.push(reportOn(PLAN, groups, reports.at(-1)?.sampleRatio ?? UNTRIPPED, now))
  }
  return reports
}

const last = <Item>(items: readonly Item[]): Item => {
  const item = items.at(-1)
  if (item === undefined) throw new Error('nothing there')
  return item
}

test('A14: an experiment is over when the window of its last person is', () => {
  expect(overAt(PLAN)).toBe(T0 + LAST_DAY * DAY_MS)
})

describe('the wire', () => {
  const nobody = { people: 0, activated: 0 }
  const sound = {
    holdout: { assigned: 500, ...nobody },
    baseline: { assigned: 1_000, ...nobody },
    policy: { assigned: 8_500, ...nobody },
  }

  test('A14: it watches all who were assigned, long before the first window has closed', () => {
    const groups = { ...sound, policy: { assigned: 7_000, ...nobody } }
    expect(reportOn(PLAN, sound, UNTRIPPED, T0 + 1).verdict).toBe('too_early')
    expect(reportOn(PLAN, groups, UNTRIPPED, T0 + 1)).toMatchObject({
      verdict: 'sample_ratio_mismatch',
      sampleRatio: { trippedAt: T0 + 1 },
      lift: null,
    })
  })

  test('A14: tripped at an earlier look, it withholds the verdict about sound groups', () => {
    const tripped = { pValue: 0.0001, trippedAt: T0 }
    expect(reportOn(PLAN, sound, tripped, T0 + 1)).toMatchObject({
      verdict: 'sample_ratio_mismatch',
      sampleRatio: tripped,
    })
  })
})

describe('a policy that helps', () => {
  const CLICK_ADDS = 0.2
  const population = populationOf('helps', CLICK_ADDS)
  const reports = reportsOn(population.people)

  test('A14: it is found to be better, and never anything wrong', () => {
    expect(reports.slice(0, 3).map(({ verdict }) => verdict)).toEqual(
      Array.from({ length: 3 }, () => 'too_early'),
    )
    expect(new Set(reports.map(({ verdict }) => verdict))).toEqual(
      new Set(['too_early', 'undecided', 'better']),
    )
    expect(last(reports).verdict).toBe('better')
  })

  test('A14: the true lift is inside the interval on every day', () => {
    const truth = CLICK_ADDS * trueValueOfLog()
    for (const { lift } of reports) {
      expect(lift?.interval.lower ?? -1).toBeLessThan(truth)
      expect(lift?.interval.upper ?? 1).toBeGreaterThan(truth)
      expect(lift?.ratioInterval.lower ?? 0).toBeLessThan(1 + truth / ACTIVATE.baseline)
      expect(lift?.ratioInterval.upper ?? Infinity).toBeGreaterThan(1 + truth / ACTIVATE.baseline)
    }
    expect(last(reports).lift).not.toBeNull()
  })

  test('A14: the group sizes raise no alarm', () => {
    expect(last(reports).sampleRatio.trippedAt).toBeNull()
    expect(last(reports).groups.policy.assigned).toBeGreaterThan(84_000)
  })

  test.each([
    ...TONES.map((name) => ({ name, log: population.tones, truth: trueValueOfTone(name) })),
    ...ACTIONS.map((name) => ({ name, log: population.actions, truth: trueValueOfAction(name) })),
  ])('B6: the value of $name is known from the same people', ({ name, log, truth }) => {
    const result = valueOfAlways(name, log, { propensityFloor: FLOOR })
    if (!result.ok) throw new Error(result.error.code)
    expect(result.value.interval.lower).toBeLessThan(truth)
    expect(result.value.interval.upper).toBeGreaterThan(truth)
    expect(result.value.interval.upper - result.value.interval.lower).toBeLessThan(0.06)
  })
})

describe('a policy that changes nothing', () => {
  const { people } = populationOf('idle', 0)

  test('A14: nothing is found, and the end is said to be one', () => {
    const verdicts = reportsOn(people).map(({ verdict }) => verdict)
    expect(verdicts.slice(0, -1)).not.toContain('stopped')
    expect(verdicts.at(-1)).toBe('stopped')
    expect(new Set(verdicts)).toEqual(new Set(['too_early', 'undecided', 'stopped']))
  })

  test('A14: one that loses those who would not activate is withheld, however well it looks', () => {
    const random = new Random('lost')
    const left = people.filter(
      ({ group, activates }) => group !== 'policy' || activates || !random.chance(0.15),
    )
    const reports = reportsOn(left)
    const { verdict, lift } = last(reports)
    expect(verdict).toBe('sample_ratio_mismatch')
    // Once withheld, always withheld.
    const first = reports.findIndex(({ verdict }) => verdict === 'sample_ratio_mismatch')
    expect(new Set(reports.slice(first).map(({ verdict }) => verdict)).size).toBe(1)
    // The interval alone would have called the loss a success.
    const interval = lift?.interval ?? null
    expect(verdictOn({ sampleRatioTripped: false, interval, over: true })).toBe('better')
  })
})
