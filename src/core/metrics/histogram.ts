import { type Labels, type Sample, numberOf } from './exposition.ts'

/**
 * The upper bounds of all histograms, in seconds. From a click's answer to a run that an outage held up
 * and a person who came back after a week; two seconds, which alarm, are one of them. Migration 0015
 * sorts values into the same.
 */
export const BOUNDS_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600,
  86_400, 604_800,
]

/** How many values lie in one bucket, and not in the ones below. */
export interface Bucket {
  /** The upper bound; `Infinity` for the last. */
  readonly le: number
  readonly count: number
}

/** What Prometheus wants of one histogram: each bucket with all below it, the sum and the count. */
export function histogramSamples(
  labels: Labels,
  buckets: readonly Bucket[],
  sum: number,
): readonly Sample[] {
  const reached = [...BOUNDS_SECONDS, Infinity].map((le) => ({ le, count: countUpTo(buckets, le) }))
  return [
    ...reached.map(({ le, count }) => ({
      suffix: '_bucket',
      labels: { ...labels, le: numberOf(le) },
      value: count,
    })),
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: countUpTo(buckets, Infinity) },
  ]
}

const countUpTo = (buckets: readonly Bucket[], bound: number): number =>
  buckets.filter(({ le }) => le <= bound).reduce((sum, { count }) => sum + count, 0)

/**
 * The value below which this share of all lies, taken for evenly spread within its bucket, as
 * `histogram_quantile` does. Of what lies above the highest bound that bound.
 *
 * @param share 0 to 1
 * @returns `null`: there is no value
 */
export function quantileOf(buckets: readonly Bucket[], share: number): number | null {
  const all = countUpTo(buckets, Infinity)
  if (all === 0) return null
  const rank = share * all
  const found = BOUNDS_SECONDS.findIndex((bound) => countUpTo(buckets, bound) >= rank)
  const upper = BOUNDS_SECONDS[found]
  if (upper === undefined) return BOUNDS_SECONDS.at(-1) ?? null
  const lower = BOUNDS_SECONDS[found - 1] ?? 0
  const below = countUpTo(buckets, lower)
  const within = countUpTo(buckets, upper) - below
  return within === 0 ? upper : lower + ((upper - lower) * (rank - below)) / within
}
