import { describe, expect, test } from 'vitest'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import { openQuestion } from '../../src/core/behaviour/asking.ts'
import {
  type BehaviourContext,
  advise,
  look,
  observe,
  takeFeedback,
} from '../../src/core/behaviour/behave.ts'
import type { PersonRecord } from '../../src/core/behaviour/person-record.ts'
import { policyAnswer } from '../support/shared/policy.ts'
import { T0, contextAt, event, member } from '../support/shared/journeys.ts'

const asking = (now = T0): BehaviourContext => ({
  ...contextAt(now, 'policy'),
  policy: { model: 'test', promptVersion: 'next-step/1' },
  coldStartEvents: 0,
})

const did = (known: PersonRecord | null, events: readonly BehaviourEvent[], now = T0) =>
  observe(known, member(), events, [], asking(now))

const questionOf = (record: PersonRecord, now = T0) => openQuestion(record, member(), asking(now))

/** Somebody on a page, of whom a model was asked, while the rules spoke. */
function asked() {
  const { record } = did(null, [event({ path: '/projects' })])
  const question = questionOf(record)
  if (question === null) throw new Error('nothing is asked')
  const { person, key } = question
  const advised = advise(record, member(), { person, key, answered: null, tones: [] }, asking())
  return { record, question, served: advised.record, current: advised.current }
}

const ANSWERED = {
  answer: policyAnswer({ action: 'choose_workspace_name' }),
  source: 'model',
} as const

const answered = (record: PersonRecord, key: string, now = T0 + 1) =>
  advise(
    record,
    member(),
    { person: member().person, key, answered: ANSWERED, tones: [] },
    asking(now),
  )

describe('A13: a question', () => {
  test('A13: keeps nobody waiting: told that there is no answer, the rules speak', () => {
    const { question, served, current } = asked()
    expect(question.question.page).toBe('/projects')
    expect(current?.source).toBe('rules')
    expect(questionOf(served)).toBeNull()
  })

  test('A13: is answered later, and what the rules said gives way', () => {
    const { question, served } = asked()
    const { current, record } = answered(served, question.key)
    expect(current).toMatchObject({ source: 'model', action: 'choose_workspace_name' })
    expect(record.recommendations[0]?.recommendation.supersededAt).toBe(T0 + 1)
  })

  test('A13: stays the same while somebody only looks at what stands', () => {
    const { question, served } = asked()
    const looked = look(served, member(), [], asking(T0 + 1)).record
    expect(questionOf(looked, T0 + 1)).toBeNull()
    expect(answered(looked, question.key).current?.source).toBe('model')
  })

  test('A13: on another page is another one, and the answer to the first is not taken any more', () => {
    const { question, served } = asked()
    const { record } = did(served, [event({ path: '/help', at: T0 + 1 })], T0 + 1)
    expect(questionOf(record, T0 + 1)?.key).not.toBe(question.key)
    expect(answered(record, question.key).current?.source).toBe('rules')
  })

  test.each([
    ['a moment ago gives way', 30_000, 'model'],
    ['for longer stays, or only its clicks would count', 600_000, 'rules'],
  ] as const)('B6: is answered late: what was first seen %s', (_, after, source) => {
    const { question, served, current } = asked()
    const seen = takeFeedback(served, current?.id ?? '', 'impression', T0)
    if (seen === null) throw new Error('nobody knows it')
    expect(answered(seen, question.key, T0 + after).current?.source).toBe(source)
  })

  test('B6: is not asked about what was drawn against the answer: it would be taken back from whoever does not click', () => {
    const { record, question } = asked()
    const advice = { ...question, answered: ANSWERED, tones: [] }
    const last = { ...asking(), random: () => 0.999 }
    const explored = advise(record, member(), advice, last)
    expect(explored.current?.source).toBe('rules')
    const later = T0 + 600_000
    for (const path of ['/projects', '/help']) {
      const { record: moved, current } = did(explored.record, [event({ path, at: later })], later)
      expect(questionOf(moved, later)).toBeNull()
      expect(current).toBe(explored.current)
    }
    expect(answered(explored.record, question.key, later).current).toBe(explored.current)
  })
})
