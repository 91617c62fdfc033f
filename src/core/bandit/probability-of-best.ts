import { type Rule, dot, gaussLegendre } from './gauss-legendre.ts'
import { type LogOdds, logOddsOf } from './log-odds.ts'
import type { Posterior } from './posterior.ts'

/** Enough that between two breakpoints a density is a polynomial to eleven digits. */
const RULE: Rule = gaussLegendre(16)

/**
 * Where the breakpoints of a distribution lie: where its density has fallen as far as a normal one's
 * at so many standard deviations. At nine it is 3e-18 of the peak, and beyond nothing counts.
 */
const MARKS = [1.5, 3, 4.5, 6, 7.5, 9] as const

/** Each from the mark before; breakpoints need not be exact. */
const NEWTON_STEPS = 4

/**
 * How likely each of some independent Beta distributions gives the largest value, by quadrature:
 * `∫ density_k · Π_{j≠k} cdf_j`. Every distribution has its own breakpoints, narrow ones close
 * together; between two neighbours of all of them everything is smooth. The same nodes give the cdf
 * from the density, so there is no special function, and each integrates to 1 by its own sum.
 *
 * Measured against exact sums the error stays below 1e-11 for shapes from 0.1 to 1e6, and below 1e-6
 * from 0.01 (no posterior has less than the prior's 1). Three arms take a third of a millisecond.
 *
 * @returns in the order of `posteriors`; they sum to 1
 */
export function probabilitiesOfBest(posteriors: readonly Posterior[]): readonly number[] {
  const curves = posteriors.map(logOddsOf)
  const panels = panelsBetween(curves.flatMap(marksOf))
  const tables = curves.map((curve) => tabulate(curve, panels))
  const wins = tables.map((table, arm) => {
    const others = tables.filter((_, other) => other !== arm)
    return table.mass.reduce(
      (sum, mass, node) =>
        sum + mass * others.reduce((product, { cdf }) => product * (cdf[node] ?? 0), 1),
      0,
    )
  })
  const total = wins.reduce((sum, win) => sum + win, 0)
  return wins.map((win) => win / total)
}

/** The peak, and on both sides where the density has fallen to each of the marks. */
function marksOf(curve: LogOdds): readonly number[] {
  const sides = [-1, 1].flatMap((side) => {
    let distance = side * curve.width
    return MARKS.map((mark) => {
      for (let step = 0; step < NEWTON_STEPS; step += 1) {
        distance -= (curve.logDensity(distance) + mark ** 2 / 2) / curve.slope(distance)
      }
      return curve.peak + distance
    })
  })
  return [curve.peak, ...sides]
}

interface Panel {
  readonly middle: number
  readonly half: number
}

function panelsBetween(marks: readonly number[]): readonly Panel[] {
  const ends = [...new Set(marks)].toSorted((left, right) => left - right)
  return ends.slice(1).map((end, index) => {
    const start = ends[index] ?? end
    return { middle: (start + end) / 2, half: (end - start) / 2 }
  })
}

/** A distribution at every node, panel after panel. */
interface Table {
  /** Density by weight: sums to 1. */
  readonly mass: readonly number[]
  readonly cdf: readonly number[]
}

function tabulate(curve: LogOdds, panels: readonly Panel[]): Table {
  const mass: number[] = []
  const cdf: number[] = []
  let before = 0
  for (const { middle, half } of panels) {
    const densities = RULE.nodes.map((node) =>
      Math.exp(curve.logDensity(middle + half * node - curve.peak)),
    )
    for (const row of RULE.upToNode) cdf.push(before + half * dot(row, densities))
    for (const [index, weight] of RULE.weights.entries()) {
      mass.push(half * weight * (densities[index] ?? 0))
    }
    before += half * dot(RULE.weights, densities)
  }
  const total = before
  // Where there is nothing yet, rounding may leave less than that.
  return {
    mass: mass.map((value) => value / total),
    cdf: cdf.map((value) => Math.max(0, value / total)),
  }
}
