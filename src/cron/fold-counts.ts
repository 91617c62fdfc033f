import { describeError, log } from '../adapters/log.ts'
import { connect } from '../adapters/neon/database.ts'
import { foldCounts } from '../adapters/neon/metric-counts.ts'
import { type Bindings, parseSettings } from '../env.ts'

/** Keeps `metric_counts` as small as what it says. Never throws. */
export async function foldMetricCounts(env: Bindings): Promise<void> {
  try {
    await foldCounts(connect(parseSettings(env)))
  } catch (error) {
    log('warn', 'metrics.not_folded', { error: describeError(error) })
  }
}
