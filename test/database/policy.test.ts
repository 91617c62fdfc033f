import { eq, inArray } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eraseAccount, upsertAccounts } from '../../src/adapters/neon/accounts.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import { beginAgain, endAgain, questionOfLetter } from '../../src/adapters/neon/decide-again.ts'
import { listActions } from '../../src/adapters/neon/operator-actions.ts'
import { listQuestionLetters, reportOnAnswers } from '../../src/adapters/neon/policy-desk.ts'
import {
  keepQuestionLetters,
  reopenQuestionLetters,
} from '../../src/adapters/neon/policy-letters.ts'
import {
  policyAnswers,
  policyCounts,
  policyWaiters,
} from '../../src/adapters/neon/policy-schema.ts'
import { createAnswerStore } from '../../src/adapters/neon/policy-store.ts'
import { answeredWithWaiters, tidyAnswers } from '../../src/adapters/neon/policy-tidy.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import { deadLetters } from '../../src/adapters/neon/schema.ts'
import type { PolicyAnswer } from '../../src/contract/policy.ts'
import {
  ANSWER_KEPT_MS,
  ANSWER_VALID_MS,
  CLAIM_MS,
  FAILED_FOR_MS,
  HOLD_MS,
  WAITER_KEPT_MS,
} from '../../src/core/policy/answer-limits.ts'
import type { AnswerStore } from '../../src/core/policy/answer-store.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import {
  MEANS,
  QUESTION,
  freshQuestion,
  policyAnswer,
  saying,
  waiterFor,
} from '../support/shared/policy.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'
import { account } from './rows.ts'

let world: TestDatabase
let database: Database
let store: AnswerStore

beforeAll(async () => {
  world = await startDatabase()
  database = world.database
  store = createAnswerStore(database, MEANS)
})

afterAll(() => world.stop())

const NOW = Date.UTC(2026, 10, 21, 12)
const ANSWER = policyAnswer()

const known = async (question: ReturnType<typeof freshQuestion>, now = NOW) =>
  (await store.lookUp([question], now, false)).get(question.key)

const rowOf = async (key: string) =>
  (await database.select().from(policyAnswers).where(eq(policyAnswers.key, key)))[0]

const waitersOf = async (key: string) =>
  (await store.waiters(key, null, 1_000)).map(({ person }) => person)

describe('A8: of all who want to know the same', () => {
  test('one may ask, however many come at once', async () => {
    const question = freshQuestion()
    const people = Array.from({ length: 100 }, () => waiterFor(question))
    const groups = Array.from({ length: 20 }, (_, at) => people.slice(at * 5, at * 5 + 5))
    const won = await Promise.all(groups.map((group) => store.ask(group, NOW)))
    expect(won.filter((keys) => keys.has(question.key))).toHaveLength(1)
    expect(await waitersOf(question.key)).toEqual(people.map(({ person }) => person).toSorted())
  })

  test('of many questions in any order each is one’s, and nobody is in another’s way', async () => {
    const questions = Array.from({ length: 40 }, freshQuestion)
    const asking = Array.from({ length: 16 }, (_, at) => {
      const waiting = questions.map(waiterFor)
      return store.ask(at % 2 === 0 ? waiting : waiting.toReversed(), NOW)
    })
    const won = (await Promise.all(asking)).flatMap((keys) => [...keys])
    expect(won.toSorted()).toEqual(questions.map(({ key }) => key).toSorted())
  })

  test('one asks at a time, also when its message comes twice', async () => {
    const question = freshQuestion()
    await store.ask([waiterFor(question)], NOW)
    const taken = await Promise.all(Array.from({ length: 8 }, () => store.take(question, NOW)))
    expect(taken.filter(({ kind }) => kind === 'taken')).toEqual([{ kind: 'taken', askedAt: NOW }])
    expect(taken.filter(({ kind }) => kind === 'held')).toHaveLength(7)
    expect(await store.take(question, NOW + HOLD_MS)).toEqual({ kind: 'taken', askedAt: NOW })
    await store.answer(question.key, ANSWER, NOW)
    expect(await store.take(question, NOW)).toEqual({ kind: 'answered', answer: ANSWER })
  })

  test('a right to ask that led to nothing is somebody else’s after a while, or at once if it says so', async () => {
    const question = freshQuestion()
    const askAt = async (now: number) => (await store.ask([waiterFor(question)], now)).size
    expect(await askAt(NOW)).toBe(1)
    expect(await askAt(NOW + CLAIM_MS - 1)).toBe(0)
    expect(await askAt(NOW + CLAIM_MS)).toBe(1)
    await store.release([question.key], NOW + CLAIM_MS)
    expect(await askAt(NOW + CLAIM_MS)).toBe(1)
  })

  test('a question that waits for its turn, or failed, is not asked by others before its time', async () => {
    const question = freshQuestion()
    const askAt = async (now: number) => (await store.ask([waiterFor(question)], now)).size
    await askAt(NOW)
    await store.take(question, NOW)
    await store.postpone(question.key, NOW + 300_000)
    expect(await askAt(NOW + 300_000)).toBe(0)
    expect(await store.take(question, NOW + 1)).toEqual({ kind: 'taken', askedAt: NOW })
    await store.fail(question.key, 'model: no', NOW + FAILED_FOR_MS)
    expect(await askAt(NOW + FAILED_FOR_MS - 1)).toBe(0)
    expect(await askAt(NOW + FAILED_FOR_MS)).toBe(1)
  })
})

describe('A8: an answer', () => {
  test('counts for a day, then the state is asked about again', async () => {
    const question = freshQuestion()
    await store.ask([waiterFor(question)], NOW)
    await store.take(question, NOW)
    await store.answer(question.key, ANSWER, NOW)
    expect(await known(question, NOW + ANSWER_VALID_MS - 1)).toEqual(ANSWER)
    expect(await store.ask([waiterFor(question)], NOW + ANSWER_VALID_MS - 1)).toEqual(new Set())
    expect(await known(question, NOW + ANSWER_VALID_MS)).toBeUndefined()
    expect(await store.ask([waiterFor(question)], NOW + ANSWER_VALID_MS)).toEqual(
      new Set([question.key]),
    )
  })

  test('is looked up with many others in one statement', async () => {
    const questions = Array.from({ length: 30 }, freshQuestion)
    for (const question of questions.slice(0, 10)) {
      await store.take(question, NOW)
      await store.answer(question.key, ANSWER, NOW)
    }
    const found = await store.lookUp(questions, NOW, false)
    expect([...found.keys()].toSorted()).toEqual(
      questions
        .slice(0, 10)
        .map(({ key }) => key)
        .toSorted(),
    )
  })

  test('hits, misses and calls are counted by the hour, also by many at once', async () => {
    const now = Date.UTC(2027, 0, 1, 12)
    const [hit, miss] = [freshQuestion(), freshQuestion()]
    await store.take(hit, now)
    await store.answer(hit.key, ANSWER, now)
    await Promise.all(
      Array.from({ length: 10 }, () => store.lookUp([hit, hit, hit, miss], now, true)),
    )
    await store.lookUp([hit, miss], now, false)
    await store.countCalls(2, now)
    const { lastDay, answers } = await reportOnAnswers(database, now + 1)
    expect(lastDay).toEqual({ hits: 30, misses: 10, calls: 2, hitRate: 0.75 })
    expect(answers.kept).toBe(1)
    expect((await reportOnAnswers(database, now + 86_400_000)).lastDay.hitRate).toBeNull()
  })

  test.each<readonly [name: string, answer: unknown]>([
    ['markup', saying('<b>Import</b> your tasks from a spreadsheet today.')],
    ['a link', saying('Import your tasks from https://evil.example today.')],
    ['a request', saying('Import your tasks: send us your password today.')],
    ['another action', policyAnswer({ action: 'delete_everything' })],
    ['another prompt', { ...ANSWER, promptVersion: 'next-step/0' }],
    ['another shape', { choices: 'all' }],
    [
      'one good choice beside a bad one',
      { ...ANSWER, choices: [...ANSWER.choices, ...saying('<i>').choices] },
    ],
  ])('X56: with %s in the table is none, and is asked for anew', async (_name, poison) => {
    const question = freshQuestion()
    await store.take(question, NOW)
    await store.answer(question.key, ANSWER, NOW)
    await database
      .update(policyAnswers)
      .set({ answer: poison })
      .where(eq(policyAnswers.key, question.key))
    expect(await known(question)).toBeUndefined()
    expect(await rowOf(question.key)).toMatchObject({ state: 'failed', answer: null })
    expect(await store.ask([waiterFor(question)], NOW)).toEqual(new Set([question.key]))
  })
})

describe('F43: whoever waits', () => {
  test('finds the answer or is found by it, however asking and answering cross', async () => {
    for (let round = 0; round < 40; round += 1) {
      const question = freshQuestion()
      await store.take(question, NOW)
      const people = Array.from({ length: 6 }, () => waiterFor(question))
      const asking = people.map(async (person) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
        await store.ask([person], NOW)
        return (await known(question)) === undefined ? [] : [person.person]
      })
      const answering = (async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
        await store.answer(question.key, ANSWER, NOW)
        return waitersOf(question.key)
      })()
      const [told, ...found] = await Promise.all([answering, ...asking])
      const missing = people.filter(({ person }) => ![told, ...found].flat().includes(person))
      expect(missing).toEqual([])
    }
  })

  test('is there until they were told, and not after', async () => {
    const question = freshQuestion()
    const [first, second] = [waiterFor(question), waiterFor(question)]
    await store.ask([first, second, first], NOW)
    await store.answer(question.key, ANSWER, NOW)
    expect(await waitersOf(question.key)).toHaveLength(2)
    await store.forget(question.key, [first])
    expect(await store.waiters(question.key, null, 10)).toEqual([
      { person: second.person, subjectKey: second.subjectKey },
    ])
  })

  test('and was left out is found a minute later', async () => {
    const question = freshQuestion()
    await store.ask([waiterFor(question)], NOW)
    await store.answer(question.key, ANSWER, NOW)
    const leftAt = async (now: number) =>
      (await answeredWithWaiters(database, now, 1_000)).some(({ key }) => key === question.key)
    expect([await leftAt(NOW + 59_000), await leftAt(NOW + 61_000)]).toEqual([false, true])
  })

  test('goes with their account', async () => {
    const row = account()
    await upsertAccounts(database, [row])
    const [gone, stays] = [waiterFor(freshQuestion()), waiterFor(freshQuestion())]
    await store.ask([{ ...gone, subjectKey: row.subjectKey }, stays], NOW)
    await eraseAccount(database, row.subjectKey, 2)
    const left = await database
      .select()
      .from(policyWaiters)
      .where(inArray(policyWaiters.person, [gone.person, stays.person]))
    expect(left).toMatchObject([{ person: stays.person }])
  })

  test('B7: does not come back after an erasure that was faster', async () => {
    const row = account()
    const session = indexedSession({ subjectKey: row.subjectKey })
    await upsertAccounts(database, [row])
    await createSessionIndex(database).record([session], NOW)
    await eraseAccount(database, row.subjectKey, 2)
    const question = freshQuestion()
    const gone = { ...question, person: session.specId, subjectKey: row.subjectKey }
    const stays = waiterFor(question)
    expect(await store.ask([gone, stays], NOW)).toEqual(new Set([question.key]))
    expect(await waitersOf(question.key)).toEqual([stays.person])
  })
})

test('A8: what is old is forgotten, and what counts stays', async () => {
  const [old, fresh] = [freshQuestion(), freshQuestion()]
  await store.ask([waiterFor(old), waiterFor(fresh)], NOW)
  await store.answer(old.key, ANSWER, NOW)
  await store.lookUp([old], NOW, true)
  await tidyAnswers(database, NOW + WAITER_KEPT_MS - 1)
  expect(await waitersOf(old.key)).toHaveLength(1)
  expect(await rowOf(old.key)).toMatchObject({ state: 'answered' })
  const later = NOW + ANSWER_VALID_MS + ANSWER_KEPT_MS + 1
  await store.answer(fresh.key, ANSWER, later - 1)
  await tidyAnswers(database, later)
  expect(await waitersOf(old.key)).toEqual([])
  expect(await rowOf(old.key)).toBeUndefined()
  expect(await rowOf(fresh.key)).toMatchObject({ state: 'answered' })
  const counts = await database.select().from(policyCounts)
  expect(counts.filter(({ hour }) => hour.getTime() <= NOW)).toEqual([])
})

describe('A9: a question that could not be answered', () => {
  const WHO = { operator: 'ada', reason: 'the model was changed', ...MEANS }

  /** A dead letter, as the queue brings it. */
  async function dead(fault: string, question = freshQuestion(), id: string = crypto.randomUUID()) {
    await store.take(question, NOW)
    await store.fail(question.key, fault, NOW + FAILED_FOR_MS)
    const message = { v: 1 as const, ...question, traceparent: '' }
    await keepQuestionLetters(database, [{ id, body: message, failedAt: NOW }], NOW)
    return { id, message, question }
  }

  const letterOf = async (id: string) =>
    (await database.select().from(deadLetters).where(eq(deadLetters.id, id)))[0]

  test('is a letter with the question and with what was wrong, once', async () => {
    const { id, message } = await dead('model: there was no JSON object in the answer')
    await keepQuestionLetters(database, [{ id, body: message, failedAt: NOW }], NOW)
    const { letters } = await listQuestionLetters(database, { limit: 200 })
    expect(letters.filter((letter) => letter.id === id)).toMatchObject([
      {
        key: message.key,
        question: QUESTION,
        detail: 'model: there was no JSON object in the answer',
        state: 'open',
        failedAt: NOW,
      },
    ])
    expect(await letterOf(id)).toMatchObject({ subjectKey: null })
  })

  test('can be asked again once by any number of clicks, with one line in the audit', async () => {
    const { id, message } = await dead('model: no')
    const asked = await questionOfLetter(database, id)
    expect(asked).toEqual(message)
    const begun = await Promise.all(
      Array.from({ length: 8 }, () => beginAgain(database, id, message, WHO, NOW)),
    )
    const [one, ...others] = begun.filter((begin) => begin !== null)
    expect([one?.letter, others]).toEqual([id, []])
    expect(await letterOf(id)).toMatchObject({ state: 'replaying' })
    expect(await store.ask([waiterFor({ ...freshQuestion(), key: message.key })], NOW)).toEqual(
      new Set(),
    )
    if (one) await endAgain(database, one, true, NOW)
    const { actions } = await listActions(database, { limit: 200 })
    expect(actions.filter(({ outcome }) => outcome === `sent again: ${id}`)).toMatchObject([
      { action: 'decide_again', operator: 'ada', reason: WHO.reason, endedAt: NOW },
    ])
    await store.answer(message.key, ANSWER, NOW)
    expect(await letterOf(id)).toMatchObject({ state: 'resolved', settledAt: new Date(NOW) })
    expect(await beginAgain(database, id, message, WHO, NOW)).toBeNull()
  })

  test('is open again when it could not be sent, or when nothing was heard of it', async () => {
    const { id, message } = await dead('model: no')
    const begun = await beginAgain(database, id, message, WHO, NOW)
    if (begun) await endAgain(database, begun, false, NOW)
    expect(await letterOf(id)).toMatchObject({ state: 'open' })
    await beginAgain(database, id, message, WHO, NOW)
    await reopenQuestionLetters(database, NOW + CLAIM_MS - 1)
    expect(await letterOf(id)).toMatchObject({ state: 'replaying' })
    await reopenQuestionLetters(database, NOW + CLAIM_MS)
    expect(await letterOf(id)).toMatchObject({ state: 'open' })
  })

  test('that fails again has one letter that is open, the newest', async () => {
    const { id, message, question } = await dead('model: no')
    await beginAgain(database, id, message, WHO, NOW)
    const again = await dead('model: no again', question)
    expect([(await letterOf(id))?.state, (await letterOf(again.id))?.state]).toEqual([
      'failed_again',
      'open',
    ])
  })

  test('and was answered meanwhile is settled, and keeps its answer', async () => {
    const { id, message, question } = await dead('model: no')
    await store.take(question, NOW)
    await store.answer(message.key, ANSWER, NOW)
    expect(await letterOf(id)).toMatchObject({ state: 'resolved' })
    expect(await known(question)).toEqual(ANSWER satisfies PolicyAnswer)
  })

  test('a message that cannot be read is kept without its body', async () => {
    const id = crypto.randomUUID()
    await keepQuestionLetters(database, [{ id, body: null, failedAt: NOW }], NOW)
    expect(await letterOf(id)).toMatchObject({
      body: null,
      detail: 'the message could not be read',
    })
    expect(await questionOfLetter(database, id)).toBeNull()
  })
})
