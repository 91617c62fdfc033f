import { describe, expect, test } from 'vitest'
import { codeMails, decideClaim, decideRequestCode } from '../../src/core/onboarding/claim.ts'
import { endedSince, sessionStates } from '../../src/core/onboarding/changes.ts'
import { decideSaveDraft } from '../../src/core/onboarding/draft.ts'
import { decideResume } from '../../src/core/onboarding/resume.ts'
import { TestSubject } from '../support/shared/test-subject.ts'

const MINUTE_MS = 60_000
const WRONG = '99999999'

/** Each mail's code, as if derived from its id. */
const codeOf = (mail: string): string => mail.replace(/\D/g, '').padStart(8, '0')

const claim = (subject: TestSubject, specId: string, code: string) =>
  subject.take((state, context) =>
    decideClaim(
      state,
      { specId, authEpoch: 0, code },
      new Map(codeMails(state, context.now).map((mail) => [mail, codeOf(mail)])),
      context,
    ),
  )

const draft = (subject: TestSubject, specId: string, change: Record<string, unknown>) =>
  subject.take((state, context) =>
    decideSaveDraft(state, { specId, authEpoch: 0 }, change, context),
  )

/** Somebody who has the mail before them. */
function mailed(): { subject: TestSubject; specId: string; code: string } {
  const subject = new TestSubject()
  subject.opensPerMinute = 0
  const specId = subject.opened()
  subject.hydrate()
  return { subject, specId, code: codeOf(subject.state.mail?.id ?? '') }
}

describe('B1: the right code', () => {
  test('is a proof: every unproven session ends, the claiming one included', () => {
    const { subject, specId, code } = mailed()
    const other = subject.opened({ client: 'thief' })
    const before = subject.state
    expect(claim(subject, specId, code)).toMatchObject({ ok: true, value: { authEpoch: 1 } })
    expect(endedSince(before, subject.state)).toEqual([specId, other])
  })

  test('leaves the member sessions of other devices alone', () => {
    const { subject, specId, code } = mailed()
    claim(subject, specId, code)
    const [first] = subject.state.members.keys()
    const again = subject.opened({ client: 'phone' })
    subject.hydrate()
    subject.now += MINUTE_MS
    const later = subject.opened({ client: 'phone' })
    subject.hydrate()
    expect(again).not.toBe(later)
    claim(subject, later, codeOf(subject.state.mail?.id ?? ''))
    expect([...subject.state.members.keys()]).toContain(first)
    expect(subject.state.members.size).toBe(2)
  })

  test('makes the plan and the draft of the claiming session the account\u2019s, and no other\u2019s (X13)', () => {
    const { subject, specId, code } = mailed()
    const planted = subject.opened({ client: 'thief', planId: 'enterprise' })
    draft(subject, planted, { payout: 'thief' })
    draft(subject, specId, { team: 'Analytical Engines', size: 3 })
    claim(subject, specId, code)
    expect(subject.state.account).toMatchObject({
      planId: 'pro',
      profile: { team: 'Analytical Engines', size: 3 },
      provenAt: subject.now,
    })
  })

  test.each([
    ['before anybody came to build it', (_subject: TestSubject) => undefined],
    ['in the middle of it', (subject: TestSubject) => void subject.leased()],
    ['after it was built', (subject: TestSubject) => subject.hydrate()],
  ])('X64: %s: the run goes on to the end', (_name, meanwhile) => {
    const subject = new TestSubject()
    const specId = subject.opened()
    meanwhile(subject)
    expect(claim(subject, specId, codeOf(subject.state.mail?.id ?? '')).ok).toBe(true)
    subject.now += 30_000
    subject.hydrate()
    expect(subject.status(specId)).toBe('merged')
    expect(sessionStates(subject.state)).toMatchObject([{ provenAt: expect.anything() as number }])
  })

  test('typed again by the same session within ten minutes gives the same member', () => {
    const { subject, specId, code } = mailed()
    const first = claim(subject, specId, code)
    subject.now += 10 * MINUTE_MS - 1
    expect(claim(subject, specId, code)).toEqual(first)
    expect(claim(subject, specId, WRONG)).toEqual({ ok: false, error: 'ended' })
    subject.now += 1
    expect(claim(subject, specId, code)).toEqual({ ok: false, error: 'ended' })
  })

  test('counts ten minutes after it was sent, however long that took', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    subject.now += 3 * 3_600_000
    const code = codeOf(subject.state.mail?.id ?? '')
    subject.state = {
      ...subject.state,
      lease: { fence, until: subject.now + 1, runs: [], mail: true, chores: [], callsBefore: 0 },
    }
    subject.report(fence, { type: 'mail_sent' })
    subject.now += 10 * MINUTE_MS
    expect(claim(subject, specId, code).ok).toBe(true)
  })

  test('of an earlier mail counts, too, when somebody else asked for another one', () => {
    const { subject, specId, code } = mailed()
    subject.now += MINUTE_MS
    subject.opened({ client: 'thief' })
    subject.hydrate()
    expect(codeOf(subject.state.mail?.id ?? '')).not.toBe(code)
    expect(claim(subject, specId, code).ok).toBe(true)
  })
})

describe('X60: a wrong code', () => {
  test('is refused, and after five tries so is the right one, from this session', () => {
    const { subject, specId, code } = mailed()
    for (let times = 0; times < 5; times += 1) {
      expect(claim(subject, specId, WRONG)).toEqual({ ok: false, error: 'code_invalid' })
    }
    expect(claim(subject, specId, code)).toEqual({ ok: false, error: 'too_many_tries' })
  })

  test('counts against the code, from however many sessions: twenty, and it is void', () => {
    const { subject, specId, code } = mailed()
    for (let thief = 0; thief < 4; thief += 1) {
      const other = subject.opened({ client: `thief-${thief}` })
      for (let times = 0; times < 5; times += 1) claim(subject, other, WRONG)
    }
    expect(claim(subject, specId, code)).toEqual({ ok: false, error: 'code_invalid' })
  })

  test('never voids the link beside it', () => {
    const { subject } = mailed()
    const mail = subject.state.mail?.id ?? ''
    for (let thief = 0; thief < 10; thief += 1) {
      const other = subject.opened({ client: `thief-${thief}` })
      for (let times = 0; times < 5; times += 1) claim(subject, other, WRONG)
    }
    const pressed = subject.take((state, context) =>
      decideResume(state, { mail, client: 'phone', traceparent: 'trace' }, context),
    )
    expect(pressed.ok).toBe(true)
  })

  test('is any code at all, once the right one is too old', () => {
    const { subject, specId, code } = mailed()
    subject.now += 12 * MINUTE_MS
    expect(claim(subject, specId, code)).toEqual({ ok: false, error: 'code_invalid' })
  })
})

test('X14: the link and the code of a mail from before a proof open nothing after it', () => {
  const { subject, specId, code } = mailed()
  const mail = subject.state.mail?.id ?? ''
  claim(subject, specId, code)
  const later = subject.opened({ client: 'thief' })
  expect(claim(subject, later, code)).toEqual({ ok: false, error: 'code_invalid' })
  const pressed = subject.take((state, context) =>
    decideResume(state, { mail, client: 'thief', traceparent: 'trace' }, context),
  )
  expect(pressed).toEqual({ ok: false, error: 'expired' })
})

test('another code is mailed when asked for, not more than once a minute', () => {
  const { subject, specId } = mailed()
  const ask = () =>
    subject.take((state, context) => decideRequestCode(state, { specId, authEpoch: 0 }, context))
  const first = subject.state.mail?.id
  expect(ask()).toEqual({ ok: true, value: null })
  expect(subject.state.mail?.id).toBe(first)
  subject.now += MINUTE_MS
  expect(ask()).toEqual({ ok: true, value: null })
  expect(subject.state.mail?.id).not.toBe(first)
  expect(subject.leased().mail).not.toBeNull()
})

describe('B9: a draft', () => {
  test('is merged field by field; null takes one out', () => {
    const { subject, specId } = mailed()
    draft(subject, specId, { team: 'A', size: 3 })
    const saved = draft(subject, specId, { team: 'B', size: null })
    expect(saved.ok && JSON.parse(saved.value)).toEqual({ team: 'B' })
  })

  test('leaves no trace when nothing changed', () => {
    const { subject, specId } = mailed()
    draft(subject, specId, { team: 'A' })
    const { length } = subject.timeline
    draft(subject, specId, { team: 'A' })
    expect(subject.timeline).toHaveLength(length)
  })

  test('is bounded, in size and in changes', () => {
    const { subject, specId } = mailed()
    expect(draft(subject, specId, { text: 'x'.repeat(16_384) })).toEqual({
      ok: false,
      error: 'too_large',
    })
    for (let change = 0; change < 100; change += 1) draft(subject, specId, { change })
    expect(draft(subject, specId, { change: 100 })).toEqual({
      ok: false,
      error: 'too_many_changes',
    })
  })
})
