import {
  type BehaviourEvent,
  EVENT_CLOCK_TOLERANCE_MS,
  EVENT_PAYLOAD_MAX_BYTES,
  ReportedEvent,
} from '../../contract/behaviour.ts'
import { type FieldIssue, fieldIssues } from '../../contract/errors.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { unstorable } from '../storable.ts'
import { isTooLarge, keepOfPayload } from './keep-of-payload.ts'

/** Who reports, and what an event is made with. */
export interface Receipt {
  /** The token's `sub`. */
  readonly person: string
  readonly now: number
  readonly newId: () => string
  /** The page of the product that a path of the browser is. */
  readonly pageOf: (path: string) => string | undefined
}

/** Why an event was not taken. */
export interface Fault {
  readonly code: 'forbidden' | 'validation_failed'
  readonly issues: readonly FieldIssue[]
}

/** One mistake mostly explains the others; whoever made up thousands gets no long answer. */
const ISSUES_MAX = 8
/** Of a path that was sent: enough to find it. */
const PATH_MAX_CHARS = 128

/**
 * One reported event, of which nothing is known yet, as the queue carries it.
 *
 * The schema is a tenth of the CPU time of a call of a hundred events, 0.13 of 1.6 ms, and a check by
 * hand would be next to nothing: too little for saying twice what an event is.
 */
export function readEvent(value: unknown, receipt: Receipt): Result<BehaviourEvent, Fault> {
  const reported = ReportedEvent.safeParse(value)
  if (!reported.success) return fail(invalid(fieldIssues(reported.error)))
  const { userId, sessionId, eventType: type, payload, timestamp, eventId } = reported.data
  if (userId.toLowerCase() !== receipt.person) return fail(OF_SOMEBODY_ELSE)
  const issue = unstorable(payload)
  if (issue !== null) {
    const path = ['payload', issue.path].filter(Boolean).join('.')
    return fail(invalid([{ path, message: issue.message }]))
  }
  if (isTooLarge(payload)) return fail(TOO_LARGE)
  return ok({
    eventId: eventId ?? receipt.newId(),
    sessionId,
    type,
    at: momentOf(timestamp, receipt.now),
    receivedAt: receipt.now,
    ...keepOfPayload(payload, receipt.pageOf),
  })
}

/** Clocks of browsers are wrong by anything; events that waited in one are believed as far as ours. */
function momentOf(timestamp: ReportedEvent['timestamp'], now: number): number {
  const told = typeof timestamp === 'string' ? Date.parse(timestamp) : (timestamp ?? now)
  const earliest = Math.max(now - EVENT_CLOCK_TOLERANCE_MS, 0)
  return Math.round(Math.min(Math.max(told, earliest), now + EVENT_CLOCK_TOLERANCE_MS))
}

const invalid = (issues: readonly FieldIssue[]): Fault => ({
  code: 'validation_failed',
  issues: issues
    .slice(0, ISSUES_MAX)
    .map(({ path, message }) => ({ path: path.slice(0, PATH_MAX_CHARS), message })),
})

const TOO_LARGE = invalid([
  { path: 'payload', message: `must not exceed ${EVENT_PAYLOAD_MAX_BYTES} bytes` },
])

const OF_SOMEBODY_ELSE: Fault = {
  code: 'forbidden',
  issues: [{ path: 'userId', message: 'is not whom the token speaks for' }],
}
