import { describe, expect, test } from 'vitest'
import type { SignedIn } from '../../src/contract/subject-rpc.ts'
import { dueChores, nextWakeAt } from '../../src/core/onboarding/due.ts'
import { evolve } from '../../src/core/onboarding/evolve.ts'
import { decideOnboard, standing } from '../../src/core/onboarding/onboard.ts'
import { decideSignIn } from '../../src/core/onboarding/sign-in.ts'
import { EMPTY_SUBJECT } from '../../src/core/onboarding/state.ts'
import { STEPS, T0, TestSubject } from '../support/shared/test-subject.ts'

const WALLET = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'
const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000

const signIn = (subject: TestSubject, nonce: string, nonceUntil = subject.now + 5 * MINUTE_MS) =>
  subject.take((state, context) =>
    decideSignIn(
      state,
      { subjectKey: 'k'.repeat(43), identity: WALLET, planId: 'free', nonce, nonceUntil },
      context,
    ),
  )

const onboard = (subject: TestSubject, who: SignedIn) =>
  subject.take((state, context) =>
    decideOnboard(
      state,
      { subjectKey: 'k'.repeat(43), who, planId: 'free', traceparent: 'trace' },
      context,
    ),
  )

const OUTSIDE: SignedIn = { role: 'outside', identity: 'https://issuer.test/|ada' }

/** A wallet that must be let in, and what it is called from then on. */
function member(subject: TestSubject, nonce: string): SignedIn {
  const granted = signIn(subject, nonce)
  if (!granted.ok) throw new Error(granted.error.code)
  const { userId, member: id } = granted.value
  return { role: 'member', userId, member: id }
}

describe('Q7: a wallet and its nonces', () => {
  test('X18: a nonce is spent once, for as long as it could come again', () => {
    const subject = new TestSubject()
    const until = subject.now + 5 * MINUTE_MS
    expect(signIn(subject, 'one', until).ok).toBe(true)
    expect(signIn(subject, 'one', until)).toEqual({ ok: false, error: { code: 'nonce_spent' } })
    subject.now = until - 1
    expect(signIn(subject, 'one', until).ok).toBe(false)
    subject.now = until
    expect(signIn(subject, 'one', until).ok).toBe(false)
  })

  test('what is remembered of spent ones does not grow', () => {
    const subject = new TestSubject()
    for (let sent = 0; sent < 100; sent += 1) {
      expect(signIn(subject, `nonce-${sent}`).ok).toBe(true)
      subject.now += MINUTE_MS
    }
    expect(subject.state.spentNonces.length).toBeLessThanOrEqual(5)
    expect(subject.state.members.size).toBe(20)
  })

  test('none is forgotten in a flood of sign-ins, which has to wait', () => {
    const subject = new TestSubject()
    const refusals = Array.from({ length: 21 }, (_, sent) => signIn(subject, `nonce-${sent}`))
    expect(refusals.filter(({ ok }) => ok)).toHaveLength(20)
    expect(refusals.at(-1)).toEqual({
      ok: false,
      error: { code: 'rate_limited', retryAfterMs: 5 * MINUTE_MS },
    })
    expect(signIn(subject, 'nonce-0').ok).toBe(false)
  })

  test('every sign-in is of the same account, and the timeline tells all of it', () => {
    const subject = new TestSubject()
    const one = member(subject, 'one')
    const two = member(subject, 'two')
    expect(one).toMatchObject({ userId: subject.state.account?.userId })
    expect(two).toMatchObject({ userId: subject.state.account?.userId })
    expect(subject.state.account).toMatchObject({ kind: 'wallet', identity: WALLET, provenAt: T0 })
    expect(subject.refolded()).toEqual(subject.state)
  })
})

describe('Q1: the account of whoever is signed in', () => {
  test('has the steps of its kind, and no mail', () => {
    const subject = new TestSubject()
    subject.steps = [{ name: 'identity', kinds: ['email'], freeze: () => ({}) }, ...STEPS]
    onboard(subject, member(subject, 'one'))
    const work = subject.leased()
    expect(work.steps.map(({ name }) => name)).toEqual(['billing', 'account'])
    expect(work.mail).toBeNull()
    expect(work.account.kind).toBe('wallet')
  })

  test('is opened once and found from then on', () => {
    const subject = new TestSubject()
    const who = member(subject, 'one')
    expect(onboard(subject, who)).toMatchObject({ value: { state: 'pending', enqueuedAt: T0 } })
    const work = subject.leased()
    subject.now += 1_000
    expect(onboard(subject, who)).toMatchObject({ value: { state: 'processing', enqueuedAt: T0 } })
    for (const { name } of work.steps) {
      subject.report(work.fence, { type: 'step_done', step: name, ref: `${name}-ref` })
    }
    expect(standing(subject.state, who, subject.now)).toEqual({
      ok: true,
      value: { state: 'completed', enqueuedAt: T0 },
    })
    expect(subject.state.sessions.size).toBe(1)
    expect(subject.refolded()).toEqual(subject.state)
  })

  test.each<readonly [string, (subject: TestSubject) => SignedIn]>([
    ['a wallet', (subject) => member(subject, 'one')],
    ['a person of an outside issuer', () => OUTSIDE],
  ])('of %s is never archived, invited or erased', (_name, come) => {
    const subject = new TestSubject()
    onboard(subject, come(subject))
    subject.hydrate()
    subject.now += 90 * DAY_MS
    subject.tick()
    expect(dueChores(subject.state, subject.now)).toEqual([])
    expect(nextWakeAt(subject.state, subject.now)).toBeNull()
  })

  test('is not told of to a device that signed out, nor to one of another account', () => {
    const subject = new TestSubject()
    const who = member(subject, 'one')
    const stranger: SignedIn = { role: 'member', userId: 'somebody', member: 'else' }
    expect(standing(subject.state, stranger, subject.now).ok).toBe(false)
    expect(onboard(subject, stranger)).toEqual({ ok: false, error: { code: 'signed_out' } })
    expect(onboard(subject, who).ok).toBe(true)
  })

  test('of an address does not show the runs that strangers open after the proof', () => {
    const subject = new TestSubject()
    const own = subject.opened()
    const proof = {
      type: 'proven',
      at: T0,
      by: 'link',
      mail: 'm',
      authEpoch: 1,
      member: 'device',
      memberExpiresAt: T0 + DAY_MS,
    } as const
    subject.take(() => ({ entries: [proof], reply: null }))
    subject.now += 1_000
    subject.opened({ client: 'stranger' })
    const who: SignedIn = {
      role: 'member',
      userId: subject.state.account?.userId ?? '',
      member: 'device',
    }
    expect(standing(subject.state, who, subject.now)).toMatchObject({
      value: { enqueuedAt: subject.state.sessions.get(own)?.openedAt },
    })
  })
})

describe('Q6: the exact limit', () => {
  test('counts every call that is answered, and refused ones leave no trace', () => {
    const subject = new TestSubject()
    const answers = Array.from({ length: 10 }, () => onboard(subject, OUTSIDE).ok)
    expect(answers.filter(Boolean)).toHaveLength(3)
    expect(subject.timeline).toHaveLength(3)
    subject.now += MINUTE_MS
    expect(onboard(subject, OUTSIDE).ok).toBe(true)
    expect(subject.timeline.reduce(evolve, EMPTY_SUBJECT)).toEqual(subject.state)
  })

  test('leaves the allowance of anonymous sign-ups for the address alone', () => {
    const subject = new TestSubject()
    for (let sent = 0; sent < 3; sent += 1) expect(subject.open().ok).toBe(true)
    expect(subject.open().ok).toBe(false)
    expect(onboard(subject, OUTSIDE).ok).toBe(true)
  })
})
