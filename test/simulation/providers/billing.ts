import { isDeepStrictEqual } from 'node:util'
import { Stripe } from 'stripe'
import { z } from 'zod'
import type { CallGate } from '../../../src/adapters/call-gate.ts'
import { stripeFailure } from '../../../src/adapters/stripe/client.ts'
import type { CustomerApi } from '../../../src/adapters/steps/billing.ts'
import type { CustomerAnswer } from '../../../src/adapters/stripe/own-customers.ts'
import type { Invocation } from '../invocation.ts'
import type { Stage } from '../stage.ts'
import { type Fate, type HttpAnswer, Line } from './line.ts'

/** As `CALL_TIMEOUT_MS` of the real client. */
const TIMEOUT_MS = 5_000
/** Stripe promises no more. */
const KEY_LIFETIME_MS = 24 * 3_600_000

const Creation = z.object({
  email: z.string(),
  metadata: z.object({ foyer_user_id: z.string() }),
})

export interface Customer {
  readonly id: string
  readonly email: string
  readonly metadata: Readonly<Record<string, string>>
}

interface Stored {
  readonly at: number
  readonly body: unknown
  readonly answer: HttpAnswer
}

/** Stripe's customers: what a key came to is stored, and forgotten after a day. */
export class SimulatedBilling {
  readonly customers = new Map<string, Customer>()
  readonly deletedByHand = new Set<string>()
  /** Addresses that it will never take. */
  readonly refused = new Set<string>()
  readonly #stage: Stage
  readonly #line: Line
  readonly #gone = new Set<string>()
  readonly #stored = new Map<string, Stored>()
  #made = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#line = new Line(stage, 'billing', TIMEOUT_MS)
  }

  api(invocation: Invocation, gate: CallGate): CustomerApi {
    const ask = this.#stage.decisions.gatedClient(gate, stripeFailure)
    const call = async (what: string, handle: (fate: Fate) => HttpAnswer): Promise<unknown> =>
      ask(async () => understood(await this.#line.call(invocation, what, handle)))
    const one = async (what: string, handle: (fate: Fate) => HttpAnswer) =>
      (await call(what, handle)) as CustomerAnswer
    return {
      create: (body, key) => one('create customer', (fate) => this.#create(body, key, fate)),
      retrieve: (id) => one(`get ${id}`, (fate) => read(fate, () => this.#retrieve(id))),
      remove: (id) => one(`delete ${id}`, (fate) => this.#remove(id, fate)),
      listByEmail: async (email) => {
        const list = () => ({ status: 200, body: this.#list(email) })
        const listed = await call('list customers', (fate) => read(fate, list))
        return listed as readonly CustomerAnswer[]
      },
      // Everybody here has an address.
      search: () => Promise.resolve([]),
      listCreated: () => Promise.resolve([]),
    }
  }

  deleteByHand(id: string): void {
    if (!this.customers.delete(id)) return
    this.deletedByHand.add(id)
    this.#gone.add(id)
  }

  #create(body: unknown, key: string, fate: Fate): HttpAnswer {
    const { now } = this.#stage.scheduler
    const stored = this.#stored.get(key)
    if (stored !== undefined && now - stored.at < KEY_LIFETIME_MS) {
      return isDeepStrictEqual(stored.body, body) ? stored.answer : KEY_REUSED
    }
    const answer = this.#perform(Creation.parse(body), fate)
    this.#stored.set(key, { at: now, body, answer })
    return answer
  }

  #perform({ email, metadata }: z.infer<typeof Creation>, fate: Fate): HttpAnswer {
    if (fate === 'breaks_before') return { status: 500 }
    if (this.refused.has(email)) return { status: 400, body: { code: 'email_invalid' } }
    this.#made += 1
    const id = `cus_${this.#made}`
    this.customers.set(id, { id, email, metadata })
    return fate === 'breaks_after' ? { status: 500 } : { status: 200, body: { id } }
  }

  #remove(id: string, fate: Fate): HttpAnswer {
    if (fate === 'breaks_before') return { status: 500 }
    if (!this.customers.delete(id) && !this.#gone.has(id)) return MISSING
    this.#gone.add(id)
    return fate === 'breaks_after' ? { status: 500 } : { status: 200, body: { id, deleted: true } }
  }

  #retrieve(id: string): HttpAnswer {
    if (this.#gone.has(id)) return { status: 200, body: { id, deleted: true } }
    const customer = this.customers.get(id)
    return customer === undefined ? MISSING : { status: 200, body: customer }
  }

  #list(email: string): readonly Customer[] {
    return [...this.customers.values()].filter((customer) => customer.email === email)
  }
}

const MISSING: HttpAnswer = { status: 404, body: { code: 'resource_missing' } }
const KEY_REUSED: HttpAnswer = { status: 400, body: { type: 'idempotency_error' } }

/** Reading changes nothing and is not stored. */
const read = (fate: Fate, perform: () => HttpAnswer): HttpAnswer =>
  fate === 'well' ? perform() : { status: 500 }

const Problem = z.object({ code: z.string().optional(), type: z.string().optional() })

/** Answers as Stripe's client does: what it returns, or throws. */
function understood(answer: HttpAnswer | null): unknown {
  if (answer === null) throw new Stripe.errors.StripeConnectionError({ type: 'api_error' })
  const { status, body, retryAfterSeconds } = answer
  if (status < 300) return body
  const { code, type } = Problem.catch({}).parse(body)
  if (type === 'idempotency_error') {
    throw new Stripe.errors.StripeIdempotencyError({ type, statusCode: status })
  }
  throw new Stripe.errors.StripeAPIError({
    type: 'api_error',
    statusCode: status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  })
}
