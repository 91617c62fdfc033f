import { WakeMessage } from '../src/contract/messages.ts'
import { createProviders, createStores } from '../src/adapters/hydration-adapters.ts'
import { describeError, log } from '../src/adapters/log.ts'
import type { IndexedSession, SessionIndex } from '../src/core/ports.ts'
import { type Bindings, parseSettings } from '../src/env.ts'
import { type HydrationDeps, hydrateSubject } from '../src/hydration/hydrate-subject.ts'
import { indexedOpening, indexedStatus } from '../src/core/indexed.ts'

/** Well inside the lease of 30 s: a call begun at the last moment still ends within it. */
const WORK_MS = 20_000
/** For a subject whose object did not answer: time to come back before the queue tries again. */
const RETRY_DELAY_SECONDS = 10

interface Wake {
  readonly message: Message
  readonly body: WakeMessage
}

/**
 * Consumer of `hydration`. A wake-up decides nothing, so a lost, doubled or late one is harmless;
 * what a provider does is told to the object, and the message is done. The queue's own redelivery
 * is for messages that cannot be read and for objects that do not answer.
 */
export async function consumeHydration(batch: MessageBatch, env: Bindings): Promise<void> {
  const settings = parseSettings(env)
  const stopAt = Date.now() + WORK_MS
  const { index } = createStores(settings)
  const wakes = readWakes(batch)
  await record(
    index,
    wakes.flatMap(({ body }) => indexedOpening(body)),
  )
  const deps = { ...createProviders(env, stopAt), now: Date.now, stopAt }
  // Several wake-ups of one subject in a batch are one.
  const bySubject = Map.groupBy(wakes, ({ body }) => body.key)
  const changed = await Promise.all(
    [...bySubject].map(([key, own]) => hydrate(env, key, own, deps)),
  )
  await record(index, changed.flat())
}

function readWakes(batch: MessageBatch): readonly Wake[] {
  return batch.messages.flatMap((message) => {
    const body = WakeMessage.safeParse(message.body)
    if (body.success) return [{ message, body: body.data }]
    log('error', 'hydration.unreadable', { queue: batch.queue, messageId: message.id })
    message.retry()
    return []
  })
}

/** The index follows; when the database is down it follows later, by the next wake-up or the cron. */
async function record(index: SessionIndex, sessions: readonly IndexedSession[]): Promise<void> {
  try {
    await index.record(sessions, Date.now())
  } catch (error) {
    log('warn', 'hydration.not_indexed', { count: sessions.length, error: describeError(error) })
  }
}

async function hydrate(
  env: Bindings,
  key: string,
  wakes: readonly Wake[],
  deps: HydrationDeps,
): Promise<readonly IndexedSession[]> {
  try {
    const replies = await hydrateSubject(env.SUBJECTS.getByName(key), deps)
    for (const { message } of wakes) message.ack()
    const changed = replies.findLast((reply) => reply.changed !== null)?.changed
    return changed ? indexedStatus(key, changed) : []
  } catch (error) {
    log('error', 'hydration.interrupted', { subject: key, error: describeError(error) })
    for (const { message } of wakes) message.retry({ delaySeconds: RETRY_DELAY_SECONDS })
    return []
  }
}
