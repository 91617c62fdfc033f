import { WakeMessage } from '../src/contract/messages.ts'
import { createStores } from '../src/adapters/hydration-adapters.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { type Bindings, parseSettings } from '../src/env.ts'

/** A short outage is over by then. */
const RETRY_BASE_SECONDS = 60
/** With the hundred tries of wrangler.toml four days, for as long as a queue keeps a message. */
const RETRY_MAX_SECONDS = 3_600

/**
 * Consumer of `hydration-dead`: keeps what nobody could work off. Nothing is lost by a message that
 * ends here, since the subject's own alarm goes on waking; it shows that somebody must look.
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
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
    }
    log('error', 'dead_letters.not_kept', { queue: batch.queue, error: describeError(error) })
  }
}

/** @param attempts how often the message was delivered, this time included */
export const retryDelaySeconds = (attempts: number): number =>
  Math.min(RETRY_BASE_SECONDS * 2 ** (attempts - 1), RETRY_MAX_SECONDS)

function readable(body: unknown): { body: WakeMessage | null; reason: string } {
  const wake = WakeMessage.safeParse(body)
  return wake.success
    ? { body: wake.data, reason: 'the subject did not answer' }
    : { body: null, reason: 'the message could not be read' }
}
