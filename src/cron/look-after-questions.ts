import { describeError, log } from '../adapters/log.ts'
import { connect } from '../adapters/neon/database.ts'
import { reopenQuestionLetters } from '../adapters/neon/policy-letters.ts'
import { answeredWithWaiters, tidyAnswers } from '../adapters/neon/policy-tidy.ts'
import { createTellingDeps, openPolicy } from '../adapters/policy-deps.ts'
import { tellWaiters } from '../core/policy/ask-model.ts'
import { type Bindings, parseSettings } from '../env.ts'

/** Left over by consumers that died; the next tick takes those behind. */
const KEYS_PER_TICK_MAX = 20

/**
 * The net under questions: tells who was left out when a consumer died, opens the dead letters of which
 * nothing was heard, forgets what is old. Never throws.
 */
export async function lookAfterQuestions(env: Bindings): Promise<void> {
  try {
    const settings = parseSettings(env)
    const database = connect(settings)
    const now = Date.now()
    await reopenQuestionLetters(database, now)
    await tidyAnswers(database, now)
    const policy = openPolicy(settings)
    if (policy === null) return
    const deps = createTellingDeps(env, policy)
    const left = await answeredWithWaiters(database, now, KEYS_PER_TICK_MAX)
    for (const [key, answer] of await policy.store.lookUp(left, now, false)) {
      await tellWaiters(deps, key, answer)
    }
  } catch (error) {
    log('error', 'policy.not_looked_after', { error: describeError(error) })
  }
}
