import { z } from 'zod'
import type { LoadGenerator } from '../harness/load.ts'
import { measureBurst } from '../harness/measured-burst.ts'
import { CREATED, type Call, OK, answerTo, newPeople, signUp } from '../harness/request.ts'
import type { Side } from '../harness/side.ts'
import type { Sample } from '../harness/turns.ts'

/** Visited by turns, so that nobody has more sessions than a person who comes back now and then. */
const REPEAT_PEOPLE = 200
/** Calls of each kind in which the engine compiles what it will compile. */
const WARM_UP_CALLS = 2_000
/** A page that holds a session asks for it again and again. */
const STATUS_PATH = '/api/onboarding/session'

/**
 * `fresh`: a sign-up of a person never seen. `repeat`: of one whose object is in memory. `status`: the
 * state of a session.
 */
export type Scenario = 'fresh' | 'repeat' | 'status'

const EXPECTED: Readonly<Record<Scenario, number>> = { fresh: CREATED, repeat: CREATED, status: OK }

const SignedUp = z.object({ token: z.string() })

/** A side under load. */
export class Contender {
  readonly #side: Side
  readonly #load: LoadGenerator
  readonly #visits: readonly Call[]
  readonly #questions: readonly Call[]
  #turn = 0

  private constructor(
    side: Side,
    load: LoadGenerator,
    visitors: readonly string[],
    tokens: readonly string[],
  ) {
    this.#side = side
    this.#load = load
    this.#visits = visitors.map(signUp)
    this.#questions = tokens.map((token) => ({
      method: 'GET',
      path: STATUS_PATH,
      headers: { authorization: `Bearer ${token}` },
    }))
  }

  /** With people who were here, and everything compiled. */
  static async warm(side: Side, load: LoadGenerator): Promise<Contender> {
    const visitors = newPeople(REPEAT_PEOPLE)
    const answers = visitors.map((visitor) => answerTo(side.url, signUp(visitor), CREATED))
    const tokens = (await Promise.all(answers)).map((answer) => SignedUp.parse(answer).token)
    const contender = new Contender(side, load, visitors, tokens)
    for (const scenario of ['repeat', 'status'] as const) {
      await contender.burst(scenario, WARM_UP_CALLS)
    }
    return contender
  }

  /** So many calls, as fast as the answers come. */
  burst(scenario: Scenario, amount: number): Promise<Sample> {
    return measureBurst(this.#side, this.#load, { ...this.#calls(scenario, amount), amount })
  }

  /** @returns how long each took from the moment when it was due, in milliseconds */
  async arrivals(
    scenario: Scenario,
    perSecond: number,
    seconds: number,
  ): Promise<readonly number[]> {
    const calls = this.#calls(scenario, Math.round(perSecond * seconds))
    const origin = this.#side.url.href
    const sent = await this.#load.send({ kind: 'arrivals', origin, ...calls, perSecond })
    return sent.latenciesMs
  }

  #calls(scenario: Scenario, amount: number) {
    return {
      calls: scenario === 'fresh' ? newPeople(amount).map(signUp) : this.#next(scenario, amount),
      expected: EXPECTED[scenario],
    }
  }

  #next(scenario: 'repeat' | 'status', amount: number): readonly Call[] {
    const calls = scenario === 'repeat' ? this.#visits : this.#questions
    return Array.from({ length: amount }, () => {
      this.#turn += 1
      const call = calls[this.#turn % calls.length]
      if (call === undefined) throw new Error('nobody was here')
      return call
    })
  }
}
