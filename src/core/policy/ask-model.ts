import type { Advice, ToneCounts, Unpublished } from '../../contract/behaviour-rpc.ts'
import type { PolicyAnswer, PolicyQuestion } from '../../contract/policy.ts'
import type { QuestionMessage } from '../../contract/question-message.ts'
import type { Result } from '../../contract/result.ts'
import { FAILED_FOR_MS, HOLD_MS, WAIT_FOR_TURN_MS } from './answer-limits.ts'
import type { AnswerStore, Waiter } from './answer-store.ts'
import type { Asked, ModelFailure } from './policy-model.ts'

/** Who says nothing else is left alone for this long. */
const WAIT_MS = 30_000
/** Longer than this nobody waits who need not: the provider may be back sooner than it said. */
const WAIT_MAX_MS = 300_000
/** A queue counts in seconds. */
const WAIT_MIN_MS = 1_000
/** One page of people, and one statement that forgets them. */
const WAITERS_PER_PAGE = 100

/** No call was made, since the budget does not allow one. */
export type NotAsked =
  /** The day's money does not reach; another day begins then, epoch milliseconds. */
  | { readonly kind: 'over_budget'; readonly detail: string; readonly nextDayAt: number }
  /** Not yet. */
  | {
      readonly kind: 'rate_limited' | 'unavailable'
      readonly detail: string
      readonly retryAfterMs?: number
    }

export interface TellingDeps {
  readonly store: AnswerStore
  /** `null`: the object did not answer. Never throws. */
  readonly advise: (subjectKey: string, advice: Advice) => Promise<Unpublished | null>
  /** These have something to publish. Never throws; if it is lost their alarms say it. */
  readonly wake: (subjectKeys: readonly string[]) => Promise<void>
  /** Never throws. */
  readonly readTones: () => Promise<ToneCounts>
}

export interface AskingDeps extends TellingDeps {
  /** Under which key today's prompt and model would answer it. */
  readonly keyOf: (question: PolicyQuestion) => string | null
  /** Within the budget. Never throws. */
  readonly ask: (question: PolicyQuestion) => Promise<Result<Asked, ModelFailure | NotAsked>>
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * What becomes of a message.
 *
 * | kind | meaning |
 * |---|---|
 * | `done` | nothing more |
 * | `later` | its turn comes then; no try of its few is used up |
 * | `again` | another try, and after the last one a dead letter |
 */
export type Fate =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly delayMs: number; readonly why: string }
  | { readonly kind: 'again'; readonly why: string }

const DONE: Fate = { kind: 'done' }

/**
 * Asks a model one question, unless somebody has, and tells those who wait. May be called several times
 * for the same question, also at once. Throws when the store does.
 */
export async function askModel(
  deps: AskingDeps,
  { key, question }: QuestionMessage,
): Promise<Fate> {
  const { store, now } = deps
  if (deps.keyOf(question) !== key) {
    // Its answer would be kept as that of another prompt; whoever stands so asks under today's key.
    await store.fail(key, 'asked by another release', now())
    return DONE
  }
  const taken = await store.take({ key, question }, now())
  if (taken.kind === 'held') return later(deps, HOLD_MS, 'somebody else is asking')
  if (taken.kind === 'answered') {
    await tellWaiters(deps, key, taken.answer)
    return DONE
  }
  if (now() - taken.askedAt > WAIT_FOR_TURN_MS) {
    await store.fail(key, 'its turn did not come', now())
    return DONE
  }
  const asked = await deps.ask(question)
  if (!asked.ok) return failed(deps, key, asked.error)
  const { answer } = asked.value
  await store.answer(key, answer, now())
  await tellWaiters(deps, key, answer)
  return DONE
}

async function failed(
  deps: AskingDeps,
  key: string,
  failure: ModelFailure | NotAsked,
): Promise<Fate> {
  const { store, now } = deps
  const { detail } = failure
  switch (failure.kind) {
    case 'over_budget':
      await store.fail(key, detail, Math.min(failure.nextDayAt, now() + FAILED_FOR_MS))
      return DONE
    case 'rate_limited':
    case 'unavailable': {
      const waiting = later(deps, failure.retryAfterMs ?? WAIT_MS, detail)
      await store.postpone(key, now() + waiting.delayMs)
      return waiting
    }
    case 'rejected':
      await store.fail(key, detail, now() + FAILED_FOR_MS)
      return { kind: 'again', why: detail }
  }
}

/** Up to a tenth more, so that not all come back in the same moment. */
function later({ random }: AskingDeps, waitMs: number, why: string) {
  const delayMs = Math.min(Math.max(waitMs, WAIT_MIN_MS), WAIT_MAX_MS) * (1 + random() / 10)
  return { kind: 'later', delayMs: Math.ceil(delayMs), why } as const
}

/**
 * Each is forgotten after being told: who dies in between tells somebody twice, and leaves out nobody. An
 * object that does not answer is told by whoever comes next. Throws when the store does.
 */
export async function tellWaiters(
  deps: TellingDeps,
  key: string,
  answer: PolicyAnswer,
): Promise<void> {
  const { store, wake } = deps
  const tones = await deps.readTones()
  let page: readonly Waiter[] = []
  do {
    page = await store.waiters(key, page.at(-1)?.person ?? null, WAITERS_PER_PAGE)
    const answers = await Promise.all(
      page.map(async (waiter) => {
        const advice = {
          person: waiter.person,
          key,
          answered: { answer, source: 'model' },
          tones,
        } as const
        return { waiter, left: await deps.advise(waiter.subjectKey, advice) }
      }),
    )
    const told = answers.filter(({ left }) => left !== null)
    const toPublish = told.filter(({ left }) => left !== null && hasSomething(left))
    await wake([...new Set(toPublish.map(({ waiter }) => waiter.subjectKey))])
    if (told.length > 0)
      await store.forget(
        key,
        told.map(({ waiter }) => waiter),
      )
  } while (page.length === WAITERS_PER_PAGE)
}

const hasSomething = ({ journeys, decisions }: Unpublished): boolean =>
  journeys.length + decisions.length > 0
