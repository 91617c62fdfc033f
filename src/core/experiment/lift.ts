import type { Interval } from './interval.ts'
import { LIFT_ALPHA, PEOPLE_PER_ANSWER_MIN, PEOPLE_PER_GROUP_MIN } from './limits.ts'
import { mixtureBoundary } from './mixture-boundary.ts'

/**
 * What became of the people of one group whose window to activate in is **over**.
 *
 * Whoever's window is open counts in neither number, also when already activated. If the quick were
 * counted at once and the others later, the group that activates sooner would look better than it
 * is as long as people come. Every window is equally long, so that people are counted in the order
 * of their coming and an experiment that is looked at early is a beginning of the whole.
 */
export interface Outcomes {
  readonly people: number
  readonly activated: number
}

/** By how much more of one group than of another activate. */
export interface Lift {
  /** Difference of the rates, in [-1, 1]. */
  readonly difference: number
  readonly interval: Interval
  /** Quotient of the rates. */
  readonly ratio: number
  /** From 0; without an upper end as long as the control's rate may be 0. */
  readonly ratioInterval: { readonly lower: number; readonly upper: number | null }
}

export interface LiftPlan {
  /** In both groups at the end; see {@link mixtureBoundary}. */
  readonly expectedPeople: number
  readonly alpha?: number
}

/**
 * The lift of `treated` over `control` with intervals that hold at every look. Each of the two
 * intervals misses its truth with probability `alpha`, over all looks together.
 *
 * The difference is that of the rates, plus and minus {@link mixtureBoundary} standard errors; the
 * groups' variances are added as they are, not pooled, so it may be 90 % against 10 %.
 *
 * The ratio has the interval by Fieller: those r for which the interval of
 * `treated - r · control` has room for 0. No logarithm, no approximation on top, and it excludes 1
 * exactly when the other excludes 0.
 *
 * @returns null while it is too early: see {@link isEnough}
 */
export function liftOf(control: Outcomes, treated: Outcomes, plan: LiftPlan): Lift | null {
  if (!isEnough(control) || !isEnough(treated)) return null
  const people = control.people + treated.people
  const errors = mixtureBoundary(people, plan.expectedPeople, plan.alpha ?? LIFT_ALPHA)
  const before = rateOf(control)
  const after = rateOf(treated)
  const difference = after.rate - before.rate
  const margin = errors * Math.sqrt(before.variance + after.variance)
  return {
    difference,
    interval: {
      lower: Math.max(-1, difference - margin),
      upper: Math.min(1, difference + margin),
    },
    ratio: after.rate / before.rate,
    ratioInterval: ratioInterval(before, after, errors),
  }
}

/** Whether a group has enough people, and of them enough who did and enough who did not. */
export function isEnough({ people, activated }: Outcomes): boolean {
  if (!(activated >= 0 && activated <= people)) {
    throw new Error('more people activated than there are')
  }
  return (
    people >= PEOPLE_PER_GROUP_MIN &&
    Math.min(activated, people - activated) >= PEOPLE_PER_ANSWER_MIN
  )
}

interface Rate {
  readonly rate: number
  /** Of the rate, not of one person. */
  readonly variance: number
}

function rateOf({ people, activated }: Outcomes): Rate {
  const rate = activated / people
  return { rate, variance: (rate * (1 - rate)) / people }
}

/** Solves (after - r · before)² ≤ errors² · (variance after + r² · variance before) for r ≥ 0. */
function ratioInterval(before: Rate, after: Rate, errors: number): Lift['ratioInterval'] {
  const square = before.rate ** 2 - errors ** 2 * before.variance
  const constant = after.rate ** 2 - errors ** 2 * after.variance
  const product = before.rate * after.rate
  const root = product + Math.sqrt(Math.max(0, product ** 2 - square * constant))
  return { lower: Math.max(0, constant) / root, upper: square > 0 ? root / square : null }
}
