import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { armsView } from '../../src/core/bandit/arms-view.ts'
import { EXPLORATION_FLOOR } from '../../src/core/bandit/choose-arm.ts'
import type { Experiment } from '../../src/core/experiment/assignment.ts'
import {
  type Groups,
  NOBODY,
  comparisonsOf,
  lookAtSizes,
} from '../../src/core/experiment/comparisons.ts'
import { LIFT_ALPHA } from '../../src/core/experiment/limits.ts'
import {
  type LoggedRecommendation,
  offPolicyView,
} from '../../src/core/experiment/off-policy-view.ts'
import { UNTRIPPED } from '../../src/core/experiment/sample-ratio.ts'
import { PROMPT_IN_USE } from '../../src/core/policy/prompts/index.ts'
import { versionOf } from '../../src/core/recommendation/draw.ts'
import { RULES_VERSION } from '../../src/core/recommendation/rules.ts'
import { wordsInUse } from '../../src/core/recommendation/words-in-use.ts'

const T0 = Date.UTC(2026, 4, 4)
const kind = { segment: 'new', version: 'rules/1@c' }

describe('B15: what is shown of the tones', () => {
  test('is the posterior of each, how likely it is drawn, and how often it was', () => {
    const counts = [{ ...kind, tone: 'passive' as const, successes: 40, failures: 10 }]
    const draws = [
      { ...kind, tone: 'passive' as const, decisions: 3 },
      { ...kind, tone: 'moderate' as const, decisions: 1 },
    ]
    const [shown] = armsView(counts, draws)
    expect(shown).toMatchObject({
      ...kind,
      arms: [
        { tone: 'aggressive', alpha: 1, beta: 1, drawn: 0, drawnShare: 0 },
        { tone: 'moderate', alpha: 1, beta: 1, drawn: 1, drawnShare: 0.25 },
        { tone: 'passive', alpha: 41, beta: 11, drawn: 3, drawnShare: 0.75 },
      ],
    })
    const chances = shown?.arms.map(({ selectionProbability }) => selectionProbability) ?? []
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12)
    expect(Math.min(...chances)).toBeGreaterThan(EXPLORATION_FLOOR)
    expect(chances[2]).toBeGreaterThan(0.5)
  })

  test('people and words of whom something is known or drawn each have their own, in order', () => {
    const counts = [{ ...kind, segment: 'b', tone: 'passive' as const, successes: 1, failures: 0 }]
    const draws = [{ ...kind, segment: 'a', tone: 'passive' as const, decisions: 1 }]
    const shown = armsView(counts, draws)
    expect(
      shown.map(({ segment, arms }) => [segment, arms[2]?.alpha, arms[2]?.drawnShare]),
    ).toEqual([
      ['a', 1, 1],
      ['b', 2, null],
    ])
  })
})

test('A7: words in use are those of the rules and of the prompt in use, with this catalogue', () => {
  expect(wordsInUse(catalogue).versions).toEqual([
    versionOf(RULES_VERSION, catalogue.version),
    versionOf(PROMPT_IN_USE.version, catalogue.version),
  ])
})

describe('A14: what is said of an experiment', () => {
  const group = (assigned: number, activated: number) => ({ assigned, people: assigned, activated })
  const said = (
    split: Pick<Experiment, 'holdoutPercent' | 'baselinePercent'>,
    groups: Partial<Groups>,
    isOneSplit = true,
  ) => {
    const experiment = { id: 'e', ...split }
    const all = { ...NOBODY, ...groups }
    const watch = lookAtSizes(experiment, all, UNTRIPPED, T0)
    return comparisonsOf(experiment, { startedAt: T0, groups: all, watch, isOneSplit }, T0)
  }

  test('the policy against the baseline alone has all of the error', () => {
    const groups = { baseline: group(1_000, 100), policy: group(9_000, 2_000) }
    expect(said({ holdoutPercent: 0, baselinePercent: 10 }, groups)).toMatchObject([
      { control: 'baseline', treated: 'policy', alpha: LIFT_ALPHA, verdict: 'better' },
    ])
  })

  test('with a holdout there are two comparisons, and each has half of it', () => {
    const groups = {
      holdout: group(1_000, 300),
      baseline: group(1_000, 100),
      policy: group(8_000, 1_600),
    }
    expect(said({ holdoutPercent: 10, baselinePercent: 10 }, groups)).toMatchObject([
      { control: 'baseline', alpha: LIFT_ALPHA / 2, verdict: 'better' },
      { control: 'holdout', alpha: LIFT_ALPHA / 2, verdict: 'worse' },
    ])
  })

  test('groups of other sizes than drawn, or drawn in several, keep the lift to themselves', () => {
    const split = { holdoutPercent: 0, baselinePercent: 10 }
    const sound = { baseline: group(1_000, 100), policy: group(9_000, 2_000) }
    const lost = { baseline: group(1_000, 100), policy: group(6_000, 2_000) }
    expect(said(split, lost)).toMatchObject([{ verdict: 'sample_ratio_mismatch', lift: null }])
    expect(said(split, sound, false)).toMatchObject([{ verdict: 'split_changed', lift: null }])
  })

  test.each([
    ['nobody but the policy', { holdoutPercent: 0, baselinePercent: 0 }],
    ['no policy', { holdoutPercent: 33.3, baselinePercent: 66.7 }],
  ])('with %s there is nothing to compare', (_name, split) => {
    expect(said(split, {})).toEqual([])
  })
})

describe('B6: what the log is worth', () => {
  const logged = (change: Partial<LoggedRecommendation> = {}): LoggedRecommendation => ({
    tone: 'moderate',
    tonePropensity: 0.5,
    action: 'a',
    actionPropensity: 1,
    candidates: ['a', 'b'],
    isClicked: false,
    ...change,
  })
  const repeated = (count: number, change: Partial<LoggedRecommendation>) =>
    Array.from({ length: count }, () => logged(change))

  test('of decisions that nothing was drawn in: nothing', () => {
    const { tones, actions } = offPolicyView(repeated(1_000, { tonePropensity: 1 }))
    expect(tones['moderate']).toEqual({ ok: false, why: 'effective_size_too_small' })
    expect(actions).toEqual({})
  })

  test('of a tone: what clicks weigh by how likely the tone was', () => {
    const log = [
      ...repeated(400, { isClicked: true }),
      ...repeated(400, {}),
      ...repeated(800, { tone: 'passive', tonePropensity: 0.5, isClicked: true }),
    ].toSorted((left, right) => left.tone.length - right.tone.length)
    const { tones } = offPolicyView(log)
    expect(tones['moderate']).toMatchObject({ ok: true, value: 0.5, decisions: 1_600, chosen: 800 })
    expect(tones['passive']).toMatchObject({ ok: true, value: 1 })
  })

  test('of a log that breaks the floor of the draw: that it does', () => {
    const { tones } = offPolicyView(repeated(500, { tonePropensity: 0.01 }))
    expect(tones['moderate']).toEqual({ ok: false, why: 'propensity_breaks_floor' })
  })
})
