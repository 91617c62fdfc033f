import { QuestionMessage } from '../src/contract/question-message.ts'
import { type Fate, askModel } from '../src/core/policy/ask-model.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { inSpan } from '../src/adapters/trace.ts'
import { databaseFailure, isDatabaseError } from '../src/adapters/neon/database.ts'
import { type Policy, createAskingDeps, openPolicy } from '../src/adapters/policy-deps.ts'
import { openModelGate } from '../src/adapters/provider-gates.ts'
import { type Bindings, parseSettings } from '../src/env.ts'

/** A database that was asleep is back by then, and so is a queue that moved. */
const RETRY_DELAY_SECONDS = 10
/** No call is begun later: with a wait for a permit and the longest call it ends within the hold of its question. */
const WORK_MS = 5_000
/** A model that answered badly may answer well in a moment; its budget need not see a burst. */
const AGAIN_DELAY_SECONDS = 5

/**
 * Consumer of `foyer-policy-questions`: asks a model what somebody's next step should be, and tells who
 * waits. A question that has to wait is sent anew with its delay, since each redelivery uses up one of
 * the few tries; those are for answers that cannot be used, and for consumers that died. Never throws.
 */
export async function consumeQuestions(batch: MessageBatch, env: Bindings): Promise<void> {
  const policy = policyOrNone(env)
  if (policy === 'unknown') return batch.retryAll({ delaySeconds: RETRY_DELAY_SECONDS })
  // There was one when it was asked: the rules have spoken, and nobody asks any more.
  if (policy === null) return batch.ackAll()
  let calls = 0
  const { model } = policy
  const gate = openModelGate(env, Date.now() + WORK_MS, model.prices)
  const deps = createAskingDeps(env, policy, (question) =>
    gate.run(model.estimate(question), () => {
      calls += 1
      return model.ask(question)
    }),
  )
  await Promise.all(
    batch.messages.map(async (message) => {
      const body = QuestionMessage.safeParse(message.body)
      if (!body.success) {
        log('error', 'policy.unreadable', { queue: batch.queue, messageId: message.id })
        return message.retry({ delaySeconds: RETRY_DELAY_SECONDS })
      }
      const { traceparent } = body.data
      const of = { traceparent, messageId: message.id, provider: 'openai' }
      await inSpan('policy.ask', of, async ({ tell }) => {
        const fate = await askModel(deps, body.data).catch(fateOfThrow)
        tell({ outcome: fate.kind })
        await settle(env, message, body.data, fate)
      })
    }),
  )
  await count(policy, calls)
}

/** What throws here is a setting that cannot be read: everybody waits until it is mended. */
function policyOrNone(env: Bindings): Policy | null | 'unknown' {
  try {
    return openPolicy(parseSettings(env))
  } catch (error) {
    log('error', 'policy.interrupted', { error: describeError(error) })
    return 'unknown'
  }
}

/** An outage of Postgres is waited for; what it refuses, it refuses again. */
function fateOfThrow(error: unknown): Fate {
  log('error', 'policy.not_kept', { error: describeError(error) })
  const why = 'postgres did not keep it'
  return isDatabaseError(error) && databaseFailure(error).kind === 'unavailable'
    ? { kind: 'later', delayMs: RETRY_DELAY_SECONDS * 1_000, why }
    : { kind: 'again', why }
}

async function settle(
  { POLICY }: Bindings,
  message: Message,
  body: QuestionMessage,
  fate: Fate,
): Promise<void> {
  if (fate.kind === 'done') return message.ack()
  log('warn', 'policy.not_answered', {
    kind: fate.kind,
    detail: fate.why,
  })
  if (fate.kind === 'again') return message.retry({ delaySeconds: AGAIN_DELAY_SECONDS })
  const delaySeconds = Math.ceil(fate.delayMs / 1_000)
  try {
    await POLICY.send(body, { contentType: 'json', delaySeconds })
    message.ack()
  } catch (error) {
    log('warn', 'policy.not_sent', { error: describeError(error) })
    message.retry({ delaySeconds })
  }
}

/** For a figure: what cannot be counted is no loss. */
async function count({ store }: Policy, calls: number): Promise<void> {
  if (calls === 0) return
  try {
    await store.countCalls(calls, Date.now())
  } catch (error) {
    log('warn', 'policy.not_counted', { count: calls, error: describeError(error) })
  }
}
