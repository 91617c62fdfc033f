import { WakeMessage } from '../src/contract/messages.ts'
import { createStores } from '../src/adapters/hydration-adapters.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { type Bindings, parseSettings } from '../src/env.ts'

/** The database may be down for a while; dead letters are in no hurry. */
const RETRY_DELAY_SECONDS = 60

/**
 * Consumer of `hydration-dead`: keeps what nobody could work off. Nothing is lost by a message that
 * ends here, since the subject's own alarm goes on waking; it shows that somebody must look.
 */
export async function keepDeadLetters(batch: MessageBatch, env: Bindings): Promise<void> {
  const { deadLetters } = createStores(parseSettings(env))
  try {
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
    batch.retryAll({ delaySeconds: RETRY_DELAY_SECONDS })
    log('error', 'dead_letters.not_kept', { queue: batch.queue, error: describeError(error) })
  }
}

function readable(body: unknown): { body: WakeMessage | null; reason: string } {
  const wake = WakeMessage.safeParse(body)
  return wake.success
    ? { body: wake.data, reason: 'the subject did not answer' }
    : { body: null, reason: 'the message could not be read' }
}
