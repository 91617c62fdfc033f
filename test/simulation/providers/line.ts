import { ok } from '../../../src/contract/result.ts'
import type { Part } from '../faults.ts'
import type { Invocation } from '../invocation.ts'
import type { Stage } from '../stage.ts'

/** What the provider's own troubles do to one call. */
export type Fate = 'well' | 'breaks_before' | 'breaks_after'

export interface HttpAnswer {
  readonly status: number
  readonly body?: unknown
  readonly retryAfterSeconds?: number
}

const TRAVEL_MIN_MS = 20
const TRAVEL_MAX_MS = 400
/** How much later than its caller's patience a call may still take effect. */
const LATE_MIN_MS = 1_000
const LATE_MAX_MS = 90_000
/** Providers ask for seconds; some, after a ban, for an hour. */
const LIMIT_MIN_SECONDS = 1
const LIMIT_MAX_SECONDS = 3_600

/** The wire to one provider, on which requests, answers and patience get lost. */
export class Line {
  readonly part: Part
  readonly #stage: Stage
  readonly #timeoutMs: number

  constructor(stage: Stage, part: Part, timeoutMs: number) {
    this.part = part
    this.#stage = stage
    this.#timeoutMs = timeoutMs
  }

  /** @returns `null`: no answer in time, whatever has happened */
  call(
    invocation: Invocation,
    what: string,
    handle: (fate: Fate) => HttpAnswer,
  ): Promise<HttpAnswer | null> {
    const { faults, scheduler, delays, trace } = this.#stage
    return invocation.suspend((goOn) => {
      const silence = () => scheduler.after(this.#timeoutMs, () => goOn(ok(null)))
      const arrive = (): HttpAnswer => {
        const fate = this.#fate()
        const answer = fate === 'limited' ? this.#limited() : handle(fate)
        trace.note(this.part, `${what} for ${invocation.name}: ${answer.status}`)
        return answer
      }
      if (faults.strikes('call_lost', this.part)) return silence()
      if (faults.strikes('call_late', this.part, !invocation.isSteady)) {
        const late = this.#timeoutMs + delays.int(LATE_MIN_MS, LATE_MAX_MS)
        scheduler.after(late, () => (faults.isDown(this.part) ? null : arrive()))
        return silence()
      }
      return scheduler.after(this.#travel(), () => {
        if (faults.isDown(this.part)) return this.#down(silence, (answer) => goOn(ok(answer)))
        const answer = arrive()
        if (faults.strikes('answer_lost', this.part)) return silence()
        return scheduler.after(this.#travel(), () => goOn(ok(answer)))
      })
    })
  }

  /** Half of the broken providers say so. */
  #down(silence: () => void, answer: (answer: HttpAnswer) => void): void {
    if (this.#stage.delays.chance(0.5)) silence()
    else answer({ status: 503 })
  }

  #fate(): Fate | 'limited' {
    const { faults } = this.#stage
    if (faults.strikes('limits', this.part)) return 'limited'
    if (faults.strikes('breaks_before', this.part)) return 'breaks_before'
    return faults.strikes('breaks_after', this.part) ? 'breaks_after' : 'well'
  }

  #limited(): HttpAnswer {
    const retryAfterSeconds = this.#stage.delays.spread(LIMIT_MIN_SECONDS, LIMIT_MAX_SECONDS)
    return { status: 429, retryAfterSeconds }
  }

  #travel(): number {
    return this.#stage.delays.int(TRAVEL_MIN_MS, TRAVEL_MAX_MS)
  }
}
