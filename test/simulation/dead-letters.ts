import { WakeMessage } from '../../src/contract/messages.ts'
import type { Invocation } from './invocation.ts'
import type { Batch } from './queue.ts'
import type { World } from './world.ts'

/** As in `queues/dead-letters.ts`. */
const RETRY_DELAY_MS = 60_000
const QUEUE = 'foyer-hydration'

/** `queues/dead-letters.ts` with the world's database. */
export async function keepDeadLetters(
  world: World,
  batch: Batch,
  invocation: Invocation,
): Promise<void> {
  try {
    await world.database.deadLetterStore(invocation).keep(
      batch.messages.map(({ id, body }) => ({
        id,
        queue: QUEUE,
        body: WakeMessage.safeParse(JSON.parse(body)).data ?? null,
        reason: 'simulated',
        receivedAt: world.stage.scheduler.now,
      })),
    )
    for (const message of batch.messages) batch.ack(message)
  } catch {
    for (const message of batch.messages) batch.retry(message, RETRY_DELAY_MS)
  }
}
