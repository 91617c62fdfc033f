import pLimit from 'p-limit'
import type { StepFailure } from '../contract/hydration.ts'
import { type Result, fail } from '../contract/result.ts'

/**
 * Workers allow six outgoing connections at a time in one invocation; a call that had to wait for
 * one would spend its time-out waiting. One is left to the database.
 */
const PROVIDER_CALLS_MAX = 5

/** Makes a provider's call when there is a connection for it, and still time to wait for the answer. */
export type CallGate = <T>(
  call: () => Promise<Result<T, StepFailure>>,
) => Promise<Result<T, StepFailure>>

const OUT_OF_TIME: StepFailure = { kind: 'rate_limited', detail: 'no time left for a call' }

/** @param stopAt epoch milliseconds after which no call is begun */
export function openGate(stopAt: number): CallGate {
  const limit = pLimit(PROVIDER_CALLS_MAX)
  return (call) => limit(() => (Date.now() < stopAt ? call() : Promise.resolve(fail(OUT_OF_TIME))))
}
