import { describe, expect, test } from 'vitest'
import type { MemberGrant } from '../../src/contract/subject-rpc.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { decideLogout, decideRefresh, profileOf } from '../../src/core/onboarding/member.ts'
import { decideResume } from '../../src/core/onboarding/resume.ts'
import { refreshSeal, resumeSeal, unsubscribeSeal } from '../../src/core/sealed.ts'
import { TestSubject } from '../support/shared/test-subject.ts'

const DAY_MS = 24 * 3_600_000

/** Somebody who came back by the link. */
function member(): { subject: TestSubject; granted: MemberGrant } {
  const subject = new TestSubject()
  subject.opened()
  subject.hydrate()
  subject.now += DAY_MS
  const leased = subject.leased()
  const specIds = leased.archive.map(({ specId }) => specId)
  subject.report(leased.fence, { type: 'archived', specIds })
  const invitation = subject.state.invitation?.id ?? ''
  const reply = subject.take((state, context) =>
    decideResume(state, { mail: invitation, client: 'client', traceparent: 'trace' }, context),
  )
  if (!reply.ok) throw new Error(reply.error)
  const { openedAt: _, ...granted } = reply.value
  return { subject, granted }
}

const refresh = (subject: TestSubject, { userId, member: id, generation }: MemberGrant) =>
  subject.take((state, context) =>
    decideRefresh(state, { userId, member: id, generation }, context),
  )

const profile = (subject: TestSubject, { userId, member: id }: MemberGrant) =>
  profileOf(subject.state, { userId, member: id }, subject.now)

describe('a refresh token', () => {
  test('counts once: each one gives the next', () => {
    const { subject, granted } = member()
    const next = refresh(subject, granted)
    expect(next).toEqual({ ok: true, value: { ...granted, generation: 1 } })
  })

  test('gives the same next one again for some seconds: the reply may have been lost', () => {
    const { subject, granted } = member()
    const next = refresh(subject, granted)
    subject.now += 9_999
    expect(refresh(subject, granted)).toEqual(next)
  })

  test('that comes a second time later ends the device for both who hold it', () => {
    const { subject, granted } = member()
    const next = refresh(subject, granted)
    subject.now += 10_000
    expect(refresh(subject, granted).ok).toBe(false)
    expect(next.ok && refresh(subject, next.value).ok).toBe(false)
    expect(profile(subject, granted)).toBeNull()
  })

  test('of a device that was not used for a month is worth nothing', () => {
    const { subject, granted } = member()
    subject.now += 30 * DAY_MS
    expect(refresh(subject, granted).ok).toBe(false)
  })

  test('of another account is worth nothing', () => {
    const { subject, granted } = member()
    expect(refresh(subject, { ...granted, userId: 'another' }).ok).toBe(false)
    expect(profile(subject, granted)).not.toBeNull()
  })
})

test('signing out ends one device', () => {
  const { subject, granted } = member()
  subject.take((state, context) => decideLogout(state, granted, context))
  expect(profile(subject, granted)).toBeNull()
  expect(refresh(subject, granted).ok).toBe(false)
})

test('the state is the fold of the timeline, members included', () => {
  const { subject, granted } = member()
  refresh(subject, granted)
  expect(subject.refolded()).toEqual(subject.state)
})

describe('a sealed text', () => {
  const pepper = createPepper('p'.repeat(43))
  const link = { subjectKey: 'k'.repeat(43), mail: 'an-invitation' }

  test('says what was sealed, to its own kind only', async () => {
    const text = await resumeSeal.seal(pepper, link)
    expect(await resumeSeal.open(pepper, text)).toEqual(link)
    expect(await unsubscribeSeal.open(pepper, text)).toBeNull()
    expect(await refreshSeal.open(pepper, text)).toBeNull()
    expect(await resumeSeal.open(createPepper('q'.repeat(43)), text)).toBeNull()
  })

  test('that was changed anywhere says nothing', async () => {
    const text = await resumeSeal.seal(pepper, link)
    const changed = Array.from(
      { length: text.length },
      (_, at) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1),
    )
    const opened = await Promise.all(changed.map((one) => resumeSeal.open(pepper, one)))
    // The last character of a base64url text holds bits that mean nothing.
    expect(opened.slice(0, -1).filter((one) => one !== null)).toEqual([])
  })

  test.each(['', '.', 'a.b', 'a'.repeat(10_000), '{}', 'ä.ö'])(
    'is not mistaken for %j',
    async (text) => {
      expect(await resumeSeal.open(pepper, text)).toBeNull()
    },
  )
})
