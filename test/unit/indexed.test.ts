import { describe, expect, test } from 'vitest'
import { WakeMessage } from '../../src/contract/messages.ts'
import { indexedOpening } from '../../src/core/indexed.ts'
import { sessionStates } from '../../src/core/onboarding/changes.ts'
import { decideReopen } from '../../src/core/onboarding/reopen.ts'
import { wakeMessage } from '../../src/core/onboarding/wake.ts'
import { T0, TestSubject } from '../support/shared/test-subject.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What the index learns of a subject from its next wake-up. */
function announced(subject: TestSubject) {
  const message = wakeMessage(subject.state)
  return message === null ? [] : indexedOpening(message)
}

describe('B10: the index knows by when a run is over', () => {
  test('from its wake-up, as the object itself will say it', () => {
    const subject = new TestSubject()
    subject.opened()
    const [said] = sessionStates(subject.state)
    expect(announced(subject)).toMatchObject([{ deadlineAt: T0 + DAY_MS }])
    expect(said?.deadlineAt).toBe(T0 + DAY_MS)
  })

  test('a run that was opened again has a day of its own', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const failure = { kind: 'rejected', detail: 'test' } as const
    subject.report(subject.leased().fence, { type: 'step_failed', step: 'billing', failure })
    subject.now += 5 * HOUR_MS
    subject.take((state, context) => decideReopen(state, { specId, run: 1 }, context))
    expect(announced(subject)).toMatchObject([{ run: 2, deadlineAt: T0 + 5 * HOUR_MS + DAY_MS }])
  })

  test('F45: a message of before says nothing of it: a day after the opening', () => {
    const session = { specId: crypto.randomUUID(), run: 1, openedAt: T0 }
    const message = { v: 1, key: 'k'.repeat(43), sessions: [session], traceparent: '' }
    expect(indexedOpening(WakeMessage.parse(message))).toMatchObject([{ deadlineAt: T0 + DAY_MS }])
  })
})
