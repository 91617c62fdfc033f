import type { Random } from './random.ts'
import { START, type Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

/** How wrong a clock may be, either way (F28). */
export const SKEW_MAX_MS = 10 * 60_000

/** Everybody has a clock of their own, which may be wrong, jump, and run backwards. */
export class Clocks {
  readonly #scheduler: Scheduler
  readonly #trace: Trace
  readonly #skews = new Map<string, number>()

  constructor(scheduler: Scheduler, trace: Trace) {
    this.#scheduler = scheduler
    this.#trace = trace
  }

  now(owner: string): number {
    return this.#scheduler.now + (this.#skews.get(owner) ?? 0)
  }

  /** Whether this clock was never touched. */
  isSteady(owner: string): boolean {
    return !this.#skews.has(owner)
  }

  /** @param skewMs how far the clock is ahead from now on; negative: behind */
  set(owner: string, skewMs: number): void {
    if ((this.#skews.get(owner) ?? 0) === skewMs) return
    this.#skews.set(owner, skewMs)
    this.#trace.note('clock', `of ${owner} is ${Math.round(skewMs / 1_000)} s ahead`)
  }

  /** Lets clocks jump `times` times before `until`, when all of them are set right. */
  disturb(owners: readonly string[], times: number, until: number, random: Random): void {
    for (let jump = 0; jump < times; jump += 1) {
      const owner = random.pick(owners)
      const skew = random.int(-SKEW_MAX_MS, SKEW_MAX_MS)
      this.#scheduler.at(random.int(START, until), () => this.set(owner, skew))
    }
    this.#scheduler.at(until, () => owners.forEach((owner) => this.set(owner, 0)))
  }
}
