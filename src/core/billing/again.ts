/** After a failure: soon, since most outages are short, then no more often than every hour. */
const RETRY_BASE_MS = 30_000
const RETRY_MAX_MS = 3_600_000
/** The account step releases what waits; to look by ourselves is for the release that was lost. */
const WAIT_BASE_MS = 5 * 60_000
const WAIT_MAX_MS = 86_400_000
/** More would only overflow. */
const DOUBLINGS_MAX = 20

/**
 * When to look at events again. Without chance in it: events arrive spread out, and those of one
 * customer are looked at together.
 *
 * @param looks how often they were looked at, this time included
 * @returns epoch milliseconds
 */
export const retryAt = (looks: number, retryAfterMs: number, now: number): number =>
  now + Math.max(doubled(RETRY_BASE_MS, RETRY_MAX_MS, looks), retryAfterMs)

/** The same, for events whose account is not there yet. */
export const lookAgainAt = (looks: number, now: number): number =>
  now + doubled(WAIT_BASE_MS, WAIT_MAX_MS, looks)

const doubled = (base: number, max: number, looks: number): number =>
  Math.min(base * 2 ** Math.min(looks - 1, DOUBLINGS_MAX), max)
