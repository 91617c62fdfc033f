import { QuestionMessage } from '../src/contract/question-message.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { connect } from '../src/adapters/neon/database.ts'
import { keepQuestionLetters } from '../src/adapters/neon/policy-letters.ts'
import { type Bindings, parseSettings } from '../src/env.ts'
import { retryDelaySeconds } from './retry-delay.ts'

/** A short outage is over by then. */
const RETRY_BASE_SECONDS = 60

/**
 * Consumer of `foyer-policy-dead`: keeps questions that no model answered, for somebody to look at and
 * to have decided again. Whoever stood so was served by the rules.
 */
export async function keepDeadQuestions(batch: MessageBatch, env: Bindings): Promise<void> {
  try {
    const letters = batch.messages.map(({ id, timestamp, body }) => ({
      id,
      body: QuestionMessage.safeParse(body).data ?? null,
      failedAt: timestamp.getTime(),
    }))
    await keepQuestionLetters(connect(parseSettings(env)), letters, Date.now())
    batch.ackAll()
    log('error', 'dead_letters.kept', { queue: batch.queue, count: batch.messages.length })
  } catch (error) {
    for (const message of batch.messages) {
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts, RETRY_BASE_SECONDS) })
    }
    log('error', 'dead_letters.not_kept', { queue: batch.queue, error: describeError(error) })
  }
}
