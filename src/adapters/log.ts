import { readTraceparent } from '../core/traceparent.ts'
import { currentWork } from './current-work.ts'

export { describeError } from './describe-error.ts'

/**
 * The fields a log line may have: ids that we minted, names from our own code, numbers. There is no
 * field for an address, a token or a body, so none can be logged.
 */
export interface LogFields {
  readonly requestId?: string
  readonly messageId?: string
  /** W3C trace context; the line tells its trace id alone. */
  readonly traceparent?: string
  readonly subject?: string
  readonly specId?: string
  readonly run?: number
  readonly fence?: number
  readonly step?: string
  readonly kind?: string
  /** Of a failure: provider, status and code. */
  readonly detail?: string
  readonly fingerprint?: string
  readonly replay?: string
  /** Names an order, and nobody. */
  readonly erasure?: string
  readonly queue?: string
  readonly route?: string
  readonly status?: number
  readonly count?: number
  readonly durationMs?: number
  /** From `describeError`. */
  readonly error?: string
}

type Level = 'info' | 'warn' | 'error'

/**
 * One JSON line; `event` is a constant name such as `hydration.step_failed`. The ids of the work that it
 * is written in need not be said.
 */
export function log(level: Level, event: string, fields: LogFields = {}): void {
  const { traceparent, ...told } = { ...currentWork(), ...fields }
  const traceId = readTraceparent(traceparent)?.traceId
  console[level](JSON.stringify({ level, event, ...told, ...(traceId && { traceId }) }))
}
