import { describeError, log } from '../adapters/log.ts'
import { connect } from '../adapters/neon/database.ts'
import { createErasureRecords, takeStalledErasures } from '../adapters/neon/erasures.ts'
import { createPepper } from '../core/pepper.ts'
import type { ErasureRecords, StalledErasure } from '../core/ports.ts'
import { type Bindings, parseSettings } from '../env.ts'
import { lookAfterErasure } from '../core/look-after-erasure.ts'

/** Later than several of the object's own reminders. */
const STALLED_MS = 10 * 60_000
/** As many as the sweep of sessions takes. */
const ERASURES_PER_TICK_MAX = 100

/**
 * The net under the alarms of people who are being erased: the index of sessions, by which others are
 * found, does not know them any more.
 */
export async function wakeErasures(env: Bindings, now: number): Promise<void> {
  const settings = parseSettings(env)
  const database = connect(settings)
  const records = createErasureRecords(database, createPepper(settings.SUBJECT_PEPPER))
  const stalled = await takeStalledErasures(database, now - STALLED_MS, ERASURES_PER_TICK_MAX)
  await Promise.all(stalled.map((one) => lookAfter(env, one, records, now)))
  if (stalled.length > 0) log('warn', 'erasures.woken', { count: stalled.length })
}

async function lookAfter(
  env: Bindings,
  stalled: StalledErasure,
  records: ErasureRecords,
  now: number,
): Promise<void> {
  const { subjectKey: subject } = stalled
  try {
    await lookAfterErasure(stalled, env.SUBJECTS.getByName(subject), records, now)
  } catch (error) {
    log('error', 'sweep.not_woken', { subject, error: describeError(error) })
  }
}
