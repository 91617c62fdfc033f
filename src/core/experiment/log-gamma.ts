/** From here on three terms of Stirling's series are right to ten digits after the point. */
const STIRLING_FROM = 10

/** The natural logarithm of the gamma function of a number above 0. */
export function logGamma(x: number): number {
  // Γ(x) = Γ(x + 1) / x leads to where the series is good.
  let shift = 0
  let at = x
  for (; at < STIRLING_FROM; at += 1) shift += Math.log(at)
  const inverse = 1 / at
  const square = inverse ** 2
  const series = inverse * (1 / 12 - square * (1 / 360 - square / 1260))
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift
}
