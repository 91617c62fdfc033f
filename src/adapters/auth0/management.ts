import type { StepFailure } from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'
import type { CallGate } from '../call-gate.ts'
import { type Auth0Answer, exchange } from './exchange.ts'
import type { Auth0Settings } from './settings.ts'
import { Auth0Tokens } from './tokens.ts'

const UNAUTHORIZED = 401

interface Auth0Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/api/v2`. */
  readonly path: string
  readonly body?: unknown
  /** Statuses that mean something to the caller. */
  readonly understood: readonly number[]
}

/** Auth0's Management API (https://auth0.com/docs/api/management/v2), as far as a step needs it. */
export class Auth0Management {
  readonly #baseUrl: string
  readonly #tokens: Auth0Tokens
  readonly #gate: CallGate

  constructor(settings: Auth0Settings, gate: CallGate) {
    this.#baseUrl = settings.baseUrl
    this.#tokens = new Auth0Tokens(settings, gate)
    this.#gate = gate
  }

  /** Never throws for what Auth0 does. */
  async send(call: Auth0Call): Promise<Result<Auth0Answer, StepFailure>> {
    const token = await this.#tokens.get()
    if (!token.ok) return token
    const withUnauthorized = [...call.understood, UNAUTHORIZED]
    const answer = await this.#sendWith(token.value, { ...call, understood: withUnauthorized })
    if (!answer.ok || answer.value.status !== UNAUTHORIZED) return answer
    // A token can be withdrawn before its time: once more with a new one.
    this.#tokens.drop(token.value)
    const renewed = await this.#tokens.get()
    return renewed.ok ? this.#sendWith(renewed.value, call) : renewed
  }

  #sendWith(token: string, { method, path, body, understood }: Auth0Call) {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    return this.#gate(() => exchange(`${this.#baseUrl}/api/v2${path}`, init, understood))
  }
}
