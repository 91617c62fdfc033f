import { type Context, Hono } from 'hono'
import { describeError, log } from '../adapters/log.ts'
import { inSpan } from '../adapters/trace.ts'
import { within } from '../adapters/within.ts'
import { catalogue } from '../catalogue.ts'
import type { BehaviourMessage, EventsResponse } from '../contract/behaviour.ts'
import { type Taken, takeEvents } from '../core/behaviour/take-events.ts'
import { pageOf } from '../core/recommendation/pages.ts'
import type { HttpEnv } from './context.ts'
import { limitByPerson } from './limit-by-person.ts'
import { personOf } from './person.ts'
import { invalid, readUnknown } from './read-json.ts'
import { type Refusal, refuse } from './refuse.ts'

/** A hundred events of 10 KB each; one alone may have a payload of 16 KB. */
const BODY_MAX_BYTES = 1_048_576
/** The queue mostly answers within a tenth of a second; pages give up on a call after some seconds. */
const QUEUE_ANSWER_MS = 3_000
/** A queue that refuses is over its rate, or moving; neither takes long. */
const QUEUE_RETRY_MS = 5_000

/** `/api/v1/events`: what people do, taken for the queue and nothing else: no object, no database. */
export const events = new Hono<HttpEnv>().post('/events', limitByPerson, async (c) => {
  const body = await readUnknown(c, BODY_MAX_BYTES)
  if (!body.ok) return refuse(c, body.error)
  const { person, key, caller } = personOf(c)
  const taken = takeEvents(body.value, {
    person,
    now: Date.now(),
    newId: () => crypto.randomUUID(),
    pageOf: rememberedPages(),
  })
  if (!taken.ok) return refuse(c, invalid(taken.error))
  const { events: reported } = taken.value
  if (reported.length === 0) return refuse(c, refusalOf(taken.value))
  const of = {
    count: reported.length,
    ...(caller.role === 'speculative' ? { specId: caller.specId } : {}),
  }
  const isQueued = await inSpan('events.accept', of, () =>
    queue(c, { v: 1, type: 'events', key, person, events: [...reported] }),
  )
  return isQueued ? c.json(responseOf(taken.value), 202) : refuse(c, NOT_QUEUED)
})

/** Of one call: a visit stays on few pages, and each is looked up among all of the product. */
function rememberedPages(): (path: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (path) => {
    if (!known.has(path)) known.set(path, pageOf(catalogue.pages, path))
    return known.get(path)
  }
}

type EventsMessage = Omit<Extract<BehaviourMessage, { type: 'events' }>, 'traceparent'>

/** One message for the whole call, so that all of it is taken or nothing. */
const queue = (c: Context<HttpEnv>, message: EventsMessage): Promise<boolean> =>
  inSpan('queue.send', { queue: 'foyer-behavior-events' }, async ({ traceparent, tell }) => {
    try {
      const body = { ...message, traceparent }
      await within(QUEUE_ANSWER_MS, c.env.BEHAVIOR.send(body, { contentType: 'json' }))
      tell({ outcome: 'sent' })
      return true
    } catch (error) {
      tell({ outcome: 'refused' })
      const count = message.events.length
      log('error', 'events.not_queued', { count, error: describeError(error) })
      return false
    }
  })

function responseOf({ form, events: taken, eventIds, rejected }: Taken): EventsResponse {
  const dropped = taken.reduce((sum, event) => sum + event.dropped, 0)
  const drops = dropped === 0 ? {} : { dropped_keys: dropped }
  const [eventId] = eventIds
  if (form === 'single' && eventId !== undefined) return { status: 'queued', eventId, ...drops }
  return {
    status: 'queued',
    eventIds,
    rejected: rejected.map(({ index, code, issues: [issue] }) => ({
      index,
      code,
      message: [issue?.path, issue?.message].filter(Boolean).join(': '),
    })),
    ...drops,
  }
}

/** Of a call of which nothing was taken. */
function refusalOf({ form, rejected }: Taken): Refusal {
  if (rejected.every(({ code }) => code === 'forbidden')) return OF_SOMEBODY_ELSE
  return invalid(
    rejected.flatMap(({ index, issues }) => {
      const place = form === 'batch' ? ['events', String(index)] : []
      return issues.map(({ path, message }) => ({
        path: [...place, path].filter(Boolean).join('.'),
        message,
      }))
    }),
  )
}

const OF_SOMEBODY_ELSE: Refusal = {
  code: 'forbidden',
  message: 'This token does not speak for this user.',
}

const NOT_QUEUED: Refusal = {
  code: 'unavailable',
  message: 'Please send it again.',
  retryAfterMs: QUEUE_RETRY_MS,
}
