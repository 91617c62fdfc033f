/** So many calls in a row that were not served, and the provider counts as down. */
const FAILURES_TO_OPEN = 5
/** The first pause; short, since most outages are. */
const OPEN_BASE_MS = 5_000
/** A provider that comes back is found within this time; with the waiting line, a minute for everybody. */
const OPEN_MAX_MS = 30_000
/** The longest that a call waits for its answer: then it is known what the probe has shown. */
const PROBE_ANSWER_MS = 5_000

/**
 * | state     | calls                 | becomes                                              |
 * |-----------|-----------------------|------------------------------------------------------|
 * | closed    | all                   | open, after so many failures in a row                |
 * | open      | none until `probeAt`  | half-open, when a call is let through after it       |
 * | half-open | one, the probe        | closed by an answer; open, for longer, by a failure  |
 */
export interface Breaker {
  /** In a row, without an answer between. */
  readonly failures: number
  /** When the next probe may go, epoch milliseconds; `null` when closed. */
  readonly probeAt: number | null
  /** The permit of the probe that is under way. */
  readonly probe: number | null
}

export const CLOSED: Breaker = { failures: 0, probeAt: null, probe: null }

/** How many calls may be made now: all, one to see whether it is back, or none. */
export function callsAllowed({ probeAt }: Breaker, now: number): number {
  if (probeAt === null) return Number.POSITIVE_INFINITY
  return now >= probeAt ? 1 : 0
}

/** When it is worth asking again, epoch milliseconds; a probe under way tells before the next may go. */
export function asksAgainAt({ probeAt, probe }: Breaker, now: number): number {
  if (probeAt === null) return now
  return probe === null ? probeAt : Math.min(probeAt, now + PROBE_ANSWER_MS)
}

/** After the one probe nobody else follows until it has come back, or is lost. */
export const afterPermit = (breaker: Breaker, permit: number, now: number): Breaker =>
  breaker.probeAt === null
    ? breaker
    : { ...breaker, probe: permit, probeAt: now + pauseMs(breaker.failures) }

/** Any answer closes it: also that of a call begun before it opened came after the failures. */
export const afterAnswer = (): Breaker => CLOSED

/** While it is open only its probe says anything new: the others were on their way before. */
export function afterFailure(breaker: Breaker, permit: number, now: number): Breaker {
  if (breaker.probeAt !== null && permit !== breaker.probe) return breaker
  const failures = breaker.failures + 1
  const probeAt = failures < FAILURES_TO_OPEN ? null : now + pauseMs(failures)
  return { failures, probeAt, probe: null }
}

const pauseMs = (failures: number): number =>
  Math.min(OPEN_BASE_MS * 2 ** Math.max(0, failures - FAILURES_TO_OPEN), OPEN_MAX_MS)
