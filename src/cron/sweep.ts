import { createStores } from '../adapters/hydration-adapters.ts'
import { describeError, log } from '../adapters/log.ts'
import { type Bindings, parseSettings } from '../env.ts'
import { indexedForgotten, indexedStatus } from '../core/indexed.ts'
import type { IndexedSession, OverdueSession } from '../core/ports.ts'

/** Later than any healthy run and several of the object's own reminders; and so long until the next try. */
const OVERDUE_MS = 10 * 60_000
/** One tick's share: a hundred calls take seconds, and the next tick takes those behind them. */
const SESSIONS_PER_TICK_MAX = 100

/**
 * The last net under the alarms: asks Postgres who should have been heard of and wakes them, whatever
 * is due there: a run, the archive, an erasure. What the objects then say is written to the index, in
 * case an earlier consumer could not.
 */
export async function sweepOverdue(env: Bindings, now: number): Promise<void> {
  const { index } = createStores(parseSettings(env))
  const overdue = await index.takeOverdue(now - OVERDUE_MS, SESSIONS_PER_TICK_MAX, now)
  const bySubject = Map.groupBy(overdue, ({ subjectKey }) => subjectKey)
  const known = await Promise.all(
    [...bySubject].map(([key, sessions]) => wakeSubject(env, key, sessions)),
  )
  await index.record(known.flat(), now)
  if (overdue.length > 0) log('warn', 'sweep.woken', { count: bySubject.size })
}

async function wakeSubject(
  env: Bindings,
  subjectKey: string,
  overdue: readonly OverdueSession[],
): Promise<readonly IndexedSession[]> {
  try {
    const status = await env.SUBJECTS.getByName(subjectKey).wake()
    const known = new Set(status.sessions.map(({ specId }) => specId))
    const forgotten = overdue.filter(({ specId }) => !known.has(specId))
    return [...indexedStatus(subjectKey, status), ...forgotten.map(indexedForgotten)]
  } catch (error) {
    log('error', 'sweep.not_woken', { subject: subjectKey, error: describeError(error) })
    return []
  }
}
