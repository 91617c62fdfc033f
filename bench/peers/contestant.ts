import type { LoadGenerator } from '../harness/load.ts'
import { measureBurst } from '../harness/measured-burst.ts'
import { CREATED, type Call, OK, newPeople, signUp } from '../harness/request.ts'
import type { Side } from '../harness/side.ts'
import type { Sample } from '../harness/turns.ts'
import type { PeerName } from './start-peer.ts'

export type Name = 'foyer' | PeerName

/** `fresh`: a sign-up of a person never seen. `repeat`: of one who was here a moment ago. */
export type Scenario = 'fresh' | 'repeat'

export const LABELS: Readonly<Record<Name, string>> = {
  foyer: 'Foyer',
  express: 'Express + Redis',
  betterAuth: 'better-auth + PostgreSQL',
}

/**
 * Calls of a burst, about half a second of each: whoever is quicker is asked for more. None: it has no
 * such call.
 */
const CALLS: Readonly<Record<Scenario, Readonly<Record<Name, number>>>> = {
  fresh: { foyer: 96, express: 960, betterAuth: 192 },
  repeat: { foyer: 320, express: 960, betterAuth: 0 },
}

/** Calls in which the engine compiles what it will compile; a fresh object of Foyer's is a file. */
const WARM_UP: Readonly<Record<Scenario, Readonly<Record<Name, number>>>> = {
  fresh: { foyer: 96, express: 1_600, betterAuth: 600 },
  repeat: { foyer: 480, express: 800, betterAuth: 0 },
}

/** Visited by turns, so that nobody has more sessions than a person who comes back now and then. */
const VISITORS = 200

/** A visit without an address: better-auth makes a user of each. */
const ANONYMOUS: Call = {
  method: 'POST',
  path: '/api/auth/sign-in/anonymous',
  headers: { 'content-type': 'application/json' },
  body: '{}',
}

/** better-auth knows nobody again. */
export const knowsAgain = (name: Name): boolean => CALLS.repeat[name] > 0

/** A side under load. */
export class Contestant {
  readonly #name: Name
  readonly #side: Side
  readonly #load: LoadGenerator
  readonly #visits = newPeople(VISITORS).map(signUp)

  private constructor(name: Name, side: Side, load: LoadGenerator) {
    this.#name = name
    this.#side = side
    this.#load = load
  }

  /** With people who were here, and everything compiled. */
  static async warm(name: Name, side: Side, load: LoadGenerator): Promise<Contestant> {
    const contestant = new Contestant(name, side, load)
    await contestant.#send('fresh', WARM_UP.fresh[name])
    if (knowsAgain(name)) await contestant.#send('repeat', WARM_UP.repeat[name])
    return contestant
  }

  /** As fast as the answers come. */
  burst(scenario: Scenario): Promise<Sample> {
    return this.#send(scenario, CALLS[scenario][this.#name])
  }

  #send(scenario: Scenario, amount: number): Promise<Sample> {
    const expected = this.#name === 'betterAuth' ? OK : CREATED
    return measureBurst(this.#side, this.#load, {
      calls: this.#calls(scenario, amount),
      amount,
      expected,
    })
  }

  #calls(scenario: Scenario, amount: number): readonly Call[] {
    if (this.#name === 'betterAuth') return [ANONYMOUS]
    return scenario === 'fresh' ? newPeople(amount).map(signUp) : this.#visits
  }
}
