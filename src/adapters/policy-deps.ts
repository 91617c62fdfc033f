import pLimit from 'p-limit'
import { catalogue } from '../catalogue.ts'
import type { BehaviourMessage } from '../contract/behaviour.ts'
import type { Advice, Unpublished } from '../contract/behaviour-rpc.ts'
import type { QuestionMessage } from '../contract/question-message.ts'
import type { AnsweringDeps } from '../core/policy/answer-questions.ts'
import type { AnswerStore } from '../core/policy/answer-store.ts'
import type { AskingDeps, TellingDeps } from '../core/policy/ask-model.ts'
import type { PolicyModel } from '../core/policy/policy-model.ts'
import { type Bindings, type Settings, parseSettings } from '../env.ts'
import { describeError, log } from './log.ts'
import { connect } from './neon/database.ts'
import { createAnswerStore } from './neon/policy-store.ts'
import { readToneCounts } from './neon/tone-counts.ts'
import { createPolicyModel } from './openai/model.ts'
import { currentTrace, inSpan } from './trace.ts'
import { within } from './within.ts'

/**
 * Postgres and the queue mostly answer within a tenth of a second. Whoever does something waits for
 * their next step behind them, and the rules have one ready.
 */
const PATIENCE_MS = 2_000
/** Quick for each of those who wait, without a burst that is all of them. */
const OBJECTS_AT_A_TIME = 25
/** Of a queue: messages in one call. Each of ours has 8 KB at most, and a call may have 256. */
const MESSAGES_PER_CALL = 30

/** The model of these settings and the answers it gave; `null`: there is none. */
export interface Policy {
  readonly model: PolicyModel
  readonly store: AnswerStore
}

export function openPolicy(settings: Settings): Policy | null {
  const model = createPolicyModel(settings, catalogue)
  if (model === null) return null
  const { name, promptVersion } = model
  const means = { model: name, promptVersion, catalogue }
  return { model, store: createAnswerStore(connect(settings), means) }
}

/** For one batch, from now on: what takes longer than its patience goes on, and nobody hears of it. */
export function createAnsweringDeps(env: Bindings): AnsweringDeps {
  const settings = parseSettings(env)
  const until = Date.now() + PATIENCE_MS
  const inTime = <T>(work: Promise<T>) => within(Math.max(until - Date.now(), 0), work)
  const store = openPolicy(settings)?.store ?? NOTHING_KNOWN
  return {
    store: {
      lookUp: (...looked) => inTime(store.lookUp(...looked)),
      ask: (...asked) => inTime(store.ask(...asked)),
      release: (...released) => inTime(store.release(...released)),
    },
    send: (messages) => inTime(sendQuestions(env, messages)),
    advise: createAdvise(env),
    readTones: () => readToneCounts(settings, Date.now()),
    now: Date.now,
    report: (trouble) => log('warn', 'policy.not_looked_up', { error: describeError(trouble) }),
  }
}

/** Of a deployment that had a model a moment ago: the rules answer what was asked by then. */
const NOTHING_KNOWN: AnsweringDeps['store'] = {
  lookUp: () => Promise.resolve(new Map()),
  ask: () => Promise.resolve(new Set()),
  release: () => Promise.resolve(),
}

/** Throws when the queue does not take them. */
export async function sendQuestions(
  { POLICY }: Bindings,
  messages: readonly QuestionMessage[],
): Promise<void> {
  for (let at = 0; at < messages.length; at += MESSAGES_PER_CALL) {
    const some = messages.slice(at, at + MESSAGES_PER_CALL)
    const of = { queue: 'foyer-policy-questions', count: some.length }
    // Whose question is the first of them; the others' go on in their messages.
    const traceparent = some[0]?.traceparent ?? ''
    await inSpan('queue.send', { ...of, traceparent }, () =>
      POLICY.sendBatch(some.map((body) => ({ body, contentType: 'json' }))),
    )
  }
}

export const createTellingDeps = (env: Bindings, { store }: Policy): TellingDeps => ({
  store,
  advise: createAdvise(env),
  wake: (subjectKeys) => wakeAll(env, subjectKeys),
  readTones: () => readToneCounts(parseSettings(env), Date.now()),
})

/** @param ask one call to the model, within its budget */
export const createAskingDeps = (
  env: Bindings,
  policy: Policy,
  ask: AskingDeps['ask'],
): AskingDeps => ({
  ...createTellingDeps(env, policy),
  keyOf: (question) => policy.model.keyOf(question),
  ask,
  now: Date.now,
  random: Math.random,
})

/** Never throws. */
function createAdvise({ SUBJECTS }: Bindings) {
  const limit = pLimit(OBJECTS_AT_A_TIME)
  return (subjectKey: string, advice: Advice): Promise<Unpublished | null> => {
    const traced = { traceparent: currentTrace(), ...advice }
    return limit(async () => {
      try {
        return await SUBJECTS.getByName(subjectKey).advise(traced)
      } catch (error) {
        log('warn', 'policy.not_advised', { subject: subjectKey, error: describeError(error) })
        return null
      }
    })
  }
}

async function wakeAll({ BEHAVIOR }: Bindings, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  try {
    await BEHAVIOR.sendBatch(keys.map((key) => ({ body: wakeOf(key), contentType: 'json' })))
  } catch (error) {
    log('warn', 'wake.not_sent', { count: keys.length, error: describeError(error) })
  }
}

const wakeOf = (key: string): BehaviourMessage => ({
  v: 1,
  type: 'unpublished',
  key,
  traceparent: currentTrace(),
})
