import { tracing } from 'cloudflare:workers'
import { SPAN_BYTES, childTrace, hexOf, readTraceparent } from '../core/traceparent.ts'
import { type CurrentWork, currentWork, knownBy } from './current-work.ts'

/** Our own spans, among those that the platform makes of calls and storage. */
export type SpanName =
  | 'speculative.create'
  | 'queue.send'
  | 'hydration.process'
  | 'hydration.step'
  | 'postgres.merge'
  | 'events.accept'
  | 'behaviour.fold'
  | 'behaviour.advise'
  | 'policy.ask'
  | 'recommendation.push'

/**
 * What may be told of a span: ids that we minted, names from our own code, numbers. There is no name for
 * an address, a token or a text, so none can be told.
 */
export interface SpanFields {
  readonly specId?: string
  readonly step?: string
  readonly provider?: string
  readonly queue?: string
  readonly outcome?: string
  readonly count?: number
}

/** A span while its work is under way. */
export interface OpenSpan {
  /** For what this work asks of others: the same trace, with this span for a parent. May be empty. */
  readonly traceparent: string
  readonly tell: (fields: SpanFields) => void
}

/** Of work whose trace is told, and of work inside of other work that is known already. */
export type SpanOf = SpanFields & Pick<CurrentWork, 'traceparent' | 'messageId'>

/**
 * Does `work` within a span. The platform begins a trace with each invocation; ours goes on through
 * queues and objects, so each span names it: `traceId`, and `parentSpanId` of whoever asked.
 */
export function inSpan<T>(name: SpanName, of: SpanOf, work: (span: OpenSpan) => T): T {
  const { traceparent = currentWork().traceparent ?? '', messageId, ...fields } = of
  return tracing.enterSpan(name, (span) => {
    const tell = (told: SpanFields): void => {
      if (span.isTraced) span.setAttributes({ ...told })
    }
    const parent = span.isTraced ? readTraceparent(traceparent) : null
    if (parent !== null) {
      span.setAttributes({ traceId: parent.traceId, parentSpanId: parent.spanId })
    }
    tell(fields)
    const own = childTrace(traceparent, span.isTraced ? span.spanContext().spanId : newSpanId())
    const ids = {
      traceparent: own,
      ...(messageId === undefined ? {} : { messageId }),
      ...(fields.specId === undefined ? {} : { specId: fields.specId }),
    }
    return knownBy(ids, () => work({ traceparent: own, tell }))
  })
}

/** The trace that this work belongs to; may be empty. */
export const currentTrace = (): string => currentWork().traceparent ?? ''

const newSpanId = (): string => hexOf(crypto.getRandomValues(new Uint8Array(SPAN_BYTES)))
