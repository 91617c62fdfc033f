import pLimit from 'p-limit'
import { BehaviourMessage } from '../src/contract/behaviour.ts'
import type { ToneCounts, Unpublished } from '../src/contract/behaviour-rpc.ts'
import type { StepFailure } from '../src/contract/hydration.ts'
import {
  type Delivery,
  type Errand,
  errandsOf,
  keepOrFindOut,
  ownedEvents,
  publishedOf,
  together,
} from '../src/core/behaviour/errands.ts'
import { answerQuestions } from '../src/core/policy/answer-questions.ts'
import { countOutcomes } from '../src/adapters/learning.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { createBehaviourStore } from '../src/adapters/neon/behaviour-store.ts'
import { connect } from '../src/adapters/neon/database.ts'
import { readToneCounts } from '../src/adapters/neon/tone-counts.ts'
import { createAnsweringDeps } from '../src/adapters/policy-deps.ts'
import { type Bindings, experimentOf, parseSettings } from '../src/env.ts'
import { retryDelaySeconds } from './retry-delay.ts'

const QUEUE = 'foyer-behavior-events'
/** An object that moves is back by then; Postgres may lag, since its person is served already. */
const RETRY_BASE_SECONDS = 10
/**
 * A wake-up carries nothing, and the object's alarm says it again every few minutes: while something is
 * down for days all of those would come again side by side.
 */
const WAKE_UP_TRIES_MAX = 3
/** A batch is up to a hundred people: quick for each of them, without a burst that is all of them. */
const OBJECTS_AT_A_TIME = 25

/** What an object answered. */
interface Answer {
  readonly errand: Errand<Message>
  /** False: nobody knows this person any more, and what they did is dropped. */
  readonly known: boolean
  readonly unpublished: Unpublished
}

/**
 * Consumer of `foyer-behavior-events`. First the objects, which serve their people; then Postgres. A
 * message is done when all that came of it is kept: until then it comes again, and since objects
 * and tables take the same thing twice as once, that is harmless. Wake-ups are left to alarms after some tries.
 */
export async function consumeBehaviour(batch: MessageBatch, env: Bindings): Promise<void> {
  const deliveries = read(batch)
  const left = await workOffOrNone(env, deliveries)
  for (const { message, body } of deliveries) {
    const isSaidAnyway = body.type === 'unpublished' && message.attempts >= WAKE_UP_TRIES_MAX
    if (left.has(message) && !isSaidAnyway) again(message)
    else message.ack()
  }
}

const again = (message: Message): void =>
  message.retry({ delaySeconds: retryDelaySeconds(message.attempts, RETRY_BASE_SECONDS) })

/** What cannot be read may be of a later release: it has time until that is back. */
function read(batch: MessageBatch): readonly Delivery<Message>[] {
  return batch.messages.flatMap((message) => {
    const body = BehaviourMessage.safeParse(message.body)
    if (body.success) return [{ message, body: body.data }]
    log('error', 'behaviour.unreadable', { queue: batch.queue, messageId: message.id })
    again(message)
    return []
  })
}

/** What throws here is a setting that cannot be read: everybody waits until it is mended. */
async function workOffOrNone(
  env: Bindings,
  deliveries: readonly Delivery<Message>[],
): Promise<ReadonlySet<Message>> {
  try {
    return await workOff(env, deliveries)
  } catch (error) {
    log('error', 'behaviour.interrupted', { queue: QUEUE, error: describeError(error) })
    return messagesOf(deliveries)
  }
}

/** @returns the messages that are to come again */
async function workOff(
  env: Bindings,
  deliveries: readonly Delivery<Message>[],
): Promise<ReadonlySet<Message>> {
  const settings = parseSettings(env)
  const store = createBehaviourStore(connect(settings))
  const experiment = { ...experimentOf(settings), seenAt: Date.now() }
  const limit = pLimit(OBJECTS_AT_A_TIME)
  const errands = errandsOf(deliveries)
  const tones = await readToneCounts(settings, Date.now())
  const asked = await Promise.all(errands.map((errand) => limit(() => ask(env, errand, tones))))
  const answers = asked.filter((answer) => answer !== null)
  const { advised, unheard } = await advise(env, answers)

  const told = answers
    .filter(({ errand, known }) => known && errand.observe !== null)
    .flatMap(({ errand }) => errand.deliveries)
  const events = await keepOrFindOut(told, (some) =>
    store.keepEvents(some.flatMap(({ body }) => ownedEvents(body))),
  )
  const unpublished = await keepOrFindOut(
    advised.filter((answer) => publishedOf(answer.unpublished).length > 0),
    (some) => store.keepUntold(together(some.map((answer) => answer.unpublished)), experiment),
  )
  logUnkept('behaviour.events_not_kept', events)
  logUnkept('behaviour.not_published', unpublished)
  const published = advised.filter((answer) => !unpublished.has(answer))
  await Promise.all(published.map((answer) => limit(() => tell(env, answer))))
  if (published.some(hasAnswer)) await countOutcomes(settings, Date.now())
  return messagesOf([
    ...errands.filter((_errand, at) => asked[at] === null).flatMap((errand) => errand.deliveries),
    ...events.keys(),
    ...[...unpublished.keys(), ...unheard].flatMap(({ errand }) => errand.deliveries),
  ])
}

/** Whether there is something to be learned; what nobody answers is counted by the clock. */
const hasAnswer = ({ unpublished: { decisions } }: Answer): boolean =>
  decisions.some(({ clickedAt, supersededAt }) => (clickedAt ?? supersededAt) !== null)

const messagesOf = (deliveries: readonly Delivery<Message>[]): ReadonlySet<Message> =>
  new Set(deliveries.map(({ message }) => message))

/** Of the newest report: one look at an object is the work of them all. */
const traceOf = ({ deliveries }: Errand<Message>): string =>
  deliveries.at(-1)?.body.traceparent ?? ''

/** Never throws. @returns `null`: the object did not answer */
async function ask(
  env: Bindings,
  errand: Errand<Message>,
  tones: ToneCounts,
): Promise<Answer | null> {
  try {
    const subject = env.SUBJECTS.getByName(errand.key)
    const { known, unpublished } =
      errand.observe === null
        ? { known: true, unpublished: await subject.unpublished() }
        : await subject.observe({ ...errand.observe, tones, traceparent: traceOf(errand) })
    return { errand, known, unpublished }
  } catch (error) {
    const traceparent = traceOf(errand)
    const trouble = { subject: errand.key, traceparent, error: describeError(error) }
    log('error', 'behaviour.unanswered', trouble)
    return null
  }
}

/**
 * Before anything is kept: somebody is looking at a page. What an object has to publish after it was
 * advised takes the place of what it had before. Whose object did not hear it may see nothing until
 * then: they do not wait for its alarm.
 */
async function advise(
  env: Bindings,
  answers: readonly Answer[],
): Promise<{ readonly advised: readonly Answer[]; readonly unheard: readonly Answer[] }> {
  const questions = answers.flatMap((answer) =>
    answer.unpublished.questions.map((question) => ({
      ...question,
      answer,
      subjectKey: answer.errand.key,
      traceparent: traceOf(answer.errand),
    })),
  )
  if (questions.length === 0) return { advised: answers, unheard: [] }
  const advised = await answerQuestions(createAnsweringDeps(env), questions)
  const heard = new Set(advised.map(({ question }) => question))
  const outdated = new Set(
    advised.flatMap(({ question: { answer } }) => (answer.errand.observe === null ? [] : [answer])),
  )
  return {
    advised: [
      ...answers.filter((answer) => !outdated.has(answer)),
      ...advised.map(({ question, left }) => ({ ...question.answer, unpublished: left })),
    ],
    unheard: questions.flatMap((question) => (heard.has(question) ? [] : [question.answer])),
  }
}

/** If that fails, the object tells the same again, and later knows. */
async function tell(env: Bindings, { errand, unpublished }: Answer): Promise<void> {
  const published = publishedOf(unpublished)
  if (published.length === 0) return
  try {
    await env.SUBJECTS.getByName(errand.key).published(published)
  } catch (error) {
    log('warn', 'behaviour.not_told', { subject: errand.key, error: describeError(error) })
  }
}

/** What waiting does not mend is for people to look at, one by one; an outage is one line. */
function logUnkept(event: string, unkept: ReadonlyMap<unknown, StepFailure>): void {
  for (const [detail, all] of Map.groupBy(unkept.values(), (failure) => failure.detail)) {
    const level = all.some(({ kind }) => kind !== 'unavailable') ? 'error' : 'warn'
    log(level, event, { queue: QUEUE, count: all.length, detail })
  }
}
