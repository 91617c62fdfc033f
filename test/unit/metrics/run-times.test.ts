import { describe, expect, test, vi } from 'vitest'
import { BudgetGate } from '../../../src/adapters/budget-gate.ts'
import { withWaits } from '../../../src/adapters/budget-waits.ts'
import { openConnections } from '../../../src/adapters/call-gate.ts'
import { ok } from '../../../src/contract/result.ts'
import type { SessionTimes } from '../../../src/contract/subject-rpc.ts'
import { observe } from '../../../src/core/behaviour/behave.ts'
import { sessionStates } from '../../../src/core/onboarding/changes.ts'
import { decideReopen } from '../../../src/core/onboarding/reopen.ts'
import { decideResume } from '../../../src/core/onboarding/resume.ts'
import { wakeMessage } from '../../../src/core/onboarding/wake.ts'
import { T0 as EVENTS_AT, contextAt, event, member } from '../../support/shared/journeys.ts'
import { T0, TestSubject } from '../../support/shared/test-subject.ts'

/** As the index is told; the same from the timeline alone. */
function timesOf(subject: TestSubject, specId: string): SessionTimes {
  const [folded, refolded] = [subject.state, subject.refolded()].map((state) =>
    sessionStates(state).find((session) => session.specId === specId),
  )
  expect(refolded).toEqual(folded)
  if (folded?.times === undefined) throw new Error('nothing is told')
  return folded.times
}

describe('S16: the times of a run', () => {
  test('are those of its entries', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    subject.now += 400
    subject.hydrate()
    expect(timesOf(subject, specId)).toEqual({
      runOpenedAt: T0,
      leasedAt: T0 + 400,
      settledAt: T0 + 400,
      waitedMs: 0,
      hydratingAt: T0 + 400,
      mergedAt: T0 + 400,
      reclaims: 0,
      droppedAt: null,
    })
  })

  test('F17: hold apart what it waited, in a consumer and between two leases', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    subject.report(fence, { type: 'mail_sent' })
    subject.report(fence, { type: 'step_done', step: 'billing', ref: 'cus_1', waitedMs: 700 })
    const failure = {
      kind: 'rate_limited',
      detail: 'no permit in the budget',
      retryAfterMs: 9_000,
    } as const
    subject.report(fence, { type: 'step_failed', step: 'account', failure, waitedMs: 300 })
    subject.now += 9_000
    subject.hydrate()
    const { waitedMs, settledAt } = timesOf(subject, specId)
    expect([waitedMs, settledAt]).toEqual([10_000, T0 + 9_000])
  })

  test('an outage is no wait for a budget', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    const failure = { kind: 'unavailable', detail: 'stripe 503' } as const
    subject.report(fence, { type: 'mail_sent' })
    subject.report(fence, { type: 'step_failed', step: 'billing', failure })
    subject.now += 9_000
    subject.hydrate()
    expect(timesOf(subject, specId).waitedMs).toBe(0)
  })

  test('Q5: a lease that ran out is reclaimed, one that was handed back is not', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    subject.report(fence, { type: 'returned' })
    subject.leased()
    expect(timesOf(subject, specId).reclaims).toBe(0)
    subject.now += 30_001
    subject.hydrate()
    expect(timesOf(subject, specId).reclaims).toBe(1)
  })

  test('begin anew with another run, but for the first lease and merge of the session', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    const failure = { kind: 'rejected', detail: 'stripe 400' } as const
    subject.report(fence, { type: 'step_failed', step: 'billing', failure })
    expect(timesOf(subject, specId).settledAt).toBe(T0)
    subject.now += 60_000
    subject.take((state, context) => decideReopen(state, { specId, run: 1 }, context))
    expect(timesOf(subject, specId)).toMatchObject({
      runOpenedAt: T0 + 60_000,
      leasedAt: null,
      settledAt: null,
      hydratingAt: T0,
    })
    subject.hydrate()
    expect(timesOf(subject, specId).mergedAt).toBe(T0 + 60_000)
  })

  test('B12: what a link opens is told as such, also by the wake-up', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.hydrate()
    const mail = subject.state.mail?.id ?? ''
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    subject.take((state, context) =>
      decideResume(state, { mail, client: 'b', traceparent }, context),
    )
    expect(sessionStates(subject.state).map(({ origin }) => origin)).toEqual(['sign_up', 'link'])
    expect(wakeMessage(subject.state)?.sessions.map(({ origin }) => origin)).toEqual(['link'])
  })
})

test('S16: waits for permits are told to whoever did the work, and to nobody beside', async () => {
  vi.useFakeTimers()
  const permits = [
    { permits: [], waitsMs: [1_500] },
    { permits: [1], waitsMs: [] },
  ]
  const gate = new BudgetGate(
    {
      acquire: async () => permits.shift() ?? { permits: [2], waitsMs: [] },
      settle: async () => undefined,
    },
    openConnections(Date.now() + 20_000),
  )
  const call = () => withWaits(async () => gate.run(async () => ok('done')))
  const first = call()
  await vi.advanceTimersByTimeAsync(100)
  const second = call()
  await vi.advanceTimersByTimeAsync(5_000)
  expect([(await first).waitedMs, (await second).waitedMs]).toEqual([1_500, 0])
  vi.useRealTimers()
})

test('A15: a decision says when the event came that it answers, one that was asked for does not', () => {
  const events = [event({ receivedAt: EVENTS_AT - 900 }), event({ receivedAt: EVENTS_AT - 400 })]
  const { current } = observe(null, member(), events, [], contextAt(EVENTS_AT, 'policy'))
  expect(current).toMatchObject({ decidedAt: EVENTS_AT, promptedAt: EVENTS_AT - 400 })
})
