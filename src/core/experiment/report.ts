import type { Verdict } from '../../contract/learning.ts'
import { type Lift, type Outcomes, liftOf } from './lift.ts'
import { DURATION_MS, LIFT_ALPHA } from './limits.ts'
import { type SampleRatioWatch, watchSampleRatio } from './sample-ratio.ts'
import { verdictOn } from './verdict.ts'

/** All of it is fixed before the first person comes; groups are named by the caller. */
export interface ExperimentPlan<Group extends string> {
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** How long people are taken in. */
  readonly durationMs?: number
  /** How long each of them has to activate. */
  readonly activationWindowMs: number
  readonly shares: readonly { readonly group: Group; readonly share: number }[]
  readonly control: Group
  readonly treated: Group
  /** In the two groups at the end. */
  readonly expectedPeople: number
  /** A plan with several comparisons divides {@link LIFT_ALPHA} among them. */
  readonly alpha?: number
}

export interface GroupCounts extends Outcomes {
  /** All who were assigned; `people` are those of them whose window is over. */
  readonly assigned: number
}

export interface ExperimentReport<Group extends string> {
  readonly groups: Readonly<Record<Group, GroupCounts>>
  /** Null while it is too early; not to be shown when the verdict is withheld. */
  readonly lift: Lift | null
  readonly alpha: number
  readonly sampleRatio: SampleRatioWatch
  readonly verdict: Verdict
}

/** From then on nobody's outcome is open any more. Epoch milliseconds. */
export const overAt = (
  plan: Pick<ExperimentPlan<string>, 'startedAt' | 'durationMs' | 'activationWindowMs'>,
): number => plan.startedAt + (plan.durationMs ?? DURATION_MS) + plan.activationWindowMs

/**
 * One look at an experiment; there may be any number of them.
 *
 * @param watch what the look before returned as `sampleRatio`; a tripwire forgets nothing
 * @param now epoch milliseconds
 */
export function reportOn<Group extends string>(
  plan: ExperimentPlan<Group>,
  groups: Readonly<Record<Group, GroupCounts>>,
  watch: SampleRatioWatch,
  now: number,
): ExperimentReport<Group> {
  const alpha = plan.alpha ?? LIFT_ALPHA
  const sizes = plan.shares.map(({ group, share }) => ({ people: groups[group].assigned, share }))
  const sampleRatio = watchSampleRatio(watch, sizes, now)
  const lift = liftOf(groups[plan.control], groups[plan.treated], {
    expectedPeople: plan.expectedPeople,
    alpha,
  })
  const verdict = verdictOn({
    sampleRatioTripped: sampleRatio.trippedAt !== null,
    interval: lift?.interval ?? null,
    over: now >= overAt(plan),
  })
  return { groups, lift, alpha, sampleRatio, verdict }
}
