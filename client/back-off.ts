/** A first retry within this: most interruptions are over by then. */
const BASE_MS = 1_000
/** The longest that anybody waits after the network is back and did not say so. */
const MAX_MS = 30_000

/**
 * How long to wait after so many failures in a row: exponential, with full jitter, so that all who lost
 * the same server do not come back at the same moment.
 *
 * @param random 0 to 1
 * @param askedMs what the server asked for: not sooner
 */
export function backOff(failures: number, random: number, askedMs = 0): number {
  const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** Math.max(0, failures - 1))
  return askedMs + Math.round(ceiling * random)
}
