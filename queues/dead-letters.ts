import { BehaviourMessage } from '../src/contract/behaviour.ts'
import { WakeMessage } from '../src/contract/messages.ts'
import type { DeadLetter } from '../src/core/ports.ts'
import { createStores } from '../src/adapters/hydration-adapters.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { type Bindings, parseSettings } from '../src/env.ts'
import { retryDelaySeconds } from './retry-delay.ts'

/** A short outage is over by then. */
const RETRY_BASE_SECONDS = 60

/**
 * Consumer of the dead-letter queues: keeps what nobody could work off. A wake-up that ends here loses
 * nothing, since the subject's own alarm goes on waking; of events this is the last copy. Either
 * shows that somebody must look.
 */
export async function keepDeadLetters(batch: MessageBatch, env: Bindings): Promise<void> {
  try {
    const { deadLetters } = createStores(parseSettings(env))
    await deadLetters.keep(
      batch.messages.map((message) => ({
        id: message.id,
        queue: batch.queue,
        receivedAt: message.timestamp.getTime(),
        ...readable(message.body),
      })),
    )
    batch.ackAll()
    log('error', 'dead_letters.kept', { queue: batch.queue, count: batch.messages.length })
  } catch (error) {
    for (const message of batch.messages) {
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts, RETRY_BASE_SECONDS) })
    }
    log('error', 'dead_letters.not_kept', { queue: batch.queue, error: describeError(error) })
  }
}

function readable(body: unknown): Pick<DeadLetter, 'body' | 'reason'> {
  const wake = WakeMessage.safeParse(body)
  if (wake.success) return { body: wake.data, reason: 'the subject did not answer' }
  const behaviour = BehaviourMessage.safeParse(body)
  return behaviour.success
    ? { body: behaviour.data, reason: 'what came of it could not be kept' }
    : { body: null, reason: 'the message could not be read' }
}
