/** W3C trace context, version 00 (https://www.w3.org/TR/trace-context/). */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})$/

const SAMPLED = '01'
/** For a trace id and a span id. */
export const TRACE_BYTES = 24
/** For a span id. */
export const SPAN_BYTES = 8

export interface TraceParts {
  readonly traceId: string
  /** Of the span in which the work was asked for. */
  readonly spanId: string
  readonly flags: string
}

/** @returns `null`: this is no trace context, as of a message that nobody's request led to */
export function readTraceparent(traceparent: string | undefined): TraceParts | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? []
  return traceId === undefined || spanId === undefined || flags === undefined
    ? null
    : { traceId, spanId, flags }
}

/**
 * The trace context of a request: the caller's, or of a new trace.
 *
 * @param random 24 random bytes
 */
export function continueTrace(header: string | undefined, random: Uint8Array): string {
  if (header !== undefined && readTraceparent(header) !== null) return header
  const hex = hexOf(random)
  return `00-${hex.slice(0, 32)}-${hex.slice(32, 48)}-${SAMPLED}`
}

/**
 * The same trace, one span further.
 *
 * @param spanId of the span that hands it on
 * @returns the very same text if it is no trace context
 */
export function childTrace(traceparent: string, spanId: string): string {
  const parts = readTraceparent(traceparent)
  return parts === null ? traceparent : `00-${parts.traceId}-${spanId}-${parts.flags}`
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export const hexOf = (bytes: Uint8Array): string =>
  bytes.reduce((text, byte) => text + PAIRS[byte], '')
