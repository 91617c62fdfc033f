import { createHash } from 'node:crypto'
import type { Context } from './emulator.ts'
import { callerLeaves, type Faults } from './faults.ts'
import { type Answer, type Idempotency, type Outcome, Refusal } from './idempotency.ts'

/** What one provider says about idempotency keys. */
export interface KeyRules {
  readonly maxLength: number
  readonly tooLong: Answer
  readonly reused: Answer
  readonly inUse: Answer
  /** The parameters in a form in which equal ones are the same text. */
  canonical(body: string): string
}

/** How one provider words what all of them have in common. */
export interface Wire {
  /** Whether this `Authorization` header opens the door. */
  authorizes(header: string): boolean
  readonly unauthorized: Answer
  /** `null`: the provider knows no such keys and passes over the header. */
  readonly keys: KeyRules | null
  /** An answer with this status for no reason but a fault. */
  failure(status: number): Answer
  toResponse(answer: Answer, headers?: Record<string, string>): Response
}

export interface Parts {
  readonly wire: Wire
  readonly faults: Faults
  readonly idempotency: Idempotency
}

export function authorized(c: Context, wire: Wire): boolean {
  return wire.authorizes(c.req.header('authorization') ?? '')
}

/** A read for those who may. */
export function readOwn(
  c: Context,
  parts: Parts,
  answer: () => Answer,
): Promise<Response> | Response {
  const { wire } = parts
  return authorized(c, wire) ? read(c, parts, answer) : wire.toResponse(wire.unauthorized)
}

/** A request that changes nothing. Checking who asks is left to the caller: some reads are open. */
export async function read(c: Context, { wire, faults }: Parts, answer: () => Answer) {
  const fault = faults.take('GET')
  if (fault?.kind === 'reject') return Response.error()
  if (fault?.kind === 'status') return wire.toResponse(wire.failure(fault.status))
  if (fault?.kind === 'hang') {
    await callerLeaves(c.req.raw.signal)
    return Response.error()
  }
  try {
    return wire.toResponse(answer())
  } catch (error) {
    if (error instanceof Refusal) return wire.toResponse(error.answer)
    throw error
  }
}

/** A request that changes something, executed once per idempotency key. */
export async function write(c: Context, parts: Parts, execute: (body: string) => Answer) {
  const { wire, faults, idempotency } = parts
  if (!authorized(c, wire)) return wire.toResponse(wire.unauthorized)
  const { keys } = wire
  const key = keys === null ? undefined : keyOf(c)
  if (keys !== null && key !== undefined && key.length > keys.maxLength) {
    return wire.toResponse(keys.tooLong)
  }
  const body = await c.req.text()
  const outcome = await idempotency.run(
    {
      key,
      fingerprint: fingerprint(c, keys === null ? body : keys.canonical(body)),
      fault: faults.take(c.req.method),
      signal: c.req.raw.signal,
    },
    () => execute(body),
  )
  return respond(outcome, wire)
}

/** DELETE is idempotent by itself: a key has no effect there. */
function keyOf(c: Context): string | undefined {
  return c.req.method === 'POST' ? c.req.header('idempotency-key') : undefined
}

function fingerprint(c: Context, parameters: string): string {
  return createHash('sha256').update(`${c.req.method} ${c.req.path}\n${parameters}`).digest('hex')
}

function respond(outcome: Outcome, wire: Wire): Response {
  switch (outcome.kind) {
    case 'answered':
      return wire.toResponse(outcome.answer)
    case 'replayed':
      return wire.toResponse(outcome.answer, { 'idempotent-replayed': 'true' })
    case 'mismatch':
      return wire.toResponse(rulesOf(wire).reused)
    case 'in_flight':
      return wire.toResponse(rulesOf(wire).inUse)
    case 'no_answer':
      return Response.error()
  }
}

/** Only a call with a key has such an outcome. */
function rulesOf({ keys }: Wire): KeyRules {
  if (keys === null) throw new Error('a call without a key was compared by its key')
  return keys
}
