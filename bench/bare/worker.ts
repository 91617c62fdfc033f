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
} from './token.ts'

/** As far away as the product's, so that neither rings while anything is measured. */
const ALARM_DELAY_MS = 10_000

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
    const signUp = await request.json<SignUp>()
    keys ??= await importKeys(env)
    const key = await nameOf(keys, signUp.email)
    const specId = await env.SUBJECTS.getByName(key).open(signUp)
    const token = await issueToken(keys, specId, key)
    return Response.json(
      { token, specId, expires_in: TOKEN_TTL_SECONDS, status: 'speculative' },
      { status: 201 },
    )
  },
}
