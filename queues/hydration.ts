import { WakeMessage } from '../src/contract/messages.ts'
import { describeError, log } from '../src/adapters/log.ts'
import type { Bindings } from '../src/env.ts'
import { workOff } from '../src/hydration/work-off.ts'

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
  const wakes = readWakes(batch)
  const unanswered = await workOffOrNone(env, wakes)
  for (const { message, body } of wakes) {
    if (unanswered.has(body.key)) message.retry({ delaySeconds: RETRY_DELAY_SECONDS })
    else message.ack()
  }
}

/** What throws here is a setting that cannot be read: everybody waits until it is mended. */
async function workOffOrNone(env: Bindings, wakes: readonly Wake[]): Promise<ReadonlySet<string>> {
  const bodies = wakes.map(({ message, body }) => ({ ...body, messageId: message.id }))
  try {
    return await workOff(env, bodies, Date.now() + WORK_MS)
  } catch (error) {
    log('error', 'hydration.interrupted', { queue: 'foyer-hydration', error: describeError(error) })
    return new Set(bodies.map(({ key }) => key))
  }
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
