/** Enough that a curve of a few hundred pixels is smooth. */
const POINTS = 160

export interface Beta {
  readonly alpha: number
  readonly beta: number
}

/** So that a distribution and its tail are seen, and the empty rest is not. */
export function upperEnd(all: readonly Beta[]): number {
  const ends = all.map(({ alpha, beta }) => {
    const sum = alpha + beta
    const mean = alpha / sum
    return mean + 4 * Math.sqrt((mean * (1 - mean)) / (sum + 1))
  })
  return Math.min(1, Math.max(0.02, ...ends))
}

/**
 * Densities of Beta distributions at common points between 0 and `end`, one column each.
 *
 * @returns rows `{x, [name]: density}`
 */
export function densities(
  named: Readonly<Record<string, Beta>>,
  end: number,
): readonly Readonly<Record<string, number>>[] {
  const step = end / POINTS
  const xs = Array.from({ length: POINTS }, (_, at) => (at + 0.5) * step)
  const columns = Object.entries(named).map(
    ([name, beta]) => [name, density(beta, xs, step)] as const,
  )
  return xs.map((x, at) => ({
    x,
    ...Object.fromEntries(columns.map(([name, values]) => [name, values[at] ?? 0])),
  }))
}

/** Divided by what it sums up to here, which needs no gamma function; its tail beyond is cut off. */
function density({ alpha, beta }: Beta, xs: readonly number[], step: number): readonly number[] {
  const logs = xs.map((x) => (alpha - 1) * Math.log(x) + (beta - 1) * Math.log1p(-x))
  const highest = Math.max(...logs)
  const relative = logs.map((log) => Math.exp(log - highest))
  const sum = relative.reduce((total, value) => total + value, 0)
  return relative.map((value) => value / (sum * step))
}
