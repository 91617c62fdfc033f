import { randomUUID } from 'node:crypto'
import type { WorkerSide } from '../harness/side.ts'

/**
 * One delivery of messages to a consumer, at once: what the platform's own queue adds is company, and a
 * wait for it.
 *
 * @throws Error when one of them is to come again
 */
export async function deliver(
  { miniflare }: Pick<WorkerSide, 'miniflare'>,
  queue: string,
  bodies: readonly unknown[],
): Promise<void> {
  const worker = await miniflare.getWorker()
  const messages = bodies.map((body) => ({
    id: randomUUID(),
    timestamp: new Date(),
    attempts: 1,
    body,
  }))
  const { outcome, retryMessages } = await worker.queue(queue, messages)
  if (outcome !== 'ok' || retryMessages.length > 0) {
    throw new Error(`${queue}: ${outcome}, ${retryMessages.length} of ${bodies.length} again`)
  }
}
