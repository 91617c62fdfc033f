import type { ComparisonView, GroupView } from '../../contract/learning.ts'
import type { Group } from '../../contract/recommendation.ts'
import type { Experiment } from './assignment.ts'
import { LIFT_ALPHA } from './limits.ts'
import { overAt, reportOn } from './report.ts'
import { type SampleRatioWatch, watchSampleRatio } from './sample-ratio.ts'

const DAY_MS = 86_400_000
/** A person who came to use the product did so within the first week; who comes later came anew. */
export const ACTIVATION_WINDOW_MS = 7 * DAY_MS
/** What happened up to the window's end is in Postgres by then, unless that was away for long. */
export const SETTLED_AFTER_MS = 3_600_000
/**
 * In the two groups that are compared. The intervals hold for any number and are narrowest near this
 * one; ten times more people cost a twentieth of their width, ten times fewer a quarter.
 */
const EXPECTED_PEOPLE = 5_000

export type Groups = Readonly<Record<Group, GroupView>>

export const NOBODY: Groups = {
  holdout: { assigned: 0, people: 0, activated: 0 },
  baseline: { assigned: 0, people: 0, activated: 0 },
  policy: { assigned: 0, people: 0, activated: 0 },
}

const sharesOf = ({ holdoutPercent, baselinePercent }: Experiment) =>
  [
    { group: 'holdout', share: holdoutPercent / 100 },
    { group: 'baseline', share: baselinePercent / 100 },
    { group: 'policy', share: Math.max(0, 100 - holdoutPercent - baselinePercent) / 100 },
  ] as const

/** One look at the groups' sizes. @param now epoch milliseconds */
export const lookAtSizes = (
  experiment: Experiment,
  groups: Groups,
  watch: SampleRatioWatch,
  now: number,
): SampleRatioWatch =>
  watchSampleRatio(
    watch,
    sharesOf(experiment).map(({ group, share }) => ({ people: groups[group].assigned, share })),
    now,
  )

/** From then on nobody's outcome is open, or on its way. @param startedAt epoch milliseconds */
export const settledAt = (startedAt: number): number =>
  overAt({ startedAt, activationWindowMs: ACTIVATION_WINDOW_MS }) + SETTLED_AFTER_MS

export interface ExperimentFacts {
  readonly startedAt: number
  readonly groups: Groups
  readonly watch: SampleRatioWatch
  /** The groups were drawn in one proportion from the first to the last. */
  readonly isOneSplit: boolean
}

/**
 * The policy against the rules alone, and against those who see no recommendation, as far as there
 * are such groups. Each of several comparisons has its part of the error that all may make.
 *
 * @param now epoch milliseconds
 */
export function comparisonsOf(
  experiment: Experiment,
  { startedAt, groups, watch, isOneSplit }: ExperimentFacts,
  now: number,
): readonly ComparisonView[] {
  const shares = sharesOf(experiment)
  const treated = 'policy'
  const hasPeople = (group: Group) => shares.some((one) => one.group === group && one.share > 0)
  const controls = (['baseline', 'holdout'] as const).filter(hasPeople)
  if (!hasPeople(treated)) return []
  const alpha = LIFT_ALPHA / controls.length
  return controls.map((control) => {
    const plan = {
      startedAt,
      activationWindowMs: ACTIVATION_WINDOW_MS,
      shares,
      control,
      treated,
      expectedPeople: EXPECTED_PEOPLE,
      alpha,
    } as const
    const report = reportOn(plan, groups, watch, now)
    const verdict = isOneSplit ? report.verdict : 'split_changed'
    const isSound = verdict !== 'split_changed' && verdict !== 'sample_ratio_mismatch'
    return { control, treated, alpha, lift: isSound ? report.lift : null, verdict }
  })
}
