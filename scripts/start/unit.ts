import { setTimeout as sleep } from 'node:timers/promises'
import { Child, type Command, type Exit } from './child.ts'
import { untilHealthy, untilUnresponsive } from './health.ts'

/** One part of the system that is kept running. */
export interface UnitPlan {
  readonly name: string
  readonly healthUrl: string
  readonly readyWithinMs: number
  /** Also restarted when it lives but no longer answers. */
  readonly watched: boolean
  /** Whether this end was somebody's wish. */
  staysDown(exit: Exit): boolean
  /** Whether this line of its log makes it worth a closer look. */
  alarming(line: string): boolean
  command(onLine: (line: string) => void): Command
}

export type Say = (name: string, line: string) => void

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 5_000
// After that long without trouble the next end is a new story, not the same one again.
const STEADY_MS = 10_000

export class Unit {
  readonly plan: UnitPlan
  readonly #say: Say
  #child: Child | undefined
  #wish = new AbortController()
  #keeping: Promise<void> = Promise.resolve()

  constructor(plan: UnitPlan, say: Say) {
    this.plan = plan
    this.#say = say
    this.#wish.abort()
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get wanted(): boolean {
    return !this.#wish.signal.aborted
  }

  /** @returns whether it became healthy in time; if not it is down again. */
  async start(): Promise<boolean> {
    if (this.wanted) return true
    const wish = new AbortController()
    this.#wish = wish
    await this.#keeping
    const first = await this.#launch(wish.signal)
    if (first === undefined) {
      wish.abort()
      return false
    }
    this.#keeping = this.#keep(first, wish)
    return true
  }

  async stop(): Promise<void> {
    this.#wish.abort()
    await this.#child?.end()
    await this.#keeping
  }

  /** For a person in a hurry: nothing of it is left, however it ends. */
  kill(): void {
    this.#wish.abort()
    this.#child?.kill()
  }

  async #keep(first: Healthy, wish: AbortController): Promise<void> {
    let healthy: Healthy | undefined = first
    for (let failures = 0; ; failures += 1) {
      if (healthy !== undefined) {
        const exit = await this.#untilOver(healthy, wish.signal)
        await healthy.child.end()
        this.#child = undefined
        if (wish.signal.aborted) return
        if (exit !== undefined && this.plan.staysDown(exit)) {
          this.#say(this.plan.name, 'was ended on purpose and stays down')
          wish.abort()
          return
        }
        this.#say(this.plan.name, `${describe(exit)}; it is started again`)
        if (Date.now() - healthy.since > STEADY_MS) failures = 0
      }
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS)
      await sleep(delayMs, undefined, { signal: wish.signal }).catch(() => undefined)
      healthy = await this.#launch(wish.signal)
      if (wish.signal.aborted) return
      this.#say(this.plan.name, healthy ? `is back, pid ${healthy.child.pid}` : 'did not come back')
    }
  }

  /** Undefined when it did not become healthy; then nothing of it is left. */
  async #launch(wish: AbortSignal): Promise<Healthy | undefined> {
    if (wish.aborted) return undefined
    const suspicion = { crashed: false }
    const child = new Child(
      this.plan.command((line) => {
        if (this.plan.alarming(line)) suspicion.crashed = true
        this.#say(this.plan.name, line)
      }),
    )
    this.#child = child
    const over = new AbortController()
    void child.exited.then(() => over.abort())
    const within = AbortSignal.any([
      wish,
      over.signal,
      AbortSignal.timeout(this.plan.readyWithinMs),
    ])
    const wrong = await untilHealthy(this.plan.healthUrl, within)
    if (wrong === undefined) return { child, suspicion, since: Date.now() }
    if (!wish.aborted) this.#say(this.plan.name, `did not become healthy: ${wrong}`)
    await child.end()
    this.#child = undefined
    return undefined
  }

  /** Its exit; undefined when it still runs but is lost, or not wanted any more. */
  async #untilOver({ child, suspicion }: Healthy, wish: AbortSignal): Promise<Exit | undefined> {
    if (!this.plan.watched) return child.exited
    const over = new AbortController()
    const until = AbortSignal.any([wish, over.signal])
    const lost = untilUnresponsive(this.plan.healthUrl, suspicion, until).then(() => undefined)
    try {
      return await Promise.race([child.exited, lost])
    } finally {
      over.abort()
    }
  }
}

interface Healthy {
  readonly child: Child
  readonly suspicion: { crashed: boolean }
  readonly since: number
}

function describe(exit: Exit | undefined): string {
  if (exit === undefined) return 'does not answer any more'
  return exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`
}
