import { DAY_MS, type DayCounts, dayOf } from './day-counts.ts'
import { type Counts, type Posterior, posteriorAfter } from './posterior.ts'

/**
 * What was seen four weeks ago counts half. The product changes with every release and people with
 * the season, so that old clicks mislead; whole weeks, so that no weekday weighs more than another.
 * At a steady pace about forty days' worth of exposures count.
 */
export const HALF_LIFE_DAYS = 28
/** After ten half-lives a day weighs less than a thousandth: no row of before need be read. */
export const DAYS_READ = 10 * HALF_LIFE_DAYS

/** How much a day counts; one that is still to come, by a clock that is ahead, as today. */
export const weightAfter = (ageDays: number, halfLifeDays = HALF_LIFE_DAYS): number =>
  2 ** (-Math.max(0, ageDays) / halfLifeDays)

/**
 * The counts of some days as they weigh today. What is stored stays as it is: it fades only in the
 * eye of who reads it.
 *
 * @param now epoch milliseconds
 * @param halfLifeDays `Infinity` lets nothing fade
 */
export function fadedCounts(
  rows: Iterable<DayCounts>,
  now: number,
  halfLifeDays = HALF_LIFE_DAYS,
): Counts {
  const today = Date.parse(dayOf(now))
  let successes = 0
  let failures = 0
  for (const row of rows) {
    const weight = weightAfter((today - Date.parse(row.day)) / DAY_MS, halfLifeDays)
    successes += weight * row.successes
    failures += weight * row.failures
  }
  return { successes, failures }
}

/**
 * What is known today of each arm.
 *
 * @param arms those there are now; a new one starts with the prior, rows of others are left out
 * @param rows of one segment and one version
 * @param now epoch milliseconds
 */
export const posteriorsOf = <Arm extends string>(
  arms: readonly Arm[],
  rows: readonly DayCounts[],
  now: number,
  halfLifeDays = HALF_LIFE_DAYS,
): ReadonlyMap<Arm, Posterior> =>
  new Map(
    arms.map((arm) => {
      const own = rows.filter((row) => row.arm === arm)
      return [arm, posteriorAfter(fadedCounts(own, now, halfLifeDays))]
    }),
  )
