import { readTraceparent } from '../core/traceparent.ts'
import { SettingsError } from '../env.ts'
import { currentWork } from './current-work.ts'

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

/**
 * What may be told of an unknown throw: its class, its code and where it came from. Not the message:
 * drivers quote rows in theirs, parsers quote bodies. Only an error about settings is told
 * whole, or nobody would know which one to mend.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error'
  if (error instanceof SettingsError) return `${error.name} ${error.message}`
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : ''
  const frame = /^\s+at .*$/m.exec(error.stack ?? '')?.[0].trim() ?? ''
  return `${error.name}${code} ${frame}`.trimEnd()
}
