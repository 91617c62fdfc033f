import { z } from 'zod'

// What people do, from the browser's report to the object that folds it.

/** In a call; more is a backlog, which a client may send in several calls. */
export const EVENTS_PER_CALL_MAX = 100
/** Of one event's payload as it was sent; what is kept of it is far smaller. */
export const EVENT_PAYLOAD_MAX_BYTES = 16_384
/** Nobody's clock is believed beyond this, before or after the moment of receipt. */
export const EVENT_CLOCK_TOLERANCE_MS = 600_000

export const EventType = z.enum(['page_view', 'button_click', 'form_submit', 'tooltip_dismiss'])
export type EventType = z.infer<typeof EventType>

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/
const IDENTIFIER_MAX_CHARS = 64

/** Names that developers give: of elements, forms, errors. Too narrow to say anything about a person. */
export const Identifier = z.string().max(IDENTIFIER_MAX_CHARS).regex(IDENTIFIER, {
  message: 'must start with a letter or digit and hold only letters, digits and "_.:-"',
})

/** As the schema says, for where nobody is told what is wrong. */
export const isIdentifier = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= IDENTIFIER_MAX_CHARS && IDENTIFIER.test(value)

/** Handed on as it was sent: a copy would lose what is wrong with it. */
const Payload = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { message: 'must be an object' },
)

/** An event as a browser reports it. */
export const ReportedEvent = z.strictObject({
  /** The token's `sub`. */
  userId: z.uuid(),
  sessionId: Identifier,
  eventType: EventType,
  payload: Payload,
  /** Epoch milliseconds, or ISO 8601 with an offset. Absent: the moment of receipt. */
  timestamp: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
  /** Absent: one of our own, so that a repetition counts again. */
  eventId: Identifier.optional(),
})
export type ReportedEvent = z.infer<typeof ReportedEvent>

/** Of a batch: an event that was not taken, by its place in the call. */
export const RejectedEvent = z.strictObject({
  index: z.int().nonnegative(),
  code: z.enum(['forbidden', 'validation_failed']),
  message: z.string(),
})
export type RejectedEvent = Readonly<z.infer<typeof RejectedEvent>>

const Queued = z.strictObject({
  status: z.literal('queued'),
  /** How many keys of payloads were not kept, if any. */
  dropped_keys: z.int().positive().exactOptional(),
})

/** `202` of one event, and of a batch. */
export const EventsResponse = z.union([
  Queued.extend({ eventId: z.string() }).readonly(),
  Queued.extend({
    /** Of all that were taken, in order; one that came twice is there twice. */
    eventIds: z.array(z.string()).readonly(),
    rejected: z.array(RejectedEvent.readonly()).readonly(),
  }).readonly(),
])
export type EventsResponse = z.infer<typeof EventsResponse>

const moment = z.int().nonnegative()

/** An event as the queue carries it and the journey folds it: nothing in it that a person typed. */
export const BehaviourEvent = z.object({
  /** Once per person, however often it arrives. */
  eventId: Identifier,
  /** Of the client's own: one visit, one tab. */
  sessionId: Identifier,
  type: EventType,
  /** When it happened, within the tolerance around its receipt. */
  at: moment,
  receivedAt: moment,
  /** A page of the catalogue, as its pattern: `/projects/:id`. */
  path: z.string().max(128).exactOptional(),
  /** The element, form or tooltip. */
  target: Identifier.exactOptional(),
  /** What went wrong; a form with one was not accepted. */
  error: Identifier.exactOptional(),
  /** How many keys of its payload were not kept. */
  dropped: z.int().nonnegative(),
})
export type BehaviourEvent = z.infer<typeof BehaviourEvent>

const SubjectKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/**
 * Queue `behavior-events`. `events`: what one call reported, of one person. `unpublished`: ask this
 * subject's object what Postgres has not been told; it carries nothing and decides nothing.
 */
export const BehaviourMessage = z.discriminatedUnion('type', [
  z.object({
    v: z.literal(1),
    type: z.literal('events'),
    /** The subject's object. */
    key: SubjectKey,
    /** The token's `sub`: a session's specId, or a member's userId. */
    person: z.uuid(),
    /** W3C trace context of the call. */
    traceparent: z.string().max(64),
    events: z.array(BehaviourEvent).min(1).max(EVENTS_PER_CALL_MAX),
  }),
  z.object({
    v: z.literal(1),
    type: z.literal('unpublished'),
    key: SubjectKey,
    traceparent: z.string().max(64),
  }),
])
export type BehaviourMessage = z.infer<typeof BehaviourMessage>
