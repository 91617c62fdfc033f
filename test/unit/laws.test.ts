import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FailureKind } from '../../src/contract/hydration.ts'
import type { RunStatus } from '../../src/contract/onboarding.ts'
import { nextWakeAt } from '../../src/core/onboarding/due.ts'
import { isOpen } from '../../src/core/onboarding/state.ts'
import { TestSubject } from '../support/shared/test-subject.ts'

const KINDS: readonly FailureKind[] = [
  'rate_limited',
  'unavailable',
  'rejected',
  'conflict',
  'unknown_outcome',
]

type Action =
  | { readonly do: 'open'; readonly client: number; readonly key: number }
  | { readonly do: 'lease' }
  | { readonly do: 'report'; readonly back: number; readonly what: number }
  | { readonly do: 'wait'; readonly seconds: number }

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('open' as const), client: fc.nat(3), key: fc.nat(5) }),
  fc.record({ do: fc.constant('lease' as const) }),
  fc.record({ do: fc.constant('report' as const), back: fc.nat(2), what: fc.nat(11) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 20_000 }) }),
)

function perform(subject: TestSubject, action: Action): void {
  switch (action.do) {
    case 'open':
      subject.open({
        client: `client-${action.client}`,
        ...(action.key > 2 ? { idempotencyKey: `idempotency-key-${action.key}` } : {}),
      })
      return
    case 'lease':
      subject.lease()
      return
    case 'wait':
      subject.now += action.seconds * 1_000
      return
    case 'report':
      // Also for leases that are long over, and for steps out of order.
      subject.report(subject.state.lastFence - action.back, report(action.what))
  }
}

function report(what: number) {
  const kind = KINDS[what % KINDS.length] ?? 'unavailable'
  const failure = { kind, detail: 'test' }
  if (what < 3) return { type: 'step_done' as const, step: 'billing', ref: 'cus_1' }
  if (what < 6) return { type: 'step_done' as const, step: 'account', ref: 'user' }
  if (what === 6) return { type: 'mail_sent' as const }
  if (what === 7) return { type: 'mail_failed' as const, failure }
  if (what === 8) return { type: 'returned' as const }
  return { type: 'step_failed' as const, step: 'billing', failure }
}

const RANK: Readonly<Record<RunStatus, number>> = { pending: 0, hydrating: 1, merged: 2, failed: 2 }

const lives = (check: (subject: TestSubject) => void) =>
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 60 }), (actions) => {
      const subject = new TestSubject()
      for (const next of actions) perform(subject, next)
      check(subject)
    }),
    { numRuns: 400 },
  )

describe('whatever happens to a subject', () => {
  test('invariant B: each session counts from 1, moves forward only, and ends once', () => {
    lives((subject) => {
      for (const { specId } of subject.state.sessions.values()) {
        const views = subject.views(specId)
        expect(views.map(({ seq }) => seq)).toEqual(views.map((_, position) => position + 1))
        const ranks = views.map(({ status }) => RANK[status])
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
        expect(ranks.filter((rank) => rank === 2).length).toBeLessThanOrEqual(1)
      }
    })
  })

  test('the state is the fold of the timeline, and the timeline survives JSON', () => {
    lives((subject) => {
      expect(subject.refolded()).toEqual(subject.state)
      subject.timeline = structuredClone(subject.timeline)
      expect(subject.refolded()).toEqual(subject.state)
    })
  })

  test('invariant C: as long as a run is open an alarm is due before its deadline', () => {
    lives((subject) => {
      subject.tick()
      for (const session of [...subject.state.sessions.values()].filter(isOpen)) {
        const wakeAt = nextWakeAt(subject.state, subject.now)
        expect(wakeAt).not.toBeNull()
        expect(wakeAt).toBeLessThanOrEqual(session.deadlineAt)
      }
    })
  })

  test('invariant A: there is one account, and one call per step that creates something', () => {
    lives((subject) => {
      const accounts = subject.timeline.filter((entry) => 'account' in entry)
      const calls = subject.timeline.filter((entry) => 'calls' in entry)
      expect(accounts.length).toBeLessThanOrEqual(1)
      expect(calls.length).toBeLessThanOrEqual(1)
    })
  })
})

test('B13: what a session is shown is the same for a new subject and one with any history', () => {
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 40 }), (history) => {
      const known = new TestSubject()
      for (const next of history) perform(known, next)
      // Whatever was going on is over; what is left is a subject that somebody knows.
      known.now += 24 * 3_600_000
      known.tick()
      if (known.state.mail?.status === 'due') known.hydrate()
      const unknown = new TestSubject()
      const shown = [known, unknown].map((subject) => {
        const specId = subject.opened({ client: 'stranger' })
        subject.hydrate()
        return subject.path(specId)
      })
      expect(shown[0]).toEqual(shown[1])
    }),
    { numRuns: 400 },
  )
})
