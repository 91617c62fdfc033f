import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { callerLeaves, type Fault } from './faults.ts'
import { atomically } from './sqlite.ts'

/** An HTTP answer as it is stored under a key: the body is JSON text. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** Thrown by an execution that did not begin: the parameters are wrong. Nothing is stored. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(answer.body)
    this.answer = answer
  }
}

export interface Call {
  readonly key: string | undefined
  /** Of the method, the path and the parameters: the same key may only come with the same call. */
  readonly fingerprint: string
  readonly fault: Fault | null
  readonly signal: AbortSignal
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'replayed'; readonly answer: Answer }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'in_flight' }
  | { readonly kind: 'no_answer' }

export interface IdempotencyRules {
  /** The service's own wording for a status that a fault asks for. */
  failure(status: number): Answer
  /** Whether a 500 is a result like any other, and is replayed. */
  readonly keepsFailures: boolean
  now(): number
}

// Both providers promise a day; they prune later at a moment of their own, here it is at the next write.
const KEPT_MS = 24 * 60 * 60 * 1000

export const IDEMPOTENCY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS idempotency_keys_created_at ON idempotency_keys (created_at_ms);
`

const Stored = z.object({ fingerprint: z.string(), status: z.number(), body: z.string() })

/** Executes each keyed call once; its effect and its stored answer are one transaction. */
export class Idempotency {
  readonly #database: DatabaseSync
  readonly #rules: IdempotencyRules
  readonly #inFlight = new Set<string>()

  constructor(database: DatabaseSync, rules: IdempotencyRules) {
    this.#database = database
    this.#rules = rules
  }

  async run(call: Call, execute: () => Answer): Promise<Outcome> {
    const { key, fault } = call
    if (fault?.kind === 'reject') return { kind: 'no_answer' }
    if (fault?.kind === 'status' && fault.status !== 500) {
      return { kind: 'answered', answer: this.#rules.failure(fault.status) }
    }
    const earlier = this.#find(call)
    if (earlier) return earlier
    if (key !== undefined) this.#inFlight.add(key)
    try {
      return await this.#begin(call, execute)
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'answered', answer: error.answer }
      throw error
    } finally {
      if (key !== undefined) this.#inFlight.delete(key)
    }
  }

  async #begin(call: Call, execute: () => Answer): Promise<Outcome> {
    if (call.fault?.kind === 'hang') {
      await callerLeaves(call.signal)
      return { kind: 'no_answer' }
    }
    const failed = call.fault?.kind === 'status'
    const answer = atomically(this.#database, () => {
      const result = failed ? this.#rules.failure(500) : execute()
      if (!failed || this.#rules.keepsFailures) this.#store(call, result)
      return result
    })
    if (call.fault?.kind === 'commit_then_drop') return { kind: 'no_answer' }
    return { kind: 'answered', answer }
  }

  #find({ key, fingerprint }: Call): Outcome | undefined {
    if (key === undefined) return undefined
    if (this.#inFlight.has(key)) return { kind: 'in_flight' }
    const row = this.#database
      .prepare(
        'SELECT fingerprint, status, body FROM idempotency_keys WHERE key = ? AND created_at_ms > ?',
      )
      .get(key, this.#rules.now() - KEPT_MS)
    if (row === undefined) return undefined
    const { status, body, ...stored } = Stored.parse(row)
    if (stored.fingerprint !== fingerprint) return { kind: 'mismatch' }
    return { kind: 'replayed', answer: { status, body } }
  }

  #store({ key, fingerprint }: Call, { status, body }: Answer): void {
    if (key === undefined) return
    const now = this.#rules.now()
    this.#database
      .prepare('DELETE FROM idempotency_keys WHERE created_at_ms <= ?')
      .run(now - KEPT_MS)
    this.#database
      .prepare('INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?)')
      .run(key, fingerprint, status, body, now)
  }
}
