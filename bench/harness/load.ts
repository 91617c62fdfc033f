import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import type { Order } from './load-process.ts'
import { nextMessage } from './next-message.ts'

/** What an order came to; `faults` is whatever was not the answer that was expected, in words. */
export const LoadResult = z.object({
  /** From the first request to the last answer. */
  durationMs: z.number(),
  latenciesMs: z.array(z.number()),
  faults: z.array(z.string()),
})
export type LoadResult = z.infer<typeof LoadResult>

/** Sends requests from a process of its own, so that nothing here delays them. */
export class LoadGenerator {
  readonly #process: ChildProcess = fork(join(import.meta.dirname, 'load-process.ts'))

  /** @throws Error when a single answer was not the expected one */
  async send(order: Order): Promise<LoadResult> {
    const answer = nextMessage(this.#process)
    this.#process.send(order)
    const result = LoadResult.parse(await answer)
    const [fault] = result.faults
    if (fault !== undefined) {
      throw new Error(`${result.faults.length} calls to ${order.origin} failed: ${fault}`)
    }
    return result
  }

  close(): void {
    this.#process.disconnect()
  }
}
