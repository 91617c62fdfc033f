import type { Random } from './random.ts'

/** A standard normal variate (Box and Muller 1958). */
export function sampleNormal(random: Random): number {
  // 1 - u is in (0, 1], which has a logarithm.
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/**
 * A gamma variate of scale 1.
 *
 * @param shape above 0; far below 1 the variate may be too small for a number and is then 0
 */
export const sampleGamma = (shape: number, random: Random): number =>
  Math.exp(sampleLogGamma(shape, random))

/**
 * The logarithm of a gamma variate, which is a number where the variate itself would be 0. Marsaglia
 * and Tsang, "A simple method for generating gamma variables", 2000; below shape 1 with their boost:
 * `gamma(shape) = gamma(shape + 1) · u^(1 / shape)`.
 */
function sampleLogGamma(shape: number, random: Random): number {
  if (shape < 1) return sampleLogGamma(shape + 1, random) + Math.log(1 - random()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  // At shape 1 it accepts 95 of 100, above it more.
  for (;;) {
    const normal = sampleNormal(random)
    const v = (1 + c * normal) ** 3
    if (v <= 0) continue
    const logV = Math.log(v)
    if (Math.log(1 - random()) <= normal ** 2 / 2 + d * (1 - v + logV)) return Math.log(d) + logV
  }
}

/**
 * A beta variate, from two gamma variates.
 *
 * @param alpha above 0
 * @param beta above 0
 * @returns in [0, 1], never NaN
 */
export function sampleBeta(alpha: number, beta: number, random: Random): number {
  const logLeft = sampleLogGamma(alpha, random)
  const logRight = sampleLogGamma(beta, random)
  // Of shapes near 0 both may be too small even so; what Beta tends to then is a coin.
  if (logLeft === -Infinity && logRight === -Infinity) {
    return random() < alpha / (alpha + beta) ? 1 : 0
  }
  return 1 / (1 + Math.exp(logRight - logLeft))
}
