import type { FailureKind, StepFailure } from '../../contract/hydration.ts'
import { NO_PERMIT_DETAIL } from './failure.ts'

/** Three tries are what the published design gives a run before the dead letters. */
export const ATTEMPTS_MAX = 3
/** The first retry comes soon enough that a person who watches sees it work. */
const BACKOFF_BASE_MS = 1_000
/** After an outage of any length everybody is served within a minute. */
const BACKOFF_MAX_MS = 60_000
/** For work that no person waits for. */
export const UNHURRIED_BACKOFF_MAX_MS = 3_600_000
/** 2^12 seconds exceed either maximum; a larger exponent would only overflow. */
const BACKOFF_DOUBLINGS_MAX = 12

/** What a failure means for the run it met. */
const CONSEQUENCE = {
  // Waiting for others burns no attempt: only the run's deadline ends it.
  rate_limited: 'wait',
  unavailable: 'wait',
  unknown_outcome: 'attempt',
  rejected: 'fail',
  conflict: 'fail',
} as const satisfies Record<FailureKind, 'wait' | 'attempt' | 'fail'>

export interface Tries {
  /** Tries that may have reached the provider and failed there. */
  readonly attempts: number
  /** Failures of any kind but waits for a permit, which only lengthen the back-off. */
  readonly failures: number
}

export const NO_TRIES: Tries = { attempts: 0, failures: 0 }

/** The tries after one more failure. */
export const countFailure = (
  tries: Tries,
  { kind, detail }: Pick<StepFailure, 'kind' | 'detail'>,
): Tries => ({
  attempts: tries.attempts + (CONSEQUENCE[kind] === 'attempt' ? 1 : 0),
  // Who waited out an outage in the budget's line starts anew with the provider.
  failures: tries.failures + (detail === NO_PERMIT_DETAIL ? 0 : 1),
})

/** Whether a run with these tries, the failure counted, has failed for good. */
export const isExhausted = (tries: Tries, kind: FailureKind): boolean =>
  CONSEQUENCE[kind] === 'fail' || tries.attempts >= ATTEMPTS_MAX

/**
 * When to try again: at the moment that was named, if one was; else after an exponential back-off
 * with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param failures how many there were, this one included
 * @param random uniform in [0, 1)
 * @param maxMs the longest pause
 * @returns epoch milliseconds
 */
export function retryAt(
  failure: StepFailure,
  failures: number,
  now: number,
  random: number,
  maxMs = BACKOFF_MAX_MS,
): number {
  const doublings = Math.min(failures - 1, BACKOFF_DOUBLINGS_MAX)
  const ceiling = Math.min(BACKOFF_BASE_MS * 2 ** doublings, maxMs)
  const { retryAfterMs = 0 } = failure
  return now + (retryAfterMs > 0 ? retryAfterMs : Math.ceil(random * ceiling))
}
