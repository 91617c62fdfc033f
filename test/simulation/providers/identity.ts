import { z } from 'zod'
import type { CallGate } from '../../../src/adapters/call-gate.ts'
import type { UserApi } from '../../../src/adapters/steps/identity.ts'
import { fail, ok } from '../../../src/contract/result.ts'
import { providerFailure } from '../../../src/core/hydration/failure.ts'
import type { Invocation } from '../invocation.ts'
import type { Stage } from '../stage.ts'
import { type Fate, type HttpAnswer, Line } from './line.ts'

/** As `CALL_TIMEOUT_MS` of the real client. */
const TIMEOUT_MS = 3_000

export interface User {
  readonly id: string
  readonly email: string
  /** Ours say whose they are; `null`: somebody else made it. */
  readonly userId: string | null
}

type Call = Parameters<UserApi['send']>[0]

const Creation = z.object({
  user_id: z.string(),
  email: z.string(),
  app_metadata: z.object({ foyer_user_id: z.string() }),
})

const NOT_FOUND: HttpAnswer = { status: 404, body: { statusCode: 404 } }

/** An Auth0 tenant with one database connection: an id and an address are there once. */
export class SimulatedIdentity {
  readonly users = new Map<string, User>()
  /** Ids that somebody deleted in the dashboard. */
  readonly deletedByHand = new Set<string>()
  readonly #line: Line

  constructor(stage: Stage) {
    this.#line = new Line(stage, 'identity', TIMEOUT_MS)
  }

  api(invocation: Invocation, gate: CallGate): UserApi {
    return { send: (call) => gate(() => this.#send(invocation, call)) }
  }

  /** Somebody else has this address here since long ago. */
  hold(email: string): void {
    const id = `auth0|stranger-of-${email}`
    this.users.set(id, { id, email, userId: null })
  }

  deleteByHand(id: string): void {
    if (this.users.delete(id)) this.deletedByHand.add(id)
  }

  /** As `src/adapters/auth0/exchange.ts` takes an answer. */
  async #send(invocation: Invocation, call: Call): ReturnType<UserApi['send']> {
    const what = `${call.method} ${call.path}`
    const answer = await this.#line.call(invocation, what, (fate) => this.#handle(call, fate))
    if (answer === null) return fail(providerFailure('auth0', null, 'TimeoutError'))
    const { status, body, retryAfterSeconds } = answer
    if (call.understood.includes(status)) return ok({ status, body })
    return fail(providerFailure('auth0', status, '', retryAfterSeconds?.toString() ?? null))
  }

  #handle(call: Call, fate: Fate): HttpAnswer {
    if (fate === 'breaks_before') return { status: 500 }
    const answer = this.#perform(call)
    return fate === 'breaks_after' ? { status: 500 } : answer
  }

  #perform({ method, path, body }: Call): HttpAnswer {
    const [, , asked = ''] = path.split('/')
    if (method === 'DELETE') {
      this.users.delete(decodeURIComponent(asked))
      return { status: 204 }
    }
    if (method === 'POST') return this.#create(Creation.parse(body))
    const user = path.startsWith('/users-by-email/')
      ? [...this.users.values()].find(({ email }) => email === decodeURIComponent(asked))
      : this.users.get(decodeURIComponent(asked))
    return user === undefined ? NOT_FOUND : { status: 200, body: { user_id: user.id } }
  }

  #create({ user_id, email, app_metadata }: z.infer<typeof Creation>): HttpAnswer {
    const id = `auth0|${user_id}`
    const isTaken = [...this.users.values()].some((user) => user.id === id || user.email === email)
    if (isTaken) return { status: 409 }
    this.users.set(id, { id, email, userId: app_metadata.foyer_user_id })
    return { status: 201, body: { user_id: id } }
  }
}
