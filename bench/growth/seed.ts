import type { Client } from 'pg'

/** Rows of a statement; the triggers gather what each counts. */
const CHUNK_ROWS = 10_000
/** As many as the cron looks at in an hour, so that their dates are as it would have left them. */
const CHECKED_PER_HOUR = 600

/**
 * Fills an empty database with accounts and sessions of the last month, one of each for a person: two
 * of a hundred runs failed, of the others six of ten were proven and four archived. All triggers are
 * on, so the metrics count them.
 */
export async function seed(client: Client, people: number): Promise<void> {
  for (let from = 1; from <= people; from += CHUNK_ROWS) {
    const range = [from, Math.min(people, from + CHUNK_ROWS - 1)]
    await client.query(USERS, [...range, people / CHECKED_PER_HOUR])
    await client.query(SESSIONS, range)
  }
  await client.query(LETTERS)
  await client.query('VACUUM ANALYZE')
}

const KEY = `translate(rtrim(encode(sha256(('seed ' || i)::bytea), 'base64'), '='), '+/', '-_')`
const ID = (what: string): string => `md5('${what} ' || i)::uuid`

const USERS = `
  INSERT INTO users (user_id, subject_key, kind, email, plan_id, auth0_user_id, stripe_customer_id,
    fence, created_at, updated_at, ledger_checked_at)
  SELECT ${ID('user')}, ${KEY}, 'email', 'seed.' || i || '@example.com', 'starter',
    'auth0|' || ${ID('user')}, 'cus_seed' || i, 1, at, at,
    now() - (i * 7919 % 10000) / 10000.0 * $3 * interval '1 hour'
  FROM generate_series($1::int, $2::int) AS i
  CROSS JOIN LATERAL (SELECT now() - (i * 6271 % 10000) / 10000.0 * interval '30 days' AS at) AS t`

const SESSIONS = `
  INSERT INTO onboarding_sessions (spec_id, subject_key, run, status, opened_at, deadline_at,
    settled_at, run_opened_at, leased_at, hydrating_at, merged_at, proven_at, archived_at, dropped_at,
    due_at, storage_bytes, failure_step, failure_kind, failure_detail)
  SELECT ${ID('session')}, ${KEY}, 1, CASE WHEN is_failed THEN 'failed' ELSE 'merged' END, at,
    at + interval '1 day', at + interval '2 seconds', at, at + interval '1 second',
    at + interval '1 second', CASE WHEN NOT is_failed THEN at + interval '2 seconds' END,
    CASE WHEN is_proven THEN at + interval '1 minute' END,
    CASE WHEN is_archived THEN at + interval '1 day' END, CASE WHEN is_archived THEN 'merged' END,
    CASE WHEN NOT is_proven THEN at + interval '31 days' END, 16384,
    CASE WHEN is_failed THEN 'billing' END, CASE WHEN is_failed THEN 'rejected' END,
    CASE WHEN is_failed THEN 'billing 400' END
  FROM generate_series($1::int, $2::int) AS i
  CROSS JOIN LATERAL (
    SELECT now() - (i * 6271 % 10000) / 10000.0 * interval '30 days' AS at, i % 50 = 0 AS is_failed,
      i % 50 > 0 AND i % 10 < 6 AS is_proven
  ) AS t
  CROSS JOIN LATERAL (SELECT NOT is_proven AND at < now() - interval '1 day' AS is_archived) AS a`

/** Somebody looks after failed runs within a day. */
const LETTERS = `
  INSERT INTO dead_letters (id, source, fingerprint, subject_key, spec_id, run, step, kind, detail,
    failed_at, state, settled_at)
  SELECT 'run:' || spec_id, 'run', left(md5((place % 20)::text), 16), subject_key, spec_id, run,
    failure_step, failure_kind, failure_detail, settled_at,
    CASE WHEN is_open THEN 'open' ELSE 'resolved' END,
    CASE WHEN NOT is_open THEN settled_at + interval '1 hour' END
  FROM (
    SELECT *, row_number() OVER (ORDER BY opened_at) AS place,
      settled_at > now() - interval '1 day' AS is_open
    FROM onboarding_sessions WHERE status = 'failed'
  ) AS failed`
