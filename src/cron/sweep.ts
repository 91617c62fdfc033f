import { createStores } from '../adapters/hydration-adapters.ts'
import { describeError, log } from '../adapters/log.ts'
import { type Bindings, parseSettings } from '../env.ts'
import type { IndexedSession } from '../core/ports.ts'

/** Later than any healthy run and several of the object's own reminders. */
const OVERDUE_MS = 10 * 60_000
/** One tick's share: a hundred calls take seconds, and the next tick takes those behind them. */
const SESSIONS_PER_TICK_MAX = 100

/**
 * The last net under the alarms: asks Postgres who should be done and wakes them. What the objects
 * then say is written to the index, in case an earlier consumer could not.
 */
export async function sweepOverdue(env: Bindings, now: number): Promise<void> {
  const { index } = createStores(parseSettings(env))
  const overdue = await index.takeOverdue(now - OVERDUE_MS, SESSIONS_PER_TICK_MAX, now)
  const bySubject = Map.groupBy(overdue, ({ subjectKey }) => subjectKey)
  const settled = await Promise.all(
    [...bySubject].map(([key, sessions]) => wakeSubject(env, key, sessions)),
  )
  await index.record(settled.flat(), now)
  if (overdue.length > 0) log('warn', 'sweep.woken', { count: bySubject.size })
}

/** @returns the sessions that are over, as far as the subject's object knows of them */
async function wakeSubject(
  env: Bindings,
  subjectKey: string,
  overdue: readonly IndexedSession[],
): Promise<readonly IndexedSession[]> {
  try {
    const known = await env.SUBJECTS.getByName(subjectKey).wake()
    return overdue.flatMap((session) => {
      const view = known.find(({ specId }) => specId === session.specId)
      // Evicted so long ago that its object has forgotten it.
      if (view === undefined) return [{ ...session, status: 'failed' as const }]
      return [{ ...session, status: view.status }]
    })
  } catch (error) {
    log('error', 'sweep.not_woken', { subject: subjectKey, error: describeError(error) })
    return []
  }
}
