import type { Context } from 'hono'
import { connect } from '../adapters/neon/database.ts'
import { newestSession } from '../adapters/neon/newest-session.ts'
import type { Standing } from '../contract/subject-rpc.ts'
import { STANDINGS } from '../core/onboarding/onboard.ts'
import type { HttpEnv } from './context.ts'

/** People ask every second or two; the index follows by as much anyway. */
const KEPT_MS = 5_000
/** A few hundred bytes each. */
const KEPT_MAX = 1_000

// Plain data, shared by the requests of an isolate; the oldest goes first.
const kept = new Map<string, { readonly standing: Standing | null; readonly until: number }>()

/**
 * How an account stands as Postgres last heard, for when its object cannot answer. Throws when the
 * database cannot either.
 */
export async function indexedStanding(c: Context<HttpEnv>, key: string): Promise<Standing | null> {
  const now = Date.now()
  const known = kept.get(key)
  if (known !== undefined && now < known.until) return known.standing
  const session = await newestSession(connect(c.get('services').settings), key)
  const standing =
    session === null ? null : { state: STANDINGS[session.status], enqueuedAt: session.openedAt }
  kept.delete(key)
  kept.set(key, { standing, until: now + KEPT_MS })
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_MAX) break
    kept.delete(oldest)
  }
  return standing
}
