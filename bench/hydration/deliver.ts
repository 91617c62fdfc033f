import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import pLimit from 'p-limit'
import type { WorkerSide } from '../harness/side.ts'

const QUEUE = 'foyer-hydration'
/** As wrangler.toml has it. */
export const BATCH_SIZE = 25

/**
 * Hands messages to a Worker's consumer as the platform does, in full batches.
 *
 * @param name of the Worker
 * @param consumers how many batches are under way at a time
 * @returns from the first batch to the end of the last, in milliseconds
 * @throws Error when a single message was not acknowledged
 */
export async function deliver(
  { miniflare }: WorkerSide,
  name: string,
  bodies: readonly unknown[],
  consumers: number,
): Promise<number> {
  const worker = await miniflare.getWorker(name)
  const limit = pLimit(consumers)
  const startedAt = performance.now()
  await limit.map(batchesOf(bodies), async (batch) => {
    const messages = batch.map((body) => ({
      id: randomUUID(),
      timestamp: new Date(),
      attempts: 1,
      body,
    }))
    const { outcome, retryMessages } = await worker.queue(QUEUE, messages)
    if (outcome !== 'ok' || retryMessages.length > 0) {
      throw new Error(`${name}: ${outcome}, ${retryMessages.length} messages were not acknowledged`)
    }
  })
  return performance.now() - startedAt
}

const batchesOf = (bodies: readonly unknown[]): readonly (readonly unknown[])[] =>
  Array.from({ length: Math.ceil(bodies.length / BATCH_SIZE) }, (_, at) =>
    bodies.slice(at * BATCH_SIZE, (at + 1) * BATCH_SIZE),
  )
