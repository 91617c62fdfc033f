import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import type { Burst } from './load-process.ts'

/** What a burst of sign-ups took; `faults` is whatever was not a 201, in words. */
export const BurstResult = z.object({
  durationMs: z.number(),
  latenciesMs: z.array(z.number()),
  faults: z.array(z.string()),
})
export type BurstResult = z.infer<typeof BurstResult>

/** Sends sign-ups from a process of its own, so that nothing here delays them. */
export class LoadGenerator {
  readonly #process: ChildProcess = fork(join(import.meta.dirname, 'load-process.ts'))

  /** @throws Error when a single answer was not a 201 */
  async send(burst: Burst): Promise<BurstResult> {
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#process.once('message', resolve)
      this.#process.once('exit', (code) => reject(new Error(`the load generator ended: ${code}`)))
    })
    this.#process.send(burst)
    const result = BurstResult.parse(await answer)
    this.#process.removeAllListeners()
    const [fault] = result.faults
    if (fault !== undefined) throw new Error(`${result.faults.length} sign-ups failed: ${fault}`)
    return result
  }

  close(): void {
    this.#process.disconnect()
  }
}
