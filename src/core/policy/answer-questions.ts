import type {
  Advice,
  AskedQuestion,
  ToneCounts,
  Unpublished,
} from '../../contract/behaviour-rpc.ts'
import type { PolicyAnswer } from '../../contract/policy.ts'
import type { QuestionMessage } from '../../contract/question-message.ts'
import type { AnswerStore } from './answer-store.ts'

/** What somebody's object wants to know, and whose that is. */
export interface OpenQuestion extends AskedQuestion {
  readonly subjectKey: string
  /** Of the report that led to it; may be empty. */
  readonly traceparent: string
}

export interface AnsweringDeps {
  readonly store: Pick<AnswerStore, 'lookUp' | 'ask' | 'release'>
  /** Throws when the queue does not take them. */
  readonly send: (messages: readonly QuestionMessage[]) => Promise<void>
  /** `null`: the object did not answer; whoever asked for it, or its alarm, asks again. Never throws. */
  readonly advise: (subjectKey: string, advice: Advice) => Promise<Unpublished | null>
  /** Never throws. */
  readonly readTones: () => Promise<ToneCounts>
  readonly now: () => number
  /** For operators: people are served by the rules. */
  readonly report: (trouble: unknown) => void
}

/** What an object has to publish after it was advised. */
export interface Advised<Q> {
  readonly question: Q
  readonly left: Unpublished
}

/**
 * Tells each object at once what is known, or that nothing is, so that the rules speak. What nobody
 * knows a model is asked, once for all who want to know; they are told when it has answered. Never
 * throws, and takes no longer than the store is given.
 *
 * @returns of those whose object answered
 */
export async function answerQuestions<Q extends OpenQuestion>(
  deps: AnsweringDeps,
  questions: readonly Q[],
): Promise<readonly Advised<Q>[]> {
  if (questions.length === 0) return []
  const [known, tones] = await Promise.all([findAnswers(deps, questions), deps.readTones()])
  const advised = await Promise.all(
    questions.map(async (question) => {
      const { subjectKey, person, key, traceparent } = question
      const answer = known.get(key)
      const answered = answer === undefined ? null : { answer, source: 'cache' as const }
      const left = await deps.advise(subjectKey, { person, key, answered, tones, traceparent })
      return left === null ? [] : [{ question, left }]
    }),
  )
  return advised.flat()
}

async function findAnswers(
  deps: AnsweringDeps,
  questions: readonly OpenQuestion[],
): Promise<ReadonlyMap<string, PolicyAnswer>> {
  const { store, now, report } = deps
  let known: ReadonlyMap<string, PolicyAnswer> = new Map()
  try {
    known = await store.lookUp(questions, now(), true)
    const missed = questions.filter(({ key }) => !known.has(key))
    if (missed.length === 0) return known
    const won = await store.ask(missed, now())
    await sendOrRelease(deps, messagesFor(missed, won))
    const others = missed.filter(({ key }) => !won.has(key))
    if (others.length === 0) return known
    // Whoever has the right to ask may have been answered before we were among those who wait.
    return new Map([...known, ...(await store.lookUp(others, now(), false))])
  } catch (error) {
    report(error)
    return known
  }
}

async function sendOrRelease(
  { store, send, now, report }: AnsweringDeps,
  messages: readonly QuestionMessage[],
): Promise<void> {
  if (messages.length === 0) return
  try {
    await send(messages)
  } catch (error) {
    report(error)
    const keys = messages.map(({ key }) => key)
    await store.release(keys, now())
  }
}

const messagesFor = (
  questions: readonly OpenQuestion[],
  won: ReadonlySet<string>,
): readonly QuestionMessage[] =>
  [...Map.groupBy(questions, ({ key }) => key)].flatMap(([key, [first]]) =>
    first !== undefined && won.has(key)
      ? [{ v: 1, key, question: first.question, traceparent: first.traceparent }]
      : [],
  )
