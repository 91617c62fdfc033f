import type { Context } from 'hono'
import type { HttpEnv } from './context.ts'

/** W3C trace context, version 00 (https://www.w3.org/TR/trace-context/). */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/

const SAMPLED = '01'
/** For a trace id and a span id. */
const TRACE_BYTES = 24

/** The trace context of the work behind this request. */
export const requestTrace = (c: Context<HttpEnv>): string =>
  continueTrace(c.req.header('traceparent'), crypto.getRandomValues(new Uint8Array(TRACE_BYTES)))

/**
 * The trace context of the work behind a request: the caller's trace continued under a span of our
 * own, or a new trace.
 *
 * @param random 24 random bytes
 */
function continueTrace(header: string | undefined, random: Uint8Array): string {
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const [, traceId = hex.slice(0, 32), flags = SAMPLED] = TRACEPARENT.exec(header ?? '') ?? []
  return `00-${traceId}-${hex.slice(32, 48)}-${flags}`
}
