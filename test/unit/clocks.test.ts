import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunStatus } from '../../src/contract/onboarding.ts'
import { nextWakeAt } from '../../src/core/onboarding/due.ts'
import { T0, TestSubject } from '../support/shared/test-subject.ts'

const MINUTE_MS = 60_000
const LEASE_MS = 30_000
const DAY_MS = 24 * 60 * MINUTE_MS

type Action =
  | { readonly do: 'open'; readonly client: number }
  | { readonly do: 'lease' }
  | { readonly do: 'report'; readonly back: number; readonly step: number }
  | { readonly do: 'alarm' }

/** What happens, and by how much the clock is wrong at that moment. */
const anyMoment = fc.record({
  action: fc.oneof(
    fc.record({ do: fc.constant('open' as const), client: fc.nat(3) }),
    fc.record({ do: fc.constant('lease' as const) }),
    fc.record({ do: fc.constant('report' as const), back: fc.nat(2), step: fc.nat(1) }),
    fc.record({ do: fc.constant('alarm' as const) }),
  ) satisfies fc.Arbitrary<Action>,
  skewMs: fc.integer({ min: -10 * MINUTE_MS, max: 10 * MINUTE_MS }),
})

function perform(subject: TestSubject, action: Action): void {
  switch (action.do) {
    case 'open':
      subject.open({ client: `client-${action.client}` })
      return
    case 'lease':
      subject.lease()
      return
    case 'alarm':
      subject.tick()
      return
    case 'report': {
      const step = action.step === 0 ? 'billing' : 'account'
      const done = { type: 'step_done', step, ref: step } as const
      subject.report(subject.state.lastFence - action.back, done)
    }
  }
}

const RANK: Readonly<Record<RunStatus, number>> = { pending: 0, hydrating: 1, merged: 2, failed: 2 }

/** A life whose clock is wrong by up to ten minutes, now this way, now that; real time goes on slowly. */
const skewedLives = (check: (subject: TestSubject, realNow: number) => void) =>
  fc.assert(
    fc.property(fc.array(anyMoment, { maxLength: 60 }), (moments) => {
      const subject = new TestSubject()
      let realNow = T0
      for (const { action, skewMs } of moments) {
        realNow += 1_000
        subject.now = realNow + skewMs
        perform(subject, action)
      }
      check(subject, realNow)
    }),
    { numRuns: 400 },
  )

describe('F28: clocks that are wrong by ten minutes, and run backwards', () => {
  test('F28: runs, leases and what a session is shown are ordered by their numbers', () => {
    skewedLives(({ timeline, state }) => {
      const numbers = (of: (entry: (typeof timeline)[number]) => number | undefined) =>
        timeline.flatMap((entry) => of(entry) ?? [])
      const runs = numbers((entry) => (entry.type === 'session_opened' ? entry.run : undefined))
      const fences = numbers((entry) => (entry.type === 'lease_granted' ? entry.fence : undefined))
      expect(runs).toEqual(runs.map((_, position) => position + 1))
      expect(fences).toEqual(fences.map((_, position) => position + 1))
      for (const { views } of state.sessions.values()) {
        expect(views.map(({ seq }) => seq)).toEqual(views.map((_, position) => position + 1))
        const ranks = views.map(({ status }) => RANK[status])
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
      }
    })
  })

  test('F28: whoever reports last under an old lease is ignored, whatever their clock says', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const old = subject.leased()
    subject.now += LEASE_MS
    const { fence } = subject.leased()
    subject.now -= 10 * MINUTE_MS
    const late = { type: 'step_done', step: 'billing', ref: 'cus_late' } as const
    expect(subject.report(old.fence, late).accepted).toBe(false)
    subject.report(fence, { type: 'mail_sent' }, { ...late, ref: 'cus_new' })
    expect(subject.state.refs.get('billing')).toBe('cus_new')
    expect(subject.views(specId).at(-1)?.seq).toBe(3)
  })

  test('F28: when the clocks are right again everybody is served within a lease and the error of the clock', () => {
    skewedLives((subject, realNow) => {
      subject.now = realNow
      // As its alarm would: whatever was set by a wrong clock is due by then.
      for (let rings = 0; rings < 20; rings += 1) {
        const work = subject.lease()
        for (const { name } of work?.steps ?? []) {
          subject.report(work?.fence ?? 0, { type: 'step_done', step: name, ref: name })
        }
        subject.report(work?.fence ?? 0, { type: 'mail_sent' })
        const open = [...subject.state.sessions.keys()].filter((specId) =>
          ['pending', 'hydrating'].includes(subject.status(specId) ?? ''),
        )
        if (open.length === 0) break
        const wakeAt = nextWakeAt(subject.state, subject.now)
        expect(wakeAt).not.toBeNull()
        subject.now = wakeAt ?? subject.now
      }
      expect(subject.now - realNow).toBeLessThanOrEqual(10 * MINUTE_MS + LEASE_MS)
      for (const specId of subject.state.sessions.keys()) {
        expect(subject.status(specId)).toBe('merged')
      }
    })
  })

  test('F28: a retry of the same request finds its session, also when the clock was set back in between', () => {
    const subject = new TestSubject()
    const idempotencyKey = 'a-key-of-sixteen-characters'
    const specId = subject.opened({ idempotencyKey })
    subject.now -= 10 * MINUTE_MS
    expect(subject.open({ idempotencyKey })).toMatchObject({
      value: { specId, replayed: true },
    })
  })

  test('F28: a clock set back gives no second chance at the limit', () => {
    const subject = new TestSubject()
    for (let times = 0; times < 3; times += 1) subject.opened()
    subject.now -= 10 * MINUTE_MS
    expect(subject.open().ok).toBe(false)
  })

  test('F28: a run that has reached its deadline stays failed when the clock is set back', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    subject.now += DAY_MS
    subject.tick()
    subject.now -= DAY_MS
    subject.report(fence, { type: 'step_done', step: 'billing', ref: 'cus_1' })
    subject.tick()
    expect(subject.status(specId)).toBe('failed')
  })
})
