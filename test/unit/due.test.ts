import { describe, expect, test } from 'vitest'
import { isArmedFor, nextWakeAt, tellAgainAt } from '../../src/core/onboarding/due.ts'
import { wakeAfter } from '../../src/core/onboarding/wake.ts'
import { T0, TestSubject } from '../support/shared/test-subject.ts'

describe('an alarm', () => {
  test.each([
    ['that is not known to be set has to be set', null, false],
    ['that rings before does', T0 + 1_000, true],
    ['that rings then does', T0 + 2_000, true],
    ['that would ring later does not', T0 + 3_000, false],
    ['F30: that should have rung by now was lost, and does not', T0, false],
  ])('%s', (_, armedAt, does) => {
    expect(isArmedFor(armedAt, T0 + 2_000, T0)).toBe(does)
  })
})

describe('what Postgres is to be told', () => {
  test('F27: is told again after a minute, ever more seldom', () => {
    const gaps: number[] = []
    for (let at = T0, times = 0; times < 6; times += 1) {
      const next = tellAgainAt(T0, at) ?? at
      gaps.push((next - at) / 1_000)
      at = next
    }
    expect(gaps).toEqual([60, 120, 240, 300, 300, 300])
  })

  test('is told then whatever happens in between; if there is nothing, never', () => {
    for (const at of [-1, 0, 1_000, 59_999]) expect(tellAgainAt(T0, T0 + at)).toBe(T0 + 60_000)
    expect(tellAgainAt(null, T0)).toBeNull()
  })
})

describe('when the object looks at itself', () => {
  test('an object without work sleeps, until its sessions are over', () => {
    const subject = new TestSubject()
    expect(nextWakeAt(subject.state, T0)).toBeNull()
    subject.opened()
    subject.hydrate()
    expect(nextWakeAt(subject.state, subject.now)).toBe(T0 + 24 * 3_600_000)
  })

  test('F3: work that nobody fetched is announced again, ever more seldom', () => {
    const subject = new TestSubject()
    subject.opened()
    const gaps: number[] = []
    for (let at = T0, times = 0; times < 9; times += 1) {
      const next = nextWakeAt(subject.state, at) ?? at
      gaps.push((next - at) / 1_000)
      at = next
    }
    expect(gaps).toEqual([10, 20, 40, 80, 160, 300, 300, 300, 300])
  })

  test('no traffic in between moves the next announcement away', () => {
    const subject = new TestSubject()
    subject.opened()
    for (const at of [0, 1_000, 5_000, 9_999]) {
      expect(nextWakeAt(subject.state, T0 + at)).toBe(T0 + 10_000)
    }
  })

  test('Q5: a lease is looked after when it ends', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.leased()
    expect(nextWakeAt(subject.state, subject.now)).toBe(T0 + 30_000)
  })

  test('a run that waits is looked after when it is due', () => {
    const subject = new TestSubject()
    subject.opened()
    const failure = { kind: 'rate_limited', detail: 'test', retryAfterMs: 45_000 } as const
    subject.report(
      subject.leased().fence,
      { type: 'mail_sent' },
      { type: 'step_failed', step: 'billing', failure },
    )
    expect(nextWakeAt(subject.state, subject.now)).toBe(T0 + 45_000)
  })

  test('never later than the deadline', () => {
    const subject = new TestSubject()
    subject.opened()
    const deadline = T0 + 24 * 3_600_000
    expect(nextWakeAt(subject.state, deadline - 1_000)).toBe(deadline)
  })

  test('an alarm is always set to a moment that is still to come', () => {
    const subject = new TestSubject()
    subject.opened()
    for (const late of [0, 10_000, 3_600_000, 48 * 3_600_000]) {
      expect(nextWakeAt(subject.state, T0 + late)).toBeGreaterThan(T0 + late)
    }
  })
})

describe('when a consumer is woken', () => {
  test('by the first session, not by those that join the same waiting work', () => {
    const subject = new TestSubject()
    const wakes = ['a', 'b', 'c'].map((client) => {
      const before = subject.state
      subject.opened({ client })
      return wakeAfter(before, subject.state, subject.now)
    })
    expect(wakes).toEqual([
      expect.objectContaining({ v: 1, key: 'k'.repeat(43), sessions: [expect.anything()] }),
      null,
      null,
    ])
  })

  test('at the end of a pass, for those that came in the middle of it', () => {
    const subject = new TestSubject()
    subject.opened()
    const { fence } = subject.leased()
    const late = subject.opened({ client: 'client-b' })
    subject.report(fence, { type: 'mail_sent' }, { type: 'step_done', step: 'billing', ref: 'b' })
    const before = subject.state
    subject.report(fence, { type: 'step_done', step: 'account', ref: 'a' })
    const wake = wakeAfter(before, subject.state, subject.now)
    expect(wake?.sessions.map(({ specId }) => specId)).toEqual([late])
  })

  test('X42: the message holds nothing but ids, moments and a trace', () => {
    const subject = new TestSubject()
    const before = subject.state
    subject.opened({ referrer: 'https://secret.example', idempotencyKey: 'secret-idempotency-key' })
    const text = JSON.stringify(wakeAfter(before, subject.state, subject.now))
    expect(text).not.toMatch(/ada|secret|pro\b/)
  })
})
