import { SAMPLE_RATIO_ALPHA, SAMPLE_RATIO_PRIOR_PEOPLE, SHARE_SUM_TOLERANCE } from './limits.ts'
import { logGamma } from './log-gamma.ts'

/** All people assigned to a group so far, their windows open or not, and the share it should have. */
export interface GroupSize {
  readonly people: number
  /** In [0, 1]; all together 1. */
  readonly share: number
}

/** What was seen of the groups' sizes until now. Plain data, to be kept between looks. */
export interface SampleRatioWatch {
  /** The least p-value of all looks, itself valid at all looks together. */
  readonly pValue: number
  /** Epoch milliseconds; null while all is well. Once tripped it stays so. */
  readonly trippedAt: number | null
}

export const UNTRIPPED: SampleRatioWatch = { pValue: 1, trippedAt: null }

/**
 * Looks at the sizes once more. As often as one looks, sound groups trip it with probability `alpha`
 * at most: under the right shares the Bayes factor is a martingale from 1, which ever reaches 1/α
 * with probability α (Ville).
 *
 * With 10 % against 90 % it finds, in the median: a group that gets nobody after 500 people, 8 %
 * instead of 10 % after 4,000, 10 % of the larger group lost after 20,000, 2 % lost after half a
 * million. A leak that small moves the shares by less than a fifth of a percentage point, and the
 * lift by as little.
 *
 * Shares must not change within an experiment; new shares are a new experiment with a new watch.
 *
 * @param now epoch milliseconds
 */
export function watchSampleRatio(
  watch: SampleRatioWatch,
  groups: readonly GroupSize[],
  now: number,
  alpha = SAMPLE_RATIO_ALPHA,
): SampleRatioWatch {
  const pValue = Math.min(watch.pValue, Math.exp(-logBayesFactor(groups)))
  return { pValue, trippedAt: watch.trippedAt ?? (pValue <= alpha ? now : null) }
}

/**
 * The logarithm of how much likelier the sizes are under any shares than under the expected ones:
 *
 *     Γ(k)/Γ(k + n) · ∏ Γ(kθᵢ + nᵢ)/Γ(kθᵢ) · θᵢ^-nᵢ
 *
 * "Any shares" are Dirichlet(kθ) with k = {@link SAMPLE_RATIO_PRIOR_PEOPLE}. Lindon and Malek,
 * "Anytime-valid inference for multinomial count data", NeurIPS 2022, https://arxiv.org/abs/2011.03567.
 *
 * @returns Infinity when somebody is in a group that should have nobody
 */
export function logBayesFactor(groups: readonly GroupSize[]): number {
  const shares = groups.reduce((sum, { share }) => sum + share, 0)
  if (!(Math.abs(shares - 1) <= SHARE_SUM_TOLERANCE)) throw new Error('shares do not add up to 1')
  const people = groups.reduce((sum, group) => sum + group.people, 0)
  return groups.reduce(
    (sum, group) => sum + logFactorOf(group),
    logGamma(SAMPLE_RATIO_PRIOR_PEOPLE) - logGamma(SAMPLE_RATIO_PRIOR_PEOPLE + people),
  )
}

function logFactorOf({ people, share }: GroupSize): number {
  if (people === 0) return 0
  if (share === 0) return Infinity
  const prior = SAMPLE_RATIO_PRIOR_PEOPLE * share
  return logGamma(prior + people) - logGamma(prior) - people * Math.log(share)
}
