import type { OffPolicyView } from '../../contract/learning.ts'
import { TONES } from '../../contract/recommendation.ts'
import { floorOf } from '../bandit/choose-arm.ts'
import { type LoggedDecision, wasDrawn } from './logged-decision.ts'
import { type OffPolicyOptions, valueOfAlways } from './off-policy.ts'

/** A recommendation from the log, with both choices that were made in it. */
export interface LoggedRecommendation {
  readonly tone: string
  readonly tonePropensity: number
  readonly action: string
  readonly actionPropensity: number
  /** Actions that could have been chosen. */
  readonly candidates: readonly string[]
  /** Within a day of its impression. */
  readonly isClicked: boolean
}

/** Every tone may be drawn with that much; settled before anybody looked. */
const TONE_FLOOR = floorOf(TONES.length)

const toneChoice = (one: LoggedRecommendation): LoggedDecision => ({
  context: { candidates: TONES },
  chosen: one.tone,
  propensity: one.tonePropensity,
  reward: one.isClicked ? 1 : 0,
})

const actionChoice = (one: LoggedRecommendation): LoggedDecision => ({
  context: { candidates: one.candidates },
  chosen: one.action,
  propensity: one.actionPropensity,
  reward: one.isClicked ? 1 : 0,
})

/** What always taking one tone, or one action wherever it could be, is worth. @param log oldest first */
export function offPolicyView(log: readonly LoggedRecommendation[]): {
  readonly tones: Readonly<Record<string, OffPolicyView>>
  readonly actions: Readonly<Record<string, OffPolicyView>>
} {
  const actions = log.map(actionChoice).filter(wasDrawn)
  const names = new Set(actions.flatMap(({ context }) => context.candidates))
  return {
    tones: valuesOf(TONES, log.map(toneChoice).filter(wasDrawn), { propensityFloor: TONE_FLOOR }),
    // Which draws were made depends on how many candidates there were: no common floor.
    actions: valuesOf([...names].toSorted(), actions, {}),
  }
}

const valuesOf = (
  targets: readonly string[],
  log: readonly LoggedDecision[],
  options: OffPolicyOptions,
): Readonly<Record<string, OffPolicyView>> =>
  Object.fromEntries(targets.map((target) => [target, valueOf(target, log, options)]))

function valueOf(
  target: string,
  log: readonly LoggedDecision[],
  options: OffPolicyOptions,
): OffPolicyView {
  const result = valueOfAlways(target, log, options)
  if (!result.ok) return { ok: false, why: result.error.code }
  const { selfNormalised: value, interval, decisions, chosen, effectiveDecisions } = result.value
  return { ok: true, value, interval, decisions, chosen, effectiveDecisions }
}
