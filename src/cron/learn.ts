import { countOutcomes } from '../adapters/learning.ts'
import { describeError, log } from '../adapters/log.ts'
import { connect } from '../adapters/neon/database.ts'
import { watchExperiment } from '../adapters/neon/experiment-look.ts'
import { type Bindings, experimentOf, parseSettings } from '../env.ts'

/** One tick's share: some hundred thousand decisions in a few seconds; the next tick takes the rest. */
const STATEMENTS_MAX = 20

/** Counts what became of decisions, and looks whether the experiment's groups are of their sizes. */
export async function learn(env: Bindings, now: number): Promise<void> {
  try {
    const settings = parseSettings(env)
    await countOutcomes(settings, now, STATEMENTS_MAX)
    await watchExperiment(connect(settings), experimentOf(settings), now)
  } catch (error) {
    log('error', 'experiment.not_watched', { error: describeError(error) })
  }
}
