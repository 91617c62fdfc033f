import { describeError, log } from '../adapters/log.ts'
import { connect } from '../adapters/neon/database.ts'
import { takeStalledErasures } from '../adapters/neon/erasures.ts'
import { type Bindings, parseSettings } from '../env.ts'

/** Later than several of the object's own reminders. */
const STALLED_MS = 10 * 60_000
/** As many as the sweep of sessions takes. */
const ERASURES_PER_TICK_MAX = 100

/**
 * The net under the alarms of people who are being erased: the index of sessions, by which others are
 * found, does not know them any more.
 */
export async function wakeErasures(env: Bindings, now: number): Promise<void> {
  const database = connect(parseSettings(env))
  const keys = await takeStalledErasures(database, now - STALLED_MS, ERASURES_PER_TICK_MAX)
  await Promise.all(keys.map((key) => wake(env, key)))
  if (keys.length > 0) log('warn', 'erasures.woken', { count: keys.length })
}

async function wake(env: Bindings, subject: string): Promise<void> {
  try {
    await env.SUBJECTS.getByName(subject).wake()
  } catch (error) {
    log('error', 'sweep.not_woken', { subject, error: describeError(error) })
  }
}
