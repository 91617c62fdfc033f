import type { Counts } from './posterior.ts'

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/**
 * After the first impression, for clicks and conversions. What is clicked at all is nearly always clicked
 * the same day; a longer wait only learns later. Also in `outcome` of migration 0012.
 */
export const REWARD_WINDOW_MS = 24 * HOUR_MS

/** One recommendation that somebody saw. Times are epoch milliseconds. */
export interface Exposure<Arm = string> {
  /** The recommendation's: however often it is logged, it counts once. */
  readonly id: string
  readonly segment: string
  readonly arm: Arm
  /** Of prompt and catalogue: what was learned of one says nothing of the next. */
  readonly version: string
  readonly exposedAt: number
  /** The first click, `null` as long as there was none. */
  readonly clickedAt: number | null
}

/** What became of the exposures of one day; there is one for (segment, arm, version, day). */
export interface DayCounts<Arm = string> extends Counts {
  readonly segment: string
  readonly arm: Arm
  readonly version: string
  /** Of the exposure, UTC, `YYYY-MM-DD`. */
  readonly day: string
}

export type Outcome = 'success' | 'failure' | 'pending'

/** A click up to the window's last millisecond is a success, whenever it becomes known. */
export function outcomeOf(
  { exposedAt, clickedAt }: Pick<Exposure, 'exposedAt' | 'clickedAt'>,
  now: number,
): Outcome {
  if (clickedAt !== null && clickedAt - exposedAt <= REWARD_WINDOW_MS) return 'success'
  return now - exposedAt > REWARD_WINDOW_MS ? 'failure' : 'pending'
}

/** The UTC day of a moment, `YYYY-MM-DD`. */
export const dayOf = (moment: number): string => new Date(moment).toISOString().slice(0, 10)

/**
 * Counts the log anew. The order of its rows does not matter, and neither does a row that comes
 * twice; of two that differ in their click the earlier click counts.
 *
 * @param version which one to count; feedback for others comes too late for anybody to learn from
 * @param now what is still open then counts as neither
 * @returns sorted; no row for a day of which everything is pending
 */
export function countLog<Arm extends string>(
  log: Iterable<Exposure<Arm>>,
  version: string,
  now: number,
): readonly DayCounts<Arm>[] {
  const days = new Map<string, DayCounts<Arm>>()
  for (const exposure of withoutDuplicates(log, version)) {
    const outcome = outcomeOf(exposure, now)
    if (outcome === 'pending') continue
    const { segment, arm } = exposure
    const key = { segment, arm, version, day: dayOf(exposure.exposedAt) }
    const { successes, failures } = days.get(nameOf(key)) ?? { successes: 0, failures: 0 }
    days.set(nameOf(key), {
      ...key,
      successes: successes + (outcome === 'success' ? 1 : 0),
      failures: failures + (outcome === 'failure' ? 1 : 0),
    })
  }
  return [...days]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, counts]) => counts)
}

/** One text for each (segment, arm, version, day), whatever characters they contain. */
export const nameOf = ({
  segment,
  arm,
  version,
  day,
}: Pick<DayCounts, 'segment' | 'arm' | 'version' | 'day'>): string =>
  JSON.stringify([segment, arm, version, day])

function withoutDuplicates<Arm extends string>(
  log: Iterable<Exposure<Arm>>,
  version: string,
): Iterable<Exposure<Arm>> {
  const byId = new Map<string, Exposure<Arm>>()
  for (const exposure of log) {
    if (exposure.version !== version) continue
    const known = byId.get(exposure.id)
    byId.set(exposure.id, known === undefined ? exposure : withFirstClick(known, exposure))
  }
  return byId.values()
}

const withFirstClick = <Arm>(known: Exposure<Arm>, again: Exposure<Arm>): Exposure<Arm> =>
  (again.clickedAt ?? Infinity) < (known.clickedAt ?? Infinity) ? again : known
