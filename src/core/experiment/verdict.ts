import type { Verdict } from '../../contract/learning.ts'
import type { Interval } from './interval.ts'

export interface Findings {
  /** The groups have not the sizes that they should have, or once had not. */
  readonly sampleRatioTripped: boolean
  /** Of the difference; null while there are too few people. */
  readonly interval: Interval | null
  /** The last person's window has closed: nothing more will come. */
  readonly over: boolean
}

/**
 * What may be said about the treated group.
 *
 * | sample ratio | interval of the difference | over   | verdict                 |
 * |--------------|----------------------------|--------|-------------------------|
 * | tripped      | any                        | either | `sample_ratio_mismatch` |
 * | quiet        | above 0                    | either | `better`                |
 * | quiet        | below 0                    | either | `worse`                 |
 * | quiet        | none: too few people       | no     | `too_early`             |
 * | quiet        | with 0 inside              | no     | `undecided`             |
 * | quiet        | none, or with 0 inside     | yes    | `stopped`               |
 *
 * Groups that lost people are no longer alike, so no interval about them means anything. `better` and
 * `worse` may be acted upon when first seen, since the interval holds at all looks together; should it
 * touch 0 again later, that takes nothing back. `stopped` says that no difference was found, not that
 * there is none: how large one may be, the interval says.
 */
export function verdictOn({ sampleRatioTripped, interval, over }: Findings): Verdict {
  if (sampleRatioTripped) return 'sample_ratio_mismatch'
  if (interval !== null && interval.lower > 0) return 'better'
  if (interval !== null && interval.upper < 0) return 'worse'
  if (over) return 'stopped'
  return interval === null ? 'too_early' : 'undecided'
}
