import { z } from 'zod'
import type { StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { CallGate } from '../call-gate.ts'
import { exchange } from './exchange.ts'
import type { Auth0Settings } from './settings.ts'

/** A call that begins with a token must also arrive with it, by Auth0's clock. */
const TOKEN_MARGIN_MS = 60_000

const Granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

interface Token {
  readonly value: string
  /** Epoch milliseconds. */
  readonly usableUntil: number
}

/** By client and place, for the life of the isolate. Values only: a promise belongs to one request. */
const kept = new Map<string, Token>()

/** Tokens for the Management API, by client credentials. One instance serves one invocation. */
export class Auth0Tokens {
  readonly #settings: Auth0Settings
  readonly #gate: CallGate
  readonly #key: string
  #asking: Promise<Result<string, StepFailure>> | null = null

  constructor(settings: Auth0Settings, gate: CallGate) {
    this.#settings = settings
    this.#gate = gate
    this.#key = `${settings.clientId} ${settings.baseUrl}`
  }

  async get(): Promise<Result<string, StepFailure>> {
    const token = kept.get(this.#key)
    if (token !== undefined && Date.now() < token.usableUntil) return ok(token.value)
    // Auth0 bills each token, so everybody of this batch waits for the same one.
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  /** Auth0 refuses this one; a newer one that took its place is left alone. */
  drop(value: string): void {
    if (kept.get(this.#key)?.value === value) kept.delete(this.#key)
  }

  async #ask(): Promise<Result<string, StepFailure>> {
    const { baseUrl, domain, clientId, clientSecret } = this.#settings
    const askedAt = Date.now()
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `https://${domain}/api/v2/`,
    })
    const answer = await this.#gate(() =>
      exchange(`${baseUrl}/oauth/token`, { method: 'POST', body }, [200]),
    )
    if (!answer.ok) return fail(tokenFailure(answer.error))
    const granted = Granted.safeParse(answer.value.body)
    if (!granted.success) return fail({ kind: 'unavailable', detail: 'auth0 token unreadable' })
    const { access_token: value, expires_in: seconds } = granted.data
    kept.set(this.#key, { value, usableUntil: askedAt + seconds * 1_000 - TOKEN_MARGIN_MS })
    return ok(value)
  }
}

/**
 * Nothing was asked about the person yet, so no outcome is unknown, and what is refused are our
 * credentials, which an operator can mend.
 */
const tokenFailure = (failure: StepFailure): StepFailure => ({
  ...failure,
  kind: failure.kind === 'rate_limited' ? 'rate_limited' : 'unavailable',
  detail: `${failure.detail} (token)`,
})
