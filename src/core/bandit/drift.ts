import { type DayCounts, nameOf } from './day-counts.ts'
import type { Counts } from './posterior.ts'

/** A day on which what the bandit reads is not what the log says. */
export interface Drift extends Pick<DayCounts, 'segment' | 'arm' | 'version' | 'day'> {
  readonly live: Counts
  readonly rebuilt: Counts
}

const NOTHING: Counts = { successes: 0, failures: 0 }

/**
 * Where the live counts differ from those counted anew from the log. A row of zeros is as good as
 * none.
 *
 * @param live at most one row for (segment, arm, version, day)
 * @param rebuilt the same, of the same versions and for the moment up to which the live ones were brought
 * @returns sorted; empty when all is well
 */
export function findDrift(
  live: readonly DayCounts[],
  rebuilt: readonly DayCounts[],
): readonly Drift[] {
  const liveByName = byName(live)
  const rebuiltByName = byName(rebuilt)
  return [...new Map([...liveByName, ...rebuiltByName])]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { segment, arm, version, day }]) => ({
      segment,
      arm,
      version,
      day,
      live: countsOf(liveByName.get(name)),
      rebuilt: countsOf(rebuiltByName.get(name)),
    }))
    .filter((drift) => !areEqual(drift.live, drift.rebuilt))
}

const byName = (rows: readonly DayCounts[]): ReadonlyMap<string, DayCounts> =>
  new Map(rows.map((row) => [nameOf(row), row]))

const countsOf = ({ successes, failures }: Counts = NOTHING): Counts => ({ successes, failures })

const areEqual = (left: Counts, right: Counts): boolean =>
  left.successes === right.successes && left.failures === right.failures
