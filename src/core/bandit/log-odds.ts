import type { Posterior } from './posterior.ts'

/**
 * A Beta distribution seen on the scale of log-odds, `u = log(x / (1 - x))`: there it has one peak
 * and falls off on both sides as an exponential at most, whatever its shape; on the scale of rates it
 * would be infinite at 0 or 1 for shapes below 1.
 */
export interface LogOdds {
  /** Where the density is highest: at the mean rate. */
  readonly peak: number
  /** About one standard deviation of a sharp distribution. */
  readonly width: number
  /** The density's logarithm at a distance from the peak, 0 at the peak; not normalised. */
  readonly logDensity: (distance: number) => number
  /** Its derivative. */
  readonly slope: (distance: number) => number
}

export function logOddsOf({ alpha, beta }: Posterior): LogOdds {
  const total = alpha + beta
  const mean = alpha / total
  const rest = beta / total
  return {
    peak: Math.log(alpha / beta),
    width: Math.sqrt(total / alpha / beta),
    // Both forms are equal. Near the peak neither loses digits to the counts' size, and away from it
    // the one whose exponential does not overflow is taken.
    logDensity: (distance) =>
      distance < 0
        ? alpha * distance - total * Math.log1p(mean * Math.expm1(distance))
        : -beta * distance - total * Math.log1p(rest * Math.expm1(-distance)),
    slope: (distance) => alpha - total / (1 + (rest / mean) * Math.exp(-distance)),
  }
}
