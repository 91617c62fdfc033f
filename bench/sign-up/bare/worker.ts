import type {
  DurableObjectNamespace,
  DurableObjectState,
  Request,
  Rpc,
} from '@cloudflare/workers-types'
import { DurableObject } from 'cloudflare:workers'
import {
  type KeySettings,
  type Keys,
  TOKEN_TTL_SECONDS,
  importKeys,
  issueToken,
  nameOf,
  readToken,
} from './token.ts'

/** As far away as the product's, so that neither rings while anything is measured. */
const ALARM_DELAY_MS = 10_000

/** As long an answer as the product's. */
const STEPS = ['identity', 'billing', 'account'].map((name) => ({ name, status: 'waiting' }))

interface Env extends KeySettings {
  readonly SUBJECTS: DurableObjectNamespace<BareObject & Rpc.DurableObjectBranded>
  /** How long the product's row is for a person's first session, and for each later one. */
  readonly FIRST_ROW_CHARS: number
  readonly LATER_ROW_CHARS: number
}

interface SignUp {
  readonly email: string
  readonly plan_id: string
}

/** A table of its own, one row a session, one alarm. */
export class BareObject extends DurableObject<Env> {
  #fresh = true

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS timeline (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL)',
    )
  }

  async open({ email, plan_id: planId }: SignUp): Promise<string> {
    const specId = crypto.randomUUID()
    const now = Date.now()
    const entry = JSON.stringify({ specId, email, planId, at: now }).padEnd(this.#rowChars())
    this.ctx.storage.sql.exec('INSERT INTO timeline (entry) VALUES (?)', entry)
    await this.ctx.storage.setAlarm(now + ALARM_DELAY_MS)
    return specId
  }

  /** What a page asks for while it waits; as the product has it in memory, so has this. */
  status(specId: string) {
    return { specId, status: 'pending', seq: 1, steps: STEPS }
  }

  async alarm(): Promise<void> {
    // Nothing is ever due here.
  }

  #rowChars(): number {
    if (!this.#fresh) return this.env.LATER_ROW_CHARS
    this.#fresh = false
    return this.env.FIRST_ROW_CHARS
  }
}

let keys: Keys | undefined

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    keys ??= await importKeys(env)
    return request.method === 'POST' ? signUp(request, env, keys) : status(request, env, keys)
  },
}

async function signUp(request: Request, env: Env, imported: Keys): Promise<Response> {
  const body = await request.json<SignUp>()
  const key = await nameOf(imported, body.email)
  const specId = await env.SUBJECTS.getByName(key).open(body)
  const token = await issueToken(imported, specId, key)
  return Response.json(
    { token, specId, expires_in: TOKEN_TTL_SECONDS, status: 'speculative' },
    { status: 201 },
  )
}

async function status(request: Request, env: Env, imported: Keys): Promise<Response> {
  const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
  const claims = await readToken(imported, token)
  if (claims === null) return new Response(null, { status: 401 })
  return Response.json(await env.SUBJECTS.getByName(claims.key).status(claims.sid))
}
