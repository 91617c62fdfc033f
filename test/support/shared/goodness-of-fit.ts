/** One fit in ten thousand would be thought wrong; seeds are fixed, so that a test has one answer. */
const KOLMOGOROV_LIMIT = 2.23
/** By degrees of freedom, at the same level. */
const CHI_SQUARE_LIMITS = [
  Number.NaN,
  15.14,
  18.42,
  21.11,
  23.51,
  25.74,
  27.86,
  29.88,
  31.83,
  33.72,
]

/** The largest distance between the sample's distribution and `cdf`, as a multiple of its limit. */
export function kolmogorovSmirnov(
  sample: readonly number[],
  cdf: (value: number) => number,
): number {
  const sorted = sample.toSorted((left, right) => left - right)
  const distances = sorted.map((value, rank) => {
    const expected = cdf(value)
    return Math.max(expected - rank / sorted.length, (rank + 1) / sorted.length - expected)
  })
  const largest = distances.reduce((most, distance) => Math.max(most, distance), 0)
  return (largest * Math.sqrt(sorted.length)) / KOLMOGOROV_LIMIT
}

/** Pearson's statistic, as a multiple of its limit. */
export function chiSquare(observed: readonly number[], probabilities: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0)
  const statistic = observed.reduce((sum, count, index) => {
    const expected = total * (probabilities[index] ?? 0)
    return sum + (count - expected) ** 2 / expected
  }, 0)
  return statistic / (CHI_SQUARE_LIMITS[observed.length - 1] ?? Number.NaN)
}
