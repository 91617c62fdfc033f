import type { ReportedEvent } from '../src/contract/behaviour.ts'

/** What the server takes in one call. */
export const EVENTS_PER_CALL_MAX = 100
/**
 * Of one call's body. Browsers let calls that outlive their page have 64 KiB together; this leaves room
 * for a second one of ours and for what the product sends by itself.
 */
const BODY_MAX_BYTES = 28_000
/** Of a person who goes on while the server is away: the oldest are dropped, the newest say where they are. */
const QUEUE_MAX = 500

/** `,"userId":"<UUID>"` and a comma. */
const USER_ID_BYTES = 52

/** Whose it is, is known when it is sent. */
export type Waiting = Omit<ReportedEvent, 'userId'>

/** Also without what did not fit. */
export const queued = (queue: readonly Waiting[], event: Waiting): readonly Waiting[] =>
  [...queue, event].slice(-QUEUE_MAX)

/** The oldest, as many as one call may carry; at least one, if there is any. */
export function batchOf(queue: readonly Waiting[]): readonly Waiting[] {
  let bytes = 0
  const end = queue.findIndex((event) => {
    bytes += bytesOf(event)
    return bytes > BODY_MAX_BYTES
  })
  return queue.slice(0, Math.min(EVENTS_PER_CALL_MAX, end === -1 ? queue.length : Math.max(1, end)))
}

/** By their ids: the queue may have lost its oldest meanwhile. */
export function without(queue: readonly Waiting[], sent: readonly Waiting[]): readonly Waiting[] {
  const ids = new Set(sent.map(({ eventId }) => eventId))
  return queue.filter(({ eventId }) => !ids.has(eventId))
}

/** With what is added when it is sent. */
const bytesOf = (event: Waiting): number =>
  new TextEncoder().encode(JSON.stringify(event)).length + USER_ID_BYTES
