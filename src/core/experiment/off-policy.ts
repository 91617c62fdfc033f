import { type Result, fail, ok } from '../../contract/result.ts'
import { EmpiricalBernstein } from './empirical-bernstein.ts'
import type { Interval } from './interval.ts'
import { EFFECTIVE_DECISIONS_MIN, LIFT_ALPHA, PROPENSITIES_ALPHA, WEIGHT_MAX } from './limits.ts'
import { type LoggedDecision, type Unusable, whyUnusable } from './logged-decision.ts'

/** What the mean reward had been if one candidate had always been chosen where it could be. */
export interface PolicyValue {
  /** In which it was a candidate; the value is about these alone. */
  readonly decisions: number
  /** In which it was chosen. */
  readonly chosen: number
  /** Of those, how many counted less than they should, as their weight was clipped. */
  readonly clipped: number
  /** About 1; less as far as weights were clipped or the target could not be drawn. */
  readonly meanWeight: number
  /** So many decisions of equal weight would say as much: (Σw)² / Σw². */
  readonly effectiveDecisions: number
  /** Σwr / n. Right in the mean, but for clipping, which only makes it smaller. May exceed 1. */
  readonly ips: number
  /** Σwr / Σw: a little off in small logs, steadier in all, always in [0, 1]. The one to show. */
  readonly selfNormalised: number
  /** Of the value itself, whatever was clipped. */
  readonly interval: Interval
}

export type OffPolicyRefusal =
  | { readonly code: Unusable; /** Position in the log, from 0. */ readonly at: number }
  | { readonly code: 'effective_size_too_small'; readonly effectiveDecisions: number }
  /** The target was chosen far more often than was logged, or far less often than its floor allows. */
  | { readonly code: 'propensities_contradicted'; readonly meanWeight: number }

export interface OffPolicyOptions {
  /** How often at most the value is ever outside the interval. */
  readonly alpha?: number
  /**
   * The least probability that the logging policy gave each candidate in each decision, by design.
   * Makes the interval up to twice as narrow from some 300 / floor decisions on, and wider before:
   * whether to use it is to be settled before looking. A log that contradicts it is refused.
   */
  readonly propensityFloor?: number
}

/**
 * The value of "always `target` where it was a candidate" from the log of a policy that drew.
 * Each decision for the target weighs 1 / propensity, so that contexts in which it was rarely chosen
 * count as much as they occur.
 *
 * **The interval** is an empirical Bernstein sequence ({@link EmpiricalBernstein}): it holds at every
 * look, for any number of decisions, and while the logging policy learns from its own log, which the
 * fixed-sample inequality by Maurer and Pontil does not allow. Each end has half of `alpha`.
 *
 * **Clipping.** A weight above {@link WEIGHT_MAX} is cut, which loses reward and never adds any. So
 * the lower end is that of clipped wr. The upper end comes from what was *not* rewarded: 1 less the
 * lower end of clipped w(1 - r), which is too low in turn. Clipping, and contexts in which the target
 * was never drawn at all, thus make the interval wider and never wrong (Karampatziakis, Mineiro and
 * Ramdas, "Off-policy confidence sequences", ICML 2021, https://arxiv.org/abs/2102.09540).
 *
 * **With a floor** nothing is clipped, every weight is 1 in the mean, and w(r - c) + c has the same
 * mean as wr for any c that was known before. With the self-normalised estimate until then as c it
 * varies least, and the interval is around that estimate.
 *
 * **A wire.** Where the propensities are true, weights are 1 in the mean. A log in which they cannot
 * be is refused, rarely ({@link PROPENSITIES_ALPHA}) in vain.
 *
 * The value is that of the next click in the situations that were logged. What people would have
 * come to after the target had been shown to them all along, a log of others cannot tell.
 *
 * @param decisions in the order of the log
 */
export function valueOfAlways(
  target: string,
  decisions: Iterable<LoggedDecision>,
  { alpha = LIFT_ALPHA, propensityFloor = 0 }: OffPolicyOptions = {},
): Result<PolicyValue, OffPolicyRefusal> {
  const weightMax = propensityFloor > 0 ? 1 / propensityFloor : WEIGHT_MAX
  const sums = new Sums()
  let at = 0
  for (const decision of decisions) {
    if (decision.context.candidates.includes(target)) {
      const code = whyUnusable(decision, propensityFloor)
      if (code !== null) return fail({ code, at })
      sums.add(decision.chosen === target ? 1 / (decision.propensity ?? 1) : 0, weightMax, decision)
    }
    at += 1
  }
  const { effectiveDecisions, meanWeight } = sums
  if (effectiveDecisions < EFFECTIVE_DECISIONS_MIN) {
    return fail({ code: 'effective_size_too_small', effectiveDecisions })
  }
  const { lower, upper } =
    propensityFloor > 0 ? sums.flooredInterval(alpha, weightMax) : sums.clippedInterval(alpha)
  if (lower > upper || sums.contradict(propensityFloor > 0 ? weightMax : null)) {
    return fail({ code: 'propensities_contradicted', meanWeight })
  }
  return ok(sums.value({ lower, upper }))
}

class Sums {
  readonly #rewarded = new EmpiricalBernstein()
  readonly #unrewarded = new EmpiricalBernstein()
  readonly #centred = new EmpiricalBernstein()
  readonly #weighed = new EmpiricalBernstein()
  #decisions = 0
  #chosen = 0
  #clipped = 0
  #weights = 0
  #rewards = 0
  #squares = 0

  add(fullWeight: number, weightMax: number, { reward }: LoggedDecision): void {
    const weight = Math.min(fullWeight, weightMax)
    // Before this decision is counted: c must not know it.
    const centre = (this.#rewards + 0.5) / (this.#weights + 1)
    this.#rewarded.add(weight * reward)
    this.#unrewarded.add(weight * (1 - reward))
    this.#centred.add(weight * (reward - centre) + centre)
    this.#weighed.add(weight)
    this.#decisions += 1
    this.#chosen += fullWeight > 0 ? 1 : 0
    this.#clipped += weight < fullWeight ? 1 : 0
    this.#weights += weight
    this.#rewards += weight * reward
    this.#squares += weight ** 2
  }

  get effectiveDecisions(): number {
    return this.#chosen === 0 ? 0 : this.#weights ** 2 / this.#squares
  }

  get meanWeight(): number {
    return this.#weighed.mean
  }

  /**
   * Whether weights are not 1 in the mean, as they are when propensities are what they are said to be.
   *
   * @param weightMax null where larger ones were cut: then they may be less
   */
  contradict(weightMax: number | null): boolean {
    const least = this.meanWeight - this.#weighed.margin(PROPENSITIES_ALPHA / 2, 1)
    if (weightMax === null) return least > 1
    const most = this.meanWeight + this.#weighed.margin(PROPENSITIES_ALPHA / 2, weightMax)
    return least > 1 || most < 1
  }

  /** Where weights may have been cut, or the target not drawn: each end from what never overstates. */
  clippedInterval(alpha: number): Interval {
    return {
      lower: this.#rewarded.mean - this.#rewarded.margin(alpha / 2, 1),
      upper: 1 - this.#unrewarded.mean + this.#unrewarded.margin(alpha / 2, 1),
    }
  }

  /** Where no weight can exceed `weightMax`: w(r - c) + c is within 1 - `weightMax` and `weightMax`. */
  flooredInterval(alpha: number, weightMax: number): Interval {
    const { mean } = this.#centred
    const margin = this.#centred.margin(alpha / 2, weightMax)
    return { lower: mean - margin, upper: mean + margin }
  }

  value({ lower, upper }: Interval): PolicyValue {
    return {
      decisions: this.#decisions,
      chosen: this.#chosen,
      clipped: this.#clipped,
      meanWeight: this.meanWeight,
      effectiveDecisions: this.effectiveDecisions,
      ips: this.#rewards / this.#decisions,
      selfNormalised: this.#rewards / this.#weights,
      interval: { lower: Math.max(0, lower), upper: Math.min(1, upper) },
    }
  }
}
