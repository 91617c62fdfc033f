import { type Result, fail } from '../../src/contract/result.ts'
import type { Stage } from './stage.ts'

/** How an answer comes back; only the first one counts. */
export type Answer<Value> = (outcome: Result<Value, Error>) => void

/** One way between two parts of one data centre. */
const HOP_MIN_MS = 1
const HOP_MAX_MS = 40
/** When a caller learns that its call was lost. */
const LOSS_NOTICED_MIN_MS = 20
const LOSS_NOTICED_MAX_MS = 5_000
/** Around the lease of 30 s, on both sides. */
const PAUSE_MIN_MS = 2_000
const PAUSE_MAX_MS = 120_000

/**
 * Code that runs for a while: a request in the Worker, a consumer, a tick of the cron. At each await
 * it may be killed, and then never goes on, or be slow.
 */
export class Invocation {
  readonly name: string
  readonly #stage: Stage
  readonly #onKill: () => void
  #alive = true
  #steady = 0

  constructor(stage: Stage, name: string, onKill: () => void = () => {}) {
    this.#stage = stage
    this.name = name
    this.#onKill = onKill
  }

  kill(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#stage.trace.note(this.name, 'is dead')
    this.#onKill()
  }

  /** It has returned; nobody can kill it any more. */
  end(): void {
    this.#alive = false
  }

  /** An await: `begin` gets the function with which the world, later, lets the code go on. */
  suspend<Value>(begin: (goOn: Answer<Value>) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      let answered = false
      begin((outcome) => {
        if (answered) return
        answered = true
        this.#resume(() => (outcome.ok ? resolve(outcome.value) : reject(outcome.error)))
      })
    })
  }

  /** Runs code that chance does not slow down: production has a limit there (docs/simulation.md). */
  async steadily<Value>(run: () => Promise<Value>): Promise<Value> {
    this.#steady += 1
    try {
      return await run()
    } finally {
      this.#steady -= 1
    }
  }

  get isSteady(): boolean {
    return this.#steady > 0
  }

  /** Calls another part, over a network that loses requests and replies. */
  call<Value>(what: string, arrive: (answer: Answer<Value>) => void): Promise<Value> {
    const { faults, scheduler } = this.#stage
    return this.suspend((goOn) => {
      const lose = (outcome: string) =>
        scheduler.after(this.#delay(LOSS_NOTICED_MIN_MS, LOSS_NOTICED_MAX_MS), () =>
          goOn(fail(new Error(`${what}: ${outcome}`))),
        )
      scheduler.after(this.#hop(), () => {
        if (faults.strikes('request_lost', what)) return lose('request lost')
        return arrive((outcome) => {
          scheduler.after(this.#hop(), () =>
            faults.strikes('reply_lost', what) ? lose('reply lost') : goOn(outcome),
          )
        })
      })
    })
  }

  #resume(go: () => void): void {
    const { faults, scheduler } = this.#stage
    if (!this.#alive) return
    if (faults.strikes('killed', this.name)) return this.kill()
    if (!faults.strikes('slow', this.name, !this.isSteady)) return go()
    scheduler.after(this.#delay(PAUSE_MIN_MS, PAUSE_MAX_MS), () => {
      if (this.#alive) go()
    })
  }

  #hop(): number {
    return this.#delay(HOP_MIN_MS, HOP_MAX_MS)
  }

  #delay(least: number, most: number): number {
    return this.#stage.delays.int(least, most)
  }
}
