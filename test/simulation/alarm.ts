import type { Task } from './scheduler.ts'
import type { Stage } from './stage.ts'

/** The platform is on time, more or less. */
const LATENESS_MAX_MS = 50
const LATE_MIN_MS = 60_000
const LATE_MAX_MS = 6 * 3_600_000
/** The platform tries a handler again after 2, 4, 8 … s, and gives up after six of them. */
const RETRY_BASE_MS = 2_000
const RETRIES_MAX = 6
const DOUBLE_AFTER_MAX_MS = 5_000

/** What rings. It answers whether the handler came to its end. */
export type AlarmHandler = (done: (finished: boolean) => void) => void

/** The alarm of one object: durable, one at a time, at least once, not to the second. */
export class Alarm {
  readonly #stage: Stage
  readonly #owner: string
  readonly #handler: AlarmHandler
  /** Whether somebody else would notice if it never rang. */
  readonly #maybeLost: () => boolean
  #at: number | null = null
  #rangAt = 0
  #task: Task | null = null

  constructor(stage: Stage, owner: string, handler: AlarmHandler, maybeLost: () => boolean) {
    this.#stage = stage
    this.#owner = owner
    this.#handler = handler
    this.#maybeLost = maybeLost
  }

  /** By the object's clock; `null`: it is not set. */
  get at(): number | null {
    return this.#at
  }

  /** When it rang last, or should have: by the world's time. */
  get rangAt(): number {
    return this.#rangAt
  }

  set(at: number): void {
    const { clocks, delays, faults } = this.#stage
    const late = faults.strikes('alarm_late', this.#owner)
      ? delays.spread(LATE_MIN_MS, LATE_MAX_MS)
      : 0
    const wait = Math.max(0, at - clocks.now(this.#owner)) + delays.int(0, LATENESS_MAX_MS) + late
    this.#at = at
    this.#plan(wait, () => this.#ring(0))
  }

  #ring(retries: number): void {
    const { delays, faults, scheduler, trace } = this.#stage
    this.#at = null
    this.#task = null
    this.#rangAt = scheduler.now
    if (this.#maybeLost() && faults.strikes('alarm_lost', this.#owner)) return
    trace.note(this.#owner, retries === 0 ? 'alarm rings' : `alarm rings again (${retries})`)
    if (faults.strikes('alarm_doubled', this.#owner)) {
      scheduler.after(delays.int(0, DOUBLE_AFTER_MAX_MS), () => this.#handler(() => {}))
    }
    this.#handler((finished) => {
      if (!finished) this.#retry(retries + 1)
    })
  }

  /** Unless a newer one was set meanwhile. */
  #retry(retries: number): void {
    if (this.#task !== null) return
    const { faults } = this.#stage
    const isLast = retries > RETRIES_MAX && this.#maybeLost()
    if (isLast && faults.strikes('alarm_given_up', this.#owner)) return
    const doublings = Math.min(retries - 1, RETRIES_MAX)
    this.#plan(RETRY_BASE_MS * 2 ** doublings, () => this.#ring(retries))
  }

  #plan(delayMs: number, act: () => void): void {
    this.#task?.cancel()
    this.#task = this.#stage.scheduler.after(delayMs, act)
  }
}
