import type { MessageBatch } from '@cloudflare/workers-types'
import { neon, neonConfig } from '@neondatabase/serverless'

interface Env {
  readonly DATABASE_URL: string
  readonly DATABASE_HTTP_URL: string
}

/** The part of a wake-up that rows can be made of. */
interface Wake {
  readonly key: string
  readonly sessions: readonly { readonly specId: string; readonly openedAt: number }[]
}

/** Of the product's size. */
const STORAGE_BYTES = 16_384

/** Opens nobody's object and asks no provider: two sorted upserts in one transaction, and done. */
export default {
  async queue(batch: MessageBatch<Wake>, env: Env): Promise<void> {
    neonConfig.fetchEndpoint = env.DATABASE_HTTP_URL
    const sql = neon(env.DATABASE_URL)
    const wakes = batch.messages.map(({ body }) => body)
    const now = new Date().toISOString()
    await sql.transaction([
      sql.query(USERS, [JSON.stringify(wakes.map((wake) => userOf(wake, now)))]),
      sql.query(SESSIONS, [JSON.stringify(wakes.flatMap((wake) => sessionsOf(wake, now)))]),
    ])
    batch.ackAll()
  },
}

const userOf = ({ key }: Wake, now: string) => ({
  user_id: crypto.randomUUID(),
  subject_key: key,
  kind: 'email',
  email: `person.${key.slice(0, 17)}@example.com`,
  plan_id: 'starter',
  fence: 1,
  created_at: now,
  profile: {},
})

const sessionsOf = ({ key, sessions }: Wake, now: string) =>
  sessions.map(({ specId, openedAt }) => ({
    spec_id: specId,
    subject_key: key,
    run: 1,
    status: 'merged',
    opened_at: new Date(openedAt).toISOString(),
    deadline_at: now,
    settled_at: now,
    due_at: now,
    run_opened_at: now,
    leased_at: now,
    hydrating_at: now,
    merged_at: now,
    storage_bytes: STORAGE_BYTES,
  }))

const USERS = `
  INSERT INTO users (user_id, subject_key, kind, email, plan_id, fence, created_at, profile)
  SELECT user_id, subject_key, kind, email, plan_id, fence, created_at, profile
  FROM jsonb_populate_recordset(NULL::users, $1::jsonb) ORDER BY subject_key
  ON CONFLICT (subject_key) DO UPDATE SET fence = excluded.fence, updated_at = now()
  WHERE users.fence <= excluded.fence`

const SESSIONS = `
  INSERT INTO onboarding_sessions (spec_id, subject_key, run, status, opened_at, deadline_at,
    settled_at, due_at, run_opened_at, leased_at, hydrating_at, merged_at, storage_bytes)
  SELECT spec_id, subject_key, run, status, opened_at, deadline_at, settled_at, due_at,
    run_opened_at, leased_at, hydrating_at, merged_at, storage_bytes
  FROM jsonb_populate_recordset(NULL::onboarding_sessions, $1::jsonb) ORDER BY spec_id
  ON CONFLICT (spec_id) DO UPDATE SET status = excluded.status, settled_at = excluded.settled_at
  WHERE onboarding_sessions.settled_at IS NULL`
