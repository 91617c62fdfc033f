import { z } from 'zod'
import { type BehaviourEvent, EVENTS_PER_CALL_MAX } from '../../contract/behaviour.ts'
import { type FieldIssue, fieldIssues } from '../../contract/errors.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { type Fault, type Receipt, readEvent } from './read-event.ts'

/** What one call reported. */
export interface Taken {
  readonly form: 'single' | 'batch'
  /** In the order of the call, each id once. */
  readonly events: readonly BehaviourEvent[]
  /** Of all that were taken, also of those that came twice. */
  readonly eventIds: readonly string[]
  /** By place in the call. */
  readonly rejected: readonly (Fault & { readonly index: number })[]
}

/** The events themselves are read one by one, so that none spoils the others. */
const Batch = z.strictObject({ events: z.array(z.unknown()).min(1).max(EVENTS_PER_CALL_MAX) })

/**
 * The body of a call: one event, or `{events: […]}`.
 *
 * @param body parsed JSON of which nothing is known
 * @returns issues of a batch that is none; what is wrong with single events is in `rejected`
 */
export function takeEvents(body: unknown, receipt: Receipt): Result<Taken, readonly FieldIssue[]> {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'events')) {
    return ok(take('single', [body], receipt))
  }
  const batch = Batch.safeParse(body)
  return batch.success
    ? ok(take('batch', batch.data.events, receipt))
    : fail(fieldIssues(batch.error))
}

function take(form: Taken['form'], reported: readonly unknown[], receipt: Receipt): Taken {
  const events = new Map<string, BehaviourEvent>()
  const eventIds: string[] = []
  const rejected: (Fault & { index: number })[] = []
  for (const [index, value] of reported.entries()) {
    const read = readEvent(value, receipt)
    if (read.ok) {
      const { eventId } = read.value
      eventIds.push(eventId)
      // The first one counts.
      if (!events.has(eventId)) events.set(eventId, read.value)
    } else rejected.push({ index, ...read.error })
  }
  return { form, events: [...events.values()], eventIds, rejected }
}
