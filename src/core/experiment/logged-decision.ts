import { PROPENSITY_TOLERANCE } from './limits.ts'

/**
 * One choice from the log: a tone, or an action. The log has one such line for each of the two, with
 * a propensity of its own.
 *
 * Only choices that were drawn belong here. Where rules decided (first events, baseline, outage)
 * nothing else could have been chosen, and nothing can be learned about anything else.
 */
export interface LoggedDecision {
  readonly context: {
    /** All that could have been chosen, the chosen one among them. */
    readonly candidates: readonly string[]
  }
  readonly chosen: string
  /** The probability with which it was drawn, given all that was known then; null if not logged. */
  readonly propensity: number | null
  /**
   * In [0, 1]: 1 for a click within 24 hours. Decisions whose 24 hours are not over are left out,
   * clicked or not; what was never shown counts as 0, since whether it was may depend on the choice.
   */
  readonly reward: number
}

/**
 * Whether it was drawn: what rules decide with certainty is logged with a propensity of 1 though
 * there were others. A policy with a floor never draws with 1 among several, so that leaving these
 * out depends on who decided and never on what was chosen.
 */
export const wasDrawn = ({ context, propensity }: LoggedDecision): boolean =>
  propensity !== 1 || context.candidates.length === 1

/** Why a decision makes a log useless. Leaving it out instead would be a choice of contexts. */
export type Unusable =
  | 'propensity_missing'
  | 'propensity_out_of_range'
  | 'propensity_breaks_floor'
  | 'reward_out_of_range'
  | 'chosen_not_a_candidate'

/**
 * @param floor the least probability that each candidate has by design; 0 if there is none
 * @returns null if it can be used
 */
export function whyUnusable(decision: LoggedDecision, floor: number): Unusable | null {
  const { context, chosen, propensity, reward } = decision
  if (propensity === null) return 'propensity_missing'
  if (!(propensity > 0 && propensity <= 1)) return 'propensity_out_of_range'
  // Every other candidate had its floor, too: a certain choice was not drawn.
  const most = 1 - floor * (context.candidates.length - 1)
  if (propensity < floor - PROPENSITY_TOLERANCE || propensity > most + PROPENSITY_TOLERANCE) {
    return 'propensity_breaks_floor'
  }
  if (!(reward >= 0 && reward <= 1)) return 'reward_out_of_range'
  return context.candidates.includes(chosen) ? null : 'chosen_not_a_candidate'
}
