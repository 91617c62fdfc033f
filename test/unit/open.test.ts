import { describe, expect, test } from 'vitest'
import { T0, TestSubject } from '../support/shared/test-subject.ts'

const MINUTE_MS = 60_000

describe('S1, S8: opening a session', () => {
  test('a fresh sign-up is one entry of the timeline', () => {
    const subject = new TestSubject()
    subject.opened()
    expect(subject.timeline).toHaveLength(1)
    expect(subject.timeline[0]).toMatchObject({
      type: 'session_opened',
      run: 1,
      steps: ['billing', 'account'],
      account: { identity: 'ada@example.com', planId: 'pro', createdAt: T0 },
      calls: { billing: { body: { email: 'ada@example.com' }, mintedAt: T0 } },
    })
  })

  test('every session of a subject has one account and one frozen call (S7)', () => {
    const subject = new TestSubject()
    subject.opened()
    const { account, calls } = subject.state
    subject.opened({ client: 'client-b', planId: 'free' })
    expect(subject.state.account).toBe(account)
    expect(subject.state.calls).toBe(calls)
    expect(subject.timeline[1]).not.toHaveProperty('account')
  })

  test('a step that is new since the account began gets its call with the next session', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.steps = [...subject.steps, { name: 'crm', freeze: ({ userId }) => ({ userId }) }]
    subject.opened()
    expect([...subject.state.calls.keys()]).toEqual(['billing', 'crm'])
  })

  test('S9: every session ends, and every run has a deadline', () => {
    const subject = new TestSubject()
    const session =
      subject.state.sessions.get(subject.opened()) ?? subject.state.sessions.values().next().value
    expect(session).toMatchObject({
      expiresAt: T0 + 24 * 60 * MINUTE_MS,
      deadlineAt: T0 + 24 * 60 * MINUTE_MS,
    })
  })
})

describe('S8: Idempotency-Key', () => {
  const idempotencyKey = 'a-key-of-sixteen-characters'

  test('the same request within ten minutes is the same session, and nothing is written', () => {
    const subject = new TestSubject()
    const specId = subject.opened({ idempotencyKey })
    subject.now += 10 * MINUTE_MS - 1
    expect(subject.open({ idempotencyKey })).toEqual({
      ok: true,
      value: { specId, authEpoch: 0, openedAt: T0, replayed: true },
    })
    expect(subject.timeline).toHaveLength(1)
  })

  test.each([{ planId: 'free' }, { referrer: 'https://elsewhere.example' }])(
    'the same key with %j is refused',
    (change) => {
      const subject = new TestSubject()
      subject.opened({ idempotencyKey })
      expect(subject.open({ idempotencyKey, ...change })).toEqual({
        ok: false,
        error: { code: 'idempotency_key_reused' },
      })
    },
  )

  test('after ten minutes the key means a new session', () => {
    const subject = new TestSubject()
    const specId = subject.opened({ idempotencyKey })
    subject.now += 10 * MINUTE_MS
    expect(subject.opened({ idempotencyKey })).not.toBe(specId)
  })

  test('a replay is not counted by the limit', () => {
    const subject = new TestSubject()
    subject.opensPerMinute = 1
    subject.opened({ idempotencyKey })
    for (let times = 0; times < 5; times += 1)
      expect(subject.open({ idempotencyKey }).ok).toBe(true)
  })
})

describe('Q6, X39: the exact limit', () => {
  test('exactly three of a hundred at once pass, and another client is not affected', () => {
    const subject = new TestSubject()
    const passed = Array.from({ length: 100 }, () => subject.open()).filter(({ ok }) => ok)
    expect(passed).toHaveLength(3)
    expect(subject.open({ client: 'client-b' }).ok).toBe(true)
    expect(subject.timeline).toHaveLength(4)
  })

  test('the refusal says when the oldest one leaves the window, and that holds', () => {
    const subject = new TestSubject()
    for (const waitMs of [0, 10_000, 20_000]) {
      subject.now = T0 + waitMs
      subject.opened()
    }
    subject.now = T0 + 25_000
    expect(subject.open()).toEqual({
      ok: false,
      error: { code: 'rate_limited', retryAfterMs: 35_000 },
    })
    subject.now = T0 + 59_999
    expect(subject.open().ok).toBe(false)
    subject.now = T0 + 60_000
    expect(subject.open().ok).toBe(true)
    expect(subject.open().ok).toBe(false)
  })

  test('zero means any number', () => {
    const subject = new TestSubject()
    subject.opensPerMinute = 0
    for (let times = 0; times < 50; times += 1) expect(subject.open().ok).toBe(true)
  })
})

const crowded = () => {
  const subject = new TestSubject()
  subject.opensPerMinute = 0
  const open = (client: string, count: number) =>
    Array.from({ length: count }, () => subject.opened({ client }))
  const noisy = open('noisy', 59)
  for (const client of ['b', 'c']) open(client, 20)
  const [quiet = ''] = open('quiet', 1)
  return { subject, noisy, quiet }
}

describe('X32: many sessions for one victim', () => {
  test('the hundred and first makes room at the expense of the noisiest client', () => {
    const { subject, noisy, quiet } = crowded()
    const victim = subject.opened({ client: 'victim' })
    const live = [...subject.state.sessions.values()].filter(({ ended }) => !ended)
    expect(live).toHaveLength(100)
    expect(live.map(({ specId }) => specId)).toContain(victim)
    expect(live.map(({ specId }) => specId)).toContain(quiet)
    expect(subject.state.sessions.get(noisy[0] ?? '')?.ended).toBe(true)
  })

  test('a client meets its own bound first, whoever else is there (B13)', () => {
    const [alone, among] = [new TestSubject(), new TestSubject()]
    for (let times = 0; times < 39; times += 1) among.opened({ client: `other-${times}` })
    const ended = [alone, among].map((subject) => {
      subject.opensPerMinute = 0
      const own = Array.from({ length: 61 }, () => subject.opened({ client: 'own' }))
      return own.map((specId) => subject.state.sessions.get(specId)?.ended)
    })
    expect(ended[0]).toEqual([true, ...Array<boolean>(60).fill(false)])
    expect(ended[1]).toEqual(ended[0])
  })

  test('an evicted session ends with its run, and is forgotten at the next sign-up', () => {
    const { subject, noisy } = crowded()
    subject.opened({ client: 'victim' })
    const [evicted = ''] = noisy
    expect(subject.views(evicted).at(-1)).toMatchObject({
      status: 'failed',
      error: { code: 'session_evicted' },
    })
    subject.hydrate()
    expect(subject.status(evicted)).toBe('failed')
    subject.opened({ client: 'victim' })
    expect(subject.state.sessions.has(evicted)).toBe(false)
  })

  test('however long an outage and however large the crowd, the state stays small', () => {
    const subject = new TestSubject()
    for (let client = 0; client < 1_000; client += 1) {
      subject.opened({ client: `client-${client}` })
    }
    expect(subject.state.sessions.size).toBeLessThanOrEqual(101)
    expect(subject.leased().steps).toHaveLength(2)
  })
})

describe('X40: proof mails', () => {
  test('all sessions of one minute lead to one mail', () => {
    const subject = new TestSubject()
    subject.opensPerMinute = 0
    for (let times = 0; times < 50; times += 1) subject.opened({ client: `client-${times}` })
    expect(subject.state.mailsRequestedAt).toHaveLength(1)
  })

  test('a minute after a mail the next session asks for another', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.hydrate()
    subject.now += MINUTE_MS
    subject.opened()
    expect(subject.state.mailsRequestedAt).toHaveLength(2)
    expect(subject.state.mail?.status).toBe('due')
  })

  test('while a mail waits to be sent no other one is asked for', () => {
    const subject = new TestSubject()
    subject.opened()
    subject.now += 10 * MINUTE_MS
    subject.opened()
    expect(subject.state.mailsRequestedAt).toHaveLength(1)
  })

  test('a person gets twenty a day at most, and still every session', () => {
    const subject = new TestSubject()
    for (let minute = 0; minute < 60; minute += 1) {
      subject.now = T0 + minute * MINUTE_MS
      subject.opened({ client: `client-${minute}` })
      subject.hydrate()
    }
    expect(subject.state.mailsRequestedAt).toHaveLength(20)
    expect(subject.state.sessions.size).toBe(60)
  })
})
