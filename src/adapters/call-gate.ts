import pLimit from 'p-limit'
import type { StepFailure } from '../contract/hydration.ts'
import type { Result } from '../contract/result.ts'

/**
 * Workers allow six outgoing connections at a time in one invocation; a call that had to wait for
 * one would spend its time-out waiting. One is left to the database.
 */
const PROVIDER_CALLS_MAX = 5

/** The only way to a provider: makes one call when there is everything that it needs. */
export type CallGate = <T>(
  call: () => Promise<Result<T, StepFailure>>,
) => Promise<Result<T, StepFailure>>

/** Lets a use begin when a connection is free; `null`: it was too late by then to begin anything. */
export type Connections = <T>(use: () => Promise<T>) => Promise<T | null>

/** @param stopAt epoch milliseconds after which no use is begun */
export function openConnections(stopAt: number): Connections {
  const limit = pLimit(PROVIDER_CALLS_MAX)
  return (use) => limit(() => (Date.now() < stopAt ? use() : Promise.resolve(null)))
}
