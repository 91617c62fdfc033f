import { createHydrationAdapters } from '../adapters/hydration-adapters.ts'
import { describeError, log } from '../adapters/log.ts'
import { type Bindings, parseSettings } from '../env.ts'

/** Later than any healthy run and several of the object's own reminders. */
const OVERDUE_MS = 10 * 60_000
/** One tick's share: a hundred calls take seconds, and the next tick takes the next hundred. */
const SUBJECTS_PER_TICK_MAX = 100

/**
 * The last net under the alarms: asks Postgres whose run should be over and wakes them. What the
 * object then says is written to the index, in case an earlier consumer could not.
 */
export async function sweepOverdue(env: Bindings, now: number): Promise<void> {
  const { index } = createHydrationAdapters(parseSettings(env))
  const keys = await index.overdueSubjects(now - OVERDUE_MS, SUBJECTS_PER_TICK_MAX)
  const woken = await Promise.allSettled(
    keys.map(async (subjectKey) => {
      const settled = await env.SUBJECTS.getByName(subjectKey).wake()
      return settled.map((session) => ({ ...session, subjectKey }))
    }),
  )
  for (const result of woken) {
    if (result.status === 'rejected') {
      log('error', 'sweep.not_woken', { error: describeError(result.reason) })
    }
  }
  const settled = woken.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  await index.record(settled, now)
  if (keys.length > 0) log('warn', 'sweep.woken', { count: keys.length })
}
