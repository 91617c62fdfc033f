import { AsyncLocalStorage } from 'node:async_hooks'

/** What a piece of work is known by in logs and traces, wherever in it something is told. */
export interface CurrentWork {
  readonly requestId?: string
  readonly messageId?: string
  /** W3C trace context. */
  readonly traceparent?: string
  readonly specId?: string
}

const NOTHING: CurrentWork = {}
const current = new AsyncLocalStorage<CurrentWork>()

/** Ends at the border of an invocation: what an object is asked, and a message, carry their trace themselves. */
export const currentWork = (): CurrentWork => current.getStore() ?? NOTHING

/** Everything that `work` begins, awaited or not, is known by this besides what was known before. */
export const knownBy = <T>(ids: CurrentWork, work: () => T): T =>
  current.run({ ...currentWork(), ...ids }, work)
