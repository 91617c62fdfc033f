import { consumeBehaviour } from '../queues/behaviour.ts'
import { keepDeadLetters } from '../queues/dead-letters.ts'
import { consumeHydration } from '../queues/hydration.ts'
import { keepDeadQuestions } from '../queues/policy-dead.ts'
import { consumeQuestions } from '../queues/policy-questions.ts'
import { eachByItself } from './cron/each-by-itself.ts'
import { foldMetricCounts } from './cron/fold-counts.ts'
import { keepLedger } from './cron/keep-ledger.ts'
import { learn } from './cron/learn.ts'
import { lookAfterDeadLetters } from './cron/look-after-dead-letters.ts'
import { lookAfterQuestions } from './cron/look-after-questions.ts'
import { settleDue } from './cron/settle-due.ts'
import { sweepOverdue } from './cron/sweep.ts'
import { wakeErasures } from './cron/wake-erasures.ts'
import type { Bindings } from './env.ts'
import { app } from './http/app.ts'

export { ProviderBudgetObject } from '../durable-objects/provider-budget.ts'
export { SubjectObject } from '../durable-objects/subject.ts'

/** Queue names as in wrangler.toml. */
const CONSUMERS: Readonly<Record<string, (batch: MessageBatch, env: Bindings) => Promise<void>>> = {
  'foyer-hydration': consumeHydration,
  'foyer-hydration-dead': keepDeadLetters,
  'foyer-behavior-events': consumeBehaviour,
  'foyer-behavior-dead': keepDeadLetters,
  'foyer-policy-questions': consumeQuestions,
  'foyer-policy-dead': keepDeadQuestions,
}

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    const consume = CONSUMERS[batch.queue]
    if (consume === undefined) throw new Error(`no consumer for queue ${batch.queue}`)
    await consume(batch, env)
  },

  async scheduled(controller, env) {
    const { scheduledTime } = controller
    // In this order: an invocation has few connections, and for the first somebody is waiting.
    await eachByItself([
      () =>
        Promise.all([
          sweepOverdue(env, scheduledTime),
          wakeErasures(env, scheduledTime),
          settleDue(env),
          lookAfterDeadLetters(env),
        ]),
      () => keepLedger(env, scheduledTime),
      () => learn(env, scheduledTime),
      () => lookAfterQuestions(env),
      () => foldMetricCounts(env),
    ])
  },
} satisfies ExportedHandler<Bindings>
