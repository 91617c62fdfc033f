import type { Posterior } from './posterior.ts'
import { probabilitiesOfBest } from './probability-of-best.ts'
import type { Random } from './random.ts'

/**
 * Every arm is shown at least so often: an arm whose luck was bad early, or whose time comes late, is
 * still heard, and no weight of an off-policy estimate exceeds 20 for up to ten arms.
 */
export const EXPLORATION_FLOOR = 0.05
/** Of many arms each has less, or nothing would be left to what was learned. */
export const EXPLORATION_SHARE_MAX = 0.5

/** What is known of each arm. */
export type Posteriors<Arm> = ReadonlyMap<Arm, Posterior>

export interface Choice<Arm> {
  readonly arm: Arm
  /** How likely it was to be chosen, the floor included. */
  readonly propensity: number
}

/** What each of so many arms has for sure. */
export const floorOf = (arms: number): number =>
  Math.min(EXPLORATION_FLOOR, EXPLORATION_SHARE_MAX / arms)

/**
 * How likely `chooseArm` takes each arm: `floor + (1 - K · floor) · P(its rate is the best)`, which is
 * Thompson sampling above a floor.
 *
 * @param posteriors of at least one arm
 * @returns in the order of `posteriors`; sums to 1
 */
export function selectionProbabilities<Arm>(posteriors: Posteriors<Arm>): ReadonlyMap<Arm, number> {
  const floor = floorOf(posteriors.size)
  const free = 1 - posteriors.size * floor
  const best = probabilitiesOfBest([...posteriors.values()])
  return new Map(
    [...posteriors.keys()].map((arm, index) => [arm, floor + free * (best[index] ?? 0)]),
  )
}

/**
 * Chooses an arm by its selection probability: one uniform number is looked up in their running sum.
 * No rate is drawn from a posterior. That would follow the same law only as far as the quadrature is
 * exact; so the propensity that is logged is the one that was used, by construction.
 *
 * @param posteriors of at least one arm
 * @throws Error when there is no arm
 */
export const chooseArm = <Arm>(posteriors: Posteriors<Arm>, random: Random): Choice<Arm> =>
  drawArm(selectionProbabilities(posteriors), random)

/**
 * The same for whoever keeps the probabilities, since many are chosen for by the same counts.
 *
 * @throws Error when there is no arm
 */
export function drawArm<Arm>(probabilities: ReadonlyMap<Arm, number>, random: Random): Choice<Arm> {
  let left = random()
  let choice: Choice<Arm> | undefined
  for (const [arm, propensity] of probabilities) {
    choice = { arm, propensity }
    left -= propensity
    if (left < 0) break
  }
  // Rounding may leave a last bit over: it belongs to the last arm.
  if (choice === undefined) throw new Error('no arm to choose from')
  return choice
}
