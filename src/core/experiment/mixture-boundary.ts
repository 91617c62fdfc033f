/**
 * How many standard errors an estimate may be off, at every look at once: the boundary of the
 * Gaussian mixture by Robbins, in the form for estimates that are normal in the limit.
 *
 *     sqrt( (1 + 1/u) · (ln(1 + u) + 2 ln(1/α)) ),   u = people · ρ²
 *
 * Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
 * confidence sequences", Annals of Statistics 52 (2024), https://arxiv.org/abs/2103.06476. It is
 * valid in the limit of late first looks, hence the least numbers in `limits.ts`.
 *
 * ρ makes it narrowest at `expectedPeople`: 3.04 standard errors at α = 0.05, where an interval for
 * one single look has 1.96. With ten times more people it is 3.2 instead, with ten times fewer 3.8:
 * rather guess low. The guess must stand before the first look; it is no result of the experiment.
 *
 * @param people whose outcome is known, all compared groups together
 * @param expectedPeople how many that will be at the end
 * @param alpha how often at most the truth is ever outside, in (0, 1)
 */
export function mixtureBoundary(people: number, expectedPeople: number, alpha: number): number {
  const u = (people / expectedPeople) * narrowestAt(alpha)
  return Math.sqrt((1 + 1 / u) * (Math.log1p(u) - 2 * Math.log(alpha)))
}

/** More than enough: every turn makes the error at least five times smaller for α up to a tenth. */
const TURNS = 30

/**
 * The u at which the boundary, as a multiple of the standard error, is least. Its derivative is zero
 * where u = ln(1 + u) + 2 ln(1/α), which is found by inserting.
 */
function narrowestAt(alpha: number): number {
  const start = -2 * Math.log(alpha)
  let u = start
  for (let turn = 0; turn < TURNS; turn += 1) u = start + Math.log1p(u)
  return u
}
