import type { LoadGenerator } from './load.ts'
import { newPeople } from './request.ts'
import type { Side } from './side.ts'

/** Visited by turns, so that nobody has more sessions than a person who comes back now and then. */
const REPEAT_PEOPLE = 200
/** Visits in which the engine compiles what it will compile. */
const WARM_UP_VISITS = 800
/** Multiples of the connections, so that none idles while the others finish. */
const BURST_SIGN_UPS: Readonly<Record<Scenario, number>> = { fresh: 96, repeat: 240 }

/** `fresh`: a person never seen. `repeat`: one whose object is in memory. */
export type Scenario = 'fresh' | 'repeat'

/** One burst of sign-ups. */
export interface Sample {
  readonly perSecond: number
  /** Of the runtime, for one sign-up; `null` where nobody tells. */
  readonly cpuMs: number | null
  readonly latenciesMs: readonly number[]
}

/** A side under load. */
export class Contender {
  readonly #side: Side
  readonly #load: LoadGenerator
  readonly #visitors = newPeople(REPEAT_PEOPLE)
  #visits = 0

  constructor(side: Side, load: LoadGenerator) {
    this.#side = side
    this.#load = load
  }

  async warmUp(): Promise<void> {
    await this.#load.send({ url: this.#side.url.href, emails: this.#nextVisitors(WARM_UP_VISITS) })
  }

  async measure(scenario: Scenario): Promise<Sample> {
    const count = BURST_SIGN_UPS[scenario]
    const emails = scenario === 'fresh' ? newPeople(count) : this.#nextVisitors(count)
    const before = this.#side.cpuMs()
    const { durationMs, latenciesMs } = await this.#load.send({ url: this.#side.url.href, emails })
    const after = this.#side.cpuMs()
    return {
      perSecond: (count / durationMs) * 1_000,
      cpuMs: before === null || after === null ? null : (after - before) / count,
      latenciesMs,
    }
  }

  #nextVisitors(count: number): readonly string[] {
    const first = this.#visits
    this.#visits += count
    return Array.from({ length: count }, (_, index) => this.#visitor(first + index))
  }

  #visitor(visit: number): string {
    return this.#visitors[visit % REPEAT_PEOPLE] ?? ''
  }
}
