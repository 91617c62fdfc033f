import { describe, expect, test } from 'vitest'
import type { StepFailure } from '../../src/contract/hydration.ts'
import { T0, TestSubject } from '../support/shared/test-subject.ts'

const LEASE_MS = 30_000

const failed = (kind: StepFailure['kind'], retryAfterMs?: number) => ({
  type: 'step_failed' as const,
  step: 'billing',
  failure: { kind, detail: 'test', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
})

describe('Q3: the lease', () => {
  test('is held by one consumer at a time', () => {
    const subject = new TestSubject()
    subject.opened()
    expect(subject.leased()).toMatchObject({ fence: 1, mail: { to: 'ada@example.com' } })
    expect(subject.lease()).toBeNull()
  })

  test('is not granted when nothing is due, and that writes nothing', () => {
    const subject = new TestSubject()
    expect(subject.lease()).toBeNull()
    subject.opened()
    subject.hydrate()
    const before = subject.timeline.length
    expect(subject.lease()).toBeNull()
    expect(subject.timeline).toHaveLength(before)
  })

  test('Q5: is granted again under a higher fence when its holder died', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    subject.leased()
    subject.now += LEASE_MS - 1
    expect(subject.lease()).toBeNull()
    subject.now += 1
    expect(subject.leased().fence).toBe(2)
    expect(subject.status(specId)).toBe('hydrating')
  })

  test('F12: what a former holder reports is ignored', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const old = subject.leased()
    subject.now += LEASE_MS
    subject.leased()
    const before = subject.timeline.length
    const reply = subject.report(old.fence, { type: 'step_done', step: 'billing', ref: 'cus_old' })
    expect(reply.accepted).toBe(false)
    expect(subject.timeline).toHaveLength(before)
    expect(subject.views(specId).at(-1)?.steps[0]?.status).toBe('pending')
  })

  test('handed back, it is free at once and costs no attempt', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.report(subject.leased().fence, { type: 'returned' })
    expect(subject.leased().fence).toBe(2)
  })

  test('a session that comes in the middle of a pass is done in the next one', () => {
    const subject = new TestSubject()
    const first = subject.opened()
    const work = subject.leased()
    const second = subject.opened({ client: 'client-b' })
    subject.report(work.fence, { type: 'mail_sent' })
    for (const { name } of work.steps) {
      subject.report(work.fence, { type: 'step_done', step: name, ref: name })
    }
    expect([subject.status(first), subject.status(second)]).toEqual(['merged', 'pending'])
    subject.hydrate()
    expect(subject.status(second)).toBe('merged')
  })
})

describe('S5, S6: a run', () => {
  test('goes pending, hydrating, merged, with one frame for each change', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    subject.hydrate()
    expect(subject.path(specId)).toEqual([
      { status: 'pending', seq: 1, steps: steps('pending', 'pending') },
      { status: 'hydrating', seq: 2, steps: steps('pending', 'pending') },
      { status: 'hydrating', seq: 3, steps: steps('done', 'pending') },
      { status: 'merged', seq: 4, steps: steps('done', 'done') },
    ])
  })

  test('a later pass is given what an earlier one found, and the same frozen call', () => {
    const subject = new TestSubject()
    subject.opened()
    const first = subject.leased()
    subject.report(first.fence, { type: 'step_done', step: 'billing', ref: 'cus_1' })
    subject.opened({ client: 'client-b' })
    subject.now += LEASE_MS
    const second = subject.leased()
    expect(second.steps).toEqual(first.steps)
    expect(second.refs).toEqual({ billing: 'cus_1' })
  })

  test('F11: a report that comes a hundred times changes nothing after the first', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    for (let times = 0; times < 100; times += 1) {
      subject.report(fence, { type: 'step_done', step: 'billing', ref: 'cus_1' })
    }
    expect(subject.views(specId)).toHaveLength(3)
  })
})

describe('retries, decided by the kind of failure', () => {
  test.each(['rate_limited', 'unavailable'] as const)(
    'F26: %s burns no attempt, however often',
    (kind) => {
      const subject = new TestSubject()
      const specId = subject.opened()
      for (let times = 0; times < 50; times += 1) {
        subject.report(subject.leased().fence, failed(kind))
        subject.now += 310_000
      }
      expect(subject.status(specId)).toBe('hydrating')
      subject.hydrate()
      expect(subject.status(specId)).toBe('merged')
    },
  )

  test('F26: whoever waited long for a permit starts anew with the provider', () => {
    const subject = new TestSubject()
    subject.opened()
    const failure = {
      kind: 'rate_limited' as const,
      detail: 'no permit in the budget',
      retryAfterMs: 30_000,
    }
    for (let times = 0; times < 20; times += 1) {
      const { fence } = subject.leased()
      subject.report(fence, { type: 'step_failed', step: 'billing', failure })
      subject.now += 30_000
    }
    subject.report(subject.leased().fence, { type: 'mail_sent' }, failed('unavailable'))
    subject.now += 1_000
    expect(subject.lease()).not.toBeNull()
  })

  test('F17: nothing is tried before the moment that the provider named', () => {
    const subject = new TestSubject()
    subject.opened()
    const { fence } = subject.leased()
    subject.report(fence, { type: 'mail_sent' }, failed('rate_limited', 90_000))
    subject.now = T0 + 89_999
    expect(subject.lease()).toBeNull()
    subject.now = T0 + 90_000
    expect(subject.lease()).not.toBeNull()
  })

  test('F18: an unknown outcome is tried three times', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    for (let times = 0; times < 3; times += 1) {
      expect(subject.status(specId)).not.toBe('failed')
      subject.report(subject.leased().fence, { type: 'mail_sent' }, failed('unknown_outcome'))
      subject.now += 130_000
    }
    expect(subject.views(specId).at(-1)).toMatchObject({
      status: 'failed',
      steps: steps('failed', 'pending'),
      error: { code: 'step_failed' },
    })
  })

  test.each(['rejected', 'conflict'] as const)('%s fails at once', (kind) => {
    const subject = new TestSubject()
    const specId = subject.opened()
    subject.report(subject.leased().fence, failed(kind))
    expect(subject.status(specId)).toBe('failed')
  })

  test('a failed run stays failed, and the next session of the person may succeed (S6)', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    subject.report(subject.leased().fence, failed('rejected'))
    subject.report(1, { type: 'mail_sent' })
    const next = subject.opened()
    subject.hydrate()
    expect([subject.status(specId), subject.status(next)]).toEqual(['failed', 'merged'])
  })

  test('attempts are counted for each run alone', () => {
    const subject = new TestSubject()
    const first = subject.opened()
    subject.report(subject.leased().fence, { type: 'mail_sent' }, failed('unknown_outcome'))
    subject.now += 5_000
    subject.report(subject.leased().fence, failed('unknown_outcome'))
    const second = subject.opened({ client: 'client-b' })
    subject.now += 5_000
    subject.report(subject.leased().fence, failed('unknown_outcome'))
    expect([subject.status(first), subject.status(second)]).toEqual(['failed', 'hydrating'])
  })
})

test('invariant C: a run that never succeeds has failed at its deadline', () => {
  const subject = new TestSubject()
  const specId = subject.opened()
  subject.now = T0 + 24 * 3_600_000 - 1
  subject.tick()
  expect(subject.status(specId)).toBe('pending')
  subject.now += 1
  subject.tick()
  expect(subject.views(specId).at(-1)).toMatchObject({
    status: 'failed',
    error: { code: 'deadline_exceeded' },
  })
})

describe('F21: a call whose key is spent', () => {
  const spent = {
    type: 'step_failed' as const,
    step: 'billing',
    failure: { kind: 'unknown_outcome', detail: 'test', callSpent: true } as const,
  }

  test('is made under a new key, with the same body, and looks for what the old one made', () => {
    const subject = new TestSubject()
    subject.opened()
    const first = subject.leased()
    subject.report(first.fence, { type: 'mail_sent' }, spent)
    subject.now += 5_000
    const [before] = first.steps
    const [after] = subject.leased().steps
    expect(after?.call).toMatchObject({ body: before?.call?.body, renewals: 1 })
    expect(after?.call?.key).not.toBe(before?.call?.key)
  })

  test('takes what it once found with it', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.hydrate()
    subject.opened()
    const failure = { ...spent.failure, kind: 'unavailable' as const }
    subject.report(subject.leased().fence, { ...spent, failure })
    subject.now += 5_000
    expect(subject.leased().refs).not.toHaveProperty('billing')
  })
})

test('steps are done in the order of the plan, also when a deploy added one between', () => {
  const subject = new TestSubject()
  subject.steps = [{ name: 'account' }]
  subject.opened()
  subject.steps = [{ name: 'billing' }, { name: 'account' }]
  subject.opened({ client: 'client-b' })
  expect(subject.leased().steps.map(({ name }) => name)).toEqual(['billing', 'account'])
})

describe('the proof mail', () => {
  test('is given up after a day, like a run', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.now += 24 * 3_600_000
    subject.tick()
    expect(subject.state.mail?.status).toBe('failed')
    expect(subject.leased().mail).toBeNull()
  })

  test('is no step: the run merges while the mail provider is down', () => {
    const subject = new TestSubject()
    const specId = subject.opened()
    const { fence } = subject.leased()
    const failure = { kind: 'unavailable', detail: 'test' } as const
    subject.report(fence, { type: 'mail_failed', failure })
    for (const step of ['billing', 'account']) {
      subject.report(fence, { type: 'step_done', step, ref: step })
    }
    expect(subject.status(specId)).toBe('merged')
    subject.now += 1_000
    const again = subject.leased()
    expect(again.mail).not.toBeNull()
    expect(again.steps).toEqual([])
  })

  test('is the same mail at every retry, and is sent once', () => {
    const subject = new TestSubject()
    subject.opened()
    const first = subject.leased()
    subject.report(first.fence, {
      type: 'mail_failed',
      failure: { kind: 'unknown_outcome', detail: 'test' },
    })
    subject.now += LEASE_MS
    const second = subject.leased()
    expect(second.mail).toEqual(first.mail)
    subject.report(second.fence, { type: 'mail_sent' }, { type: 'mail_sent' })
    expect(subject.timeline.filter(({ type }) => type === 'mail_sent')).toHaveLength(1)
  })

  test('is given up when the provider will never take it', () => {
    const subject = new TestSubject()
    subject.opened()
    const { fence } = subject.leased()
    subject.report(fence, { type: 'mail_failed', failure: { kind: 'rejected', detail: 'test' } })
    expect(subject.state.mail?.status).toBe('failed')
  })
})

const steps = (billing: string, account: string) => [
  { name: 'billing', status: billing },
  { name: 'account', status: account },
]
