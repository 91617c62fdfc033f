import { expect, test } from 'vitest'
import { decideClaim } from '../../src/core/onboarding/claim.ts'
import { decideSaveDraft } from '../../src/core/onboarding/draft.ts'
import { exportedTimeline } from '../../src/core/onboarding/export-timeline.ts'
import { TestSubject } from '../support/shared/test-subject.ts'

const CODE = '12345678'

/** Signs up with words of their own: where they came from, what they answered. */
function says(subject: TestSubject, word: string): string {
  const specId = subject.opened({
    client: `client-${word}`,
    referrer: `https://${word}.example`,
    idempotencyKey: `key-${word}`,
  })
  subject.take((state, context) =>
    decideSaveDraft(state, { specId, authEpoch: 0 }, { team: `draft-${word}` }, context),
  )
  return specId
}

function prove(subject: TestSubject, specId: string): void {
  const mail = subject.state.mail?.id ?? ''
  const codes = new Map([[mail, CODE]])
  const proved = subject.take((state, context) =>
    decideClaim(state, { specId, authEpoch: 0, code: CODE }, codes, context),
  )
  expect(proved.ok).toBe(true)
}

const exported = (subject: TestSubject): string =>
  JSON.stringify(exportedTimeline(subject.timeline))

test('B7: what was said in the session that proved the address is told', () => {
  const subject = new TestSubject()
  const own = says(subject, 'ada')
  subject.hydrate()
  prove(subject, own)
  expect(exportedTimeline(subject.timeline)).toEqual(subject.timeline)
})

test('B7: of a session that nobody proved it is told that it was, and nothing that was said in it', () => {
  const subject = new TestSubject()
  const strange = says(subject, 'eve')
  const own = says(subject, 'ada')
  subject.hydrate()
  prove(subject, own)
  const text = exported(subject)
  for (const kept of ['https://ada.example', 'draft-ada', strange]) expect(text).toContain(kept)
  for (const word of ['eve.example', 'draft-eve', 'client-eve', 'key-eve']) {
    expect(text).not.toContain(word)
  }
  expect(exportedTimeline(subject.timeline)).toHaveLength(subject.timeline.length)
})

test('B7: without a proof nobody knows who said it', () => {
  const subject = new TestSubject()
  says(subject, 'ada')
  const text = exported(subject)
  expect(text).toContain('ada@example.com')
  for (const word of ['https://ada.example', 'draft-ada']) expect(text).not.toContain(word)
})
