import { catalogue } from '../catalogue.ts'
import { wordsInUse } from '../core/recommendation/words-in-use.ts'
import { describeError, log } from './log.ts'
import { COUNTED_AT_ONCE_MAX, countDue } from './neon/bandit-counts.ts'
import { type DatabaseSettings, connect } from './neon/database.ts'

/**
 * Counts what became of decisions whose words are in use. What it leaves, or fails to count, is
 * counted by the next one. Never throws.
 *
 * @param now epoch milliseconds
 * @param statementsMax so many at most, each of up to {@link COUNTED_AT_ONCE_MAX} or twice as many
 */
export async function countOutcomes(
  settings: DatabaseSettings,
  now: number,
  statementsMax = 1,
): Promise<void> {
  const database = connect(settings)
  const words = wordsInUse(catalogue)
  try {
    for (let statement = 0; statement < statementsMax; statement += 1) {
      if ((await countDue(database, words, now)) < COUNTED_AT_ONCE_MAX) return
    }
  } catch (error) {
    log('warn', 'bandit.not_counted', { error: describeError(error) })
  }
}
