import type { Result } from '../src/contract/result.ts'
import { backOff } from './back-off.ts'
import type { Problem } from './problem.ts'

/** `null`: done, or never to be. A problem: again, later. */
export type Attempt = () => Promise<Problem | null>

/** Whether the same request may fare better later. */
export const isPassing = ({ code, retryAfterMs }: Problem): boolean =>
  code === 'offline' ||
  code === 'unavailable' ||
  code === 'internal' ||
  // A limit that never ends names no time.
  (code === 'rate_limited' && retryAfterMs !== undefined)

/** What stood in the way, if it may pass: the end of most attempts. */
export const passing = (answer: Result<unknown, Problem>): Problem | null =>
  !answer.ok && isPassing(answer.error) ? answer.error : null

/** Something to do soon: one at a time, and again with growing gaps until it is done. */
export class Errand {
  readonly #attempt: Attempt
  #timer: ReturnType<typeof setTimeout> | undefined
  #dueAt = Infinity
  #failures = 0
  #running = false
  #stopped = true

  constructor(attempt: Attempt) {
    this.#attempt = attempt
  }

  start(): void {
    this.#stopped = false
  }

  /** What is under way comes to its end; nothing else begins. */
  stop(): void {
    this.#stopped = true
    this.#failures = 0
    this.#clear()
  }

  /** Within this time; what was to be done sooner stays so. */
  soon(delayMs = 0): void {
    const dueAt = Date.now() + delayMs
    if (this.#stopped || (this.#timer !== undefined && this.#dueAt <= dueAt)) return
    this.#clear()
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => void this.#run(), delayMs)
  }

  /** Later, since an attempt met this problem; also one that was made elsewhere. */
  again(problem: Problem): void {
    this.#failures += 1
    this.soon(backOff(this.#failures, Math.random(), problem.retryAfterMs))
  }

  /** The network is back, or somebody looks: waiting is over. */
  wake(): void {
    if (this.#timer === undefined) return
    this.#clear()
    this.soon()
  }

  async #run(): Promise<void> {
    this.#clear()
    // Whoever has begun looks again before it ends.
    if (this.#running) return this.soon(backOff(1, 1))
    this.#running = true
    const problem = await this.#attempt()
    this.#running = false
    if (problem === null) this.#failures = 0
    else this.again(problem)
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#dueAt = Infinity
  }
}
