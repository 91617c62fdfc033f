import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/contract/hydration.ts'
import type { StepDefinition } from '../../src/core/hydration/step.ts'
import { STEPS, TestSubject } from '../support/shared/test-subject.ts'

const LEASE_MS = 30_000
const HOUR_MS = 3_600_000

const done = (step: string): Report => ({ type: 'step_done', step, ref: `${step}-ref` })

describe('F31: the alarm and a result at the same moment', () => {
  /** A run of which everything but the account is there, and the lease under which that is done. */
  function almostMerged() {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    subject.report(fence, { type: 'mail_sent' }, done('billing'))
    return { subject, specId, fence }
  }

  test('F31: at the deadline the run has failed, whichever of them comes first', () => {
    for (const first of ['alarm', 'result']) {
      const { subject, specId, fence } = almostMerged()
      subject.now += 24 * HOUR_MS
      if (first === 'alarm') subject.tick()
      subject.report(fence, done('account'))
      subject.tick()
      expect(subject.status(specId)).toBe('failed')
      expect(subject.timeline.filter(({ type }) => type === 'runs_expired')).toHaveLength(1)
    }
  })

  test('F31: a moment before the deadline the result wins, and the alarm changes nothing', () => {
    const { subject, specId, fence } = almostMerged()
    subject.now += 24 * HOUR_MS - 1
    subject.report(fence, done('account'))
    subject.now += 1
    subject.tick()
    expect(subject.status(specId)).toBe('merged')
  })

  test('F31: at the end of the lease the result counts until the work is given away, not after', () => {
    const [before, after] = [almostMerged(), almostMerged()]
    for (const { subject } of [before, after]) subject.now += LEASE_MS
    expect(before.subject.report(before.fence, done('account')).accepted).toBe(true)
    expect(before.subject.lease()).toBeNull()
    expect(before.subject.status(before.specId)).toBe('merged')
    expect(after.subject.leased().steps.map(({ name }) => name)).toEqual(['account'])
    expect(after.subject.report(after.fence, done('account')).accepted).toBe(false)
    expect(after.subject.status(after.specId)).toBe('hydrating')
  })
})

describe('F22: what was frozen stays as it was', () => {
  const planOf = (release: number): readonly StepDefinition[] =>
    STEPS.map((step) =>
      step.freeze === undefined
        ? step
        : { ...step, freeze: (account) => ({ email: account.identity, release }) },
    )

  const anyAction = fc.oneof(
    fc.record({ do: fc.constant('deploy' as const), release: fc.nat(5) }),
    fc.record({ do: fc.constant('open' as const), client: fc.nat(3) }),
    fc.record({ do: fc.constant('work' as const), what: fc.nat(4) }),
    fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 600 }) }),
  )

  const REPORTS: readonly Report[] = [
    done('billing'),
    { type: 'returned' },
    ...(['unavailable', 'unknown_outcome', 'rejected'] as const).map((kind) => ({
      type: 'step_failed' as const,
      step: 'billing',
      failure: { kind, detail: 'test', callSpent: true as const },
    })),
  ]

  test('F22: whatever deploys change, a key is only ever leased with the body it was made with', () => {
    fc.assert(
      fc.property(fc.array(anyAction, { maxLength: 60 }), (actions) => {
        const subject = new TestSubject()
        subject.steps = planOf(0)
        const bodies = new Map<string, string>()
        for (const action of actions) {
          if (action.do === 'deploy') subject.steps = planOf(action.release)
          if (action.do === 'open') subject.open({ client: `client-${action.client}` })
          if (action.do === 'wait') subject.now += action.minutes * 60_000
          if (action.do !== 'work') continue
          const work = subject.lease()
          for (const { call } of work?.steps ?? []) {
            if (call === null) continue
            const body = JSON.stringify(call.body)
            expect(bodies.get(call.key) ?? body).toBe(body)
            bodies.set(call.key, body)
          }
          const report = REPORTS[action.what]
          if (work !== null && report) subject.report(work.fence, report)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('F23: a call keeps the moment at which its key was made, so that its age can be told', () => {
    const subject = new TestSubject()
    subject.opened()
    const mintedAt = subject.now
    subject.report(subject.leased().fence, { type: 'mail_sent' })
    subject.now += 25 * HOUR_MS
    subject.opened({ client: 'client-b' })
    expect(subject.leased().steps[0]?.call).toMatchObject({ mintedAt, renewals: 0 })
  })
})
