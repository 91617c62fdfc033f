import { afterEach, describe, expect, test, vi } from 'vitest'
import { BehaviourMessage } from '../../src/contract/behaviour.ts'
import type { Bindings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import {
  bearer,
  bindings,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  signUp,
} from '../support/worker/api.ts'
import { outsideToken } from '../support/worker/outside-token.ts'
import { forge, prove } from '../support/worker/tokens.ts'
import { fetchUnder } from '../support/worker/under.ts'

const QUEUE = 'foyer-behavior-events'
const MIB_BYTES = 1_048_576

afterEach(() => {
  vi.restoreAllMocks()
})

/** Where the queue's messages would go; what it is handed is copied as it would be on its way. */
function collect(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const messages: Extract<BehaviourMessage, { type: 'events' }>[] = []
  const send = async (message: unknown, options?: QueueSendOptions) => {
    expect(options).toEqual({ contentType: 'json' })
    const parsed = BehaviourMessage.parse(JSON.parse(JSON.stringify(message)))
    if (parsed.type === 'events') messages.push(parsed)
    await answer()
  }
  return { messages, env: { BEHAVIOR: { send } as unknown as Bindings['BEHAVIOR'] } }
}

const event = (token: string, change: Readonly<Record<string, unknown>> = {}) => ({
  userId: claimsOf(token)['sub'],
  sessionId: 'visit-1',
  eventType: 'page_view',
  payload: { path: '/dashboard' },
  ...change,
})

const call = (token: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => ({
  method: 'POST',
  headers: { ...bearer(token), 'Content-Type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const post = (
  env: Partial<Bindings>,
  token: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) => fetchUnder(env, '/api/v1/events', call(token, body, headers))

const times = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at))

describe('A1: one event', () => {
  test('of a session is queued under its specId, and gets an id', async () => {
    const { token, specId } = await signUp()
    const { messages, env } = collect()
    const before = Date.now()
    const answer = await post(env, token, event(token))
    expect(answer.status).toBe(202)
    const body = await answer.json<{ eventId: string }>()
    expect(body).toEqual({ status: 'queued', eventId: expect.any(String) as string })
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({
      key: claimsOf(token)['key'],
      person: specId,
      events: [{ eventId: body.eventId, type: 'page_view', path: '/dashboard', dropped: 0 }],
    })
    const [queued] = messages[0]?.events ?? []
    expect(queued?.at).toBe(queued?.receivedAt)
    expect(queued?.at).toBeGreaterThanOrEqual(before)
    expect(queued?.at).toBeLessThanOrEqual(Date.now())
  })

  test("of a member is queued under the account's userId, not its member session", async () => {
    const email = freshEmail()
    const { token, userId } = await prove(await signUp(email), email)
    const { messages, env } = collect()
    expect((await post(env, token, event(token, { userId }))).status).toBe(202)
    expect(messages[0]).toMatchObject({ person: userId })
    const { sid } = claimsOf(token)
    expect((await post(env, token, event(token, { userId: sid }))).status).toBe(403)
  })

  test('reaches the real queue as a message that its consumer can read', async () => {
    const { token, specId } = await signUp()
    const delivered: BehaviourMessage[] = []
    const queue = worker.queue.bind(worker)
    vi.spyOn(worker, 'queue').mockImplementation(async (batch, env) => {
      if (batch.queue !== QUEUE) return queue(batch, env)
      delivered.push(...batch.messages.map(({ body }) => BehaviourMessage.parse(body)))
    })
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` }
    const body = event(token, { eventId: 'e-1' })
    const answer = await fetchWorker('/api/v1/events', call(token, body, headers))
    expect(await answer.json()).toEqual({ status: 'queued', eventId: 'e-1' })
    const isOurs = (message: BehaviourMessage) =>
      message.type === 'events' && message.person === specId
    const message = await eventually('the delivery', () => Promise.resolve(delivered.find(isOurs)))
    expect(message).toMatchObject({
      key: claimsOf(token)['key'],
      traceparent: expect.stringContaining(trace) as string,
      events: [{ eventId: 'e-1' }],
    })
  })

  test('says how many keys of its payload were not kept', async () => {
    const { token } = await signUp()
    const payload = { path: '/nowhere', target: 'save', note: 'x', a: { b: 1 } }
    const answer = await post(collect().env, token, event(token, { payload }))
    expect(await answer.json()).toMatchObject({ status: 'queued', dropped_keys: 3 })
  })

  test.each([-31_536_000_000, 31_536_000_000, -1e308, 1e308])(
    'that says it happened %d ms from now is believed ten minutes of it',
    async (offset) => {
      const { token } = await signUp()
      const { messages, env } = collect()
      const timestamp = Date.now() + offset
      expect((await post(env, token, event(token, { timestamp }))).status).toBe(202)
      const [queued] = messages[0]?.events ?? []
      expect((queued?.at ?? 0) - (queued?.receivedAt ?? 0)).toBe(Math.sign(offset) * 600_000)
    },
  )
})

describe('A1: a batch', () => {
  test('of a hundred is one message, in order', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const events = times(100, (at) => event(token, { eventId: `e-${at}` }))
    const answer = await post(env, token, { events })
    expect(answer.status).toBe(202)
    const eventIds = times(100, (at) => `e-${at}`)
    expect(await answer.json()).toEqual({ status: 'queued', eventIds, rejected: [] })
    expect(messages.map(({ events }) => events.map(({ eventId }) => eventId))).toEqual([eventIds])
  })

  test('of 101, or of none, is 400, and nothing is queued', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    for (const count of [101, 0]) {
      const answer = await post(env, token, { events: times(count, () => event(token)) })
      expect(answer.status).toBe(400)
      expect(await errorOf(answer)).toMatchObject({
        code: 'validation_failed',
        details: [{ path: 'events' }],
      })
    }
    expect(messages).toEqual([])
  })

  test('with bad ones is taken without them, and each is told why', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const events = [
      event(token, { eventType: 'scroll' }),
      event(token, { eventId: 'good', payload: { path: '/dashboard', name: 'Ada' } }),
      event(token, { userId: crypto.randomUUID() }),
    ]
    const answer = await post(env, token, { events })
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({
      status: 'queued',
      eventIds: ['good'],
      rejected: [
        {
          index: 0,
          code: 'validation_failed',
          message: expect.stringMatching(/^eventType: /) as string,
        },
        { index: 2, code: 'forbidden', message: 'userId: is not whom the token speaks for' },
      ],
      dropped_keys: 1,
    })
    expect(messages.map(({ events }) => events.length)).toEqual([1])
  })

  test('of only bad ones is 400 with what is wrong with each', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const events = [
      event(token, { eventType: 'scroll', extra: 1 }),
      event(token, { userId: crypto.randomUUID() }),
    ]
    const answer = await post(env, token, { events })
    expect(answer.status).toBe(400)
    const { details } = await errorOf(answer)
    const paths = ['events.0.eventType', 'events.0.extra', 'events.1.userId']
    expect(details?.map(({ path }) => path)).toEqual(paths)
    expect(messages).toEqual([])
  })

  test('A2: with an event twice acknowledges both and queues one', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const twice = event(token, { eventId: 'twice' })
    const answer = await post(env, token, { events: [twice, twice] })
    expect(await answer.json()).toMatchObject({ eventIds: ['twice', 'twice'], rejected: [] })
    expect(messages.map(({ events }) => events.length)).toEqual([1])
  })
})

describe('A1: who may report', () => {
  test("another person's events are 403, alone and in a batch, and nothing is queued", async () => {
    const { token } = await signUp()
    const { specId } = await signUp()
    const { messages, env } = collect()
    const others = event(token, { userId: specId })
    for (const body of [others, { events: [others, others] }]) {
      const answer = await post(env, token, body)
      expect(answer.status).toBe(403)
      expect((await errorOf(answer)).code).toBe('forbidden')
    }
    expect(messages).toEqual([])
  })

  test('nobody is 401, and a token for other things 403', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const past = Math.floor(Date.now() / 1_000) - 600
    const expired = await forge(token, { claims: { iat: past, exp: past + 300 } })
    for (const nobody of ['x', expired]) {
      expect((await post(env, nobody, event(token))).status).toBe(401)
    }
    for (const other of [bindings.ADMIN_TOKEN, await outsideToken()]) {
      expect((await post(env, other, event(token))).status).toBe(403)
    }
    expect(messages).toEqual([])
  })

  test('over the limit of one person is 429, before the body is looked at, and others go on', async () => {
    const [{ token, specId }, other] = [await signUp(), await signUp()]
    const { messages, env } = collect()
    const limit = ({ key }: RateLimitOptions) => Promise.resolve({ success: key !== specId })
    const limited = { ...env, EVENTS_LIMITER: { limit }, IP_LIMIT: 'on' }
    const answer = await post(limited, token, 'no JSON')
    expect(answer.status).toBe(429)
    expect(answer.headers.get('Retry-After')).toBe('60')
    expect((await errorOf(answer)).code).toBe('rate_limited')
    expect((await post(limited, other.token, event(other.token))).status).toBe(202)
    expect(messages).toHaveLength(1)
    expect((await post({ ...limited, IP_LIMIT: 'off' }, token, event(token))).status).toBe(202)
  })

  test('the limit of the platform lets three hundred reports a minute through', async () => {
    const { token } = await signUp()
    const on = { ...collect().env, IP_LIMIT: 'on' }
    const answers = await Promise.all(times(320, () => post(on, token, event(token))))
    const limited = answers.filter(({ status }) => status === 429).length
    // A minute of the platform's clock may begin in between.
    expect(limited).toBeLessThanOrEqual(20)
    expect(answers.filter(({ status }) => status === 202).length).toBe(320 - limited)
    expect((await post(collect().env, token, event(token))).status).toBe(202)
  })

  test('X34: a page of another origin may, if it is known', async () => {
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' }
    const preflight = (allowed: string) =>
      fetchUnder({ ALLOWED_ORIGINS: allowed }, '/api/v1/events', { method: 'OPTIONS', headers })
    const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')
    expect(allowed(await preflight('https://app.example'))).toBe('https://app.example')
    expect(allowed(await preflight('https://other.example'))).toBeNull()
  })
})

describe('A1: bodies', () => {
  test('of a megabyte are read, of a byte more are 413', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const small = JSON.stringify(event(token))
    expect((await post(env, token, small.padEnd(MIB_BYTES))).status).toBe(202)
    const answer = await post(env, token, small.padEnd(MIB_BYTES + 1))
    expect(answer.status).toBe(413)
    expect((await errorOf(answer)).code).toBe('payload_too_large')
    expect(messages).toHaveLength(1)
  })

  test('of a hundred events of 10 KB each become one message that the queue takes', async () => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const payload = { path: '/dashboard', target: 't'.repeat(64), note: 'x'.repeat(9_900) }
    const events = times(100, () => event(token, { payload }))
    expect((await post(env, token, { events })).status).toBe(202)
    expect(JSON.stringify(messages[0]).length).toBeLessThan(100_000)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'X33: that say they are %j are 415',
    async (type) => {
      const { token } = await signUp()
      const answer = await post(collect().env, token, event(token), { 'Content-Type': type })
      expect(answer.status).toBe(415)
    },
  )

  test.each(['', '{', 'nothing', '{"events": [}'])('like %j are 400', async (body) => {
    const { token } = await signUp()
    const answer = await post(collect().env, token, body)
    expect(answer.status).toBe(400)
    expect((await errorOf(answer)).code).toBe('malformed_json')
  })

  test.each<[string, unknown, string]>([
    ['no eventType', { eventType: undefined }, 'eventType'],
    ['no userId', { userId: undefined }, 'userId'],
    ['no sessionId', { sessionId: undefined }, 'sessionId'],
    ['no payload', { payload: undefined }, 'payload'],
    ['a payload above 16 KiB', { payload: { a: 'x'.repeat(16_384) } }, 'payload'],
    ['a field of its own', { email: 'x' }, 'email'],
  ])('with %s are 400 and say so', async (_name, change, path) => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const body = event(token, change as Readonly<Record<string, unknown>>)
    const answer = await post(env, token, body)
    expect(answer.status).toBe(400)
    expect(await errorOf(answer)).toMatchObject({ code: 'validation_failed', details: [{ path }] })
    expect(messages).toEqual([])
  })
})

describe('hostile payloads', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const withPayload = (token: string, payload: string) =>
    JSON.stringify(event(token, { payload: '?' })).replace('"?"', () => payload)

  test.each<[string, string]>([
    ['X43: __proto__', '{"__proto__": {"role": "admin"}, "path": "/dashboard"}'],
    ['X43: __proto__ further in', '{"a": [{"__proto__": {}}]}'],
    ['X43: depth 17', `{"a": ${deep(17)}}`],
    ['X43: depth 10,000', `{"a": ${deep(10_000)}}`],
    ['X43: as deep as a body can be', `{"a": ${deep(520_000)}}`],
    ['X43: half a million numbers', `[${'0,'.repeat(510_000)}0]`],
    ['X43: one huge key', `{"${'k'.repeat(1_000_000)}": 1}`],
    ['X43: a hundred thousand keys', `{${times(90_000, (at) => `"k${at}":1`).join()}}`],
    ['X44: NUL', String.raw`{"a": "\u0000"}`],
    ['X44: NUL in a key', String.raw`{"a\u0000": 1}`],
    ['X44: a lone surrogate', String.raw`{"path": "/dashboard", "a": ["\ud800"]}`],
    ['X44: surrogates in the wrong order', String.raw`{"target": "\udc00\ud800"}`],
  ])('%s is 400 alone, and costs a batch only that event', async (_name, payload) => {
    const { token } = await signUp()
    const { messages, env } = collect()
    const hostile = withPayload(token, payload)
    const alone = await post(env, token, hostile)
    expect(alone.status).toBe(400)
    expect((await alone.text()).length).toBeLessThan(1_000)
    const good = JSON.stringify(event(token, { eventId: 'good' }))
    const batch = await post(env, token, `{"events":[${hostile},${good}]}`)
    expect(batch.status).toBe(202)
    expect(await batch.json()).toMatchObject({
      eventIds: ['good'],
      rejected: [{ index: 0, code: 'validation_failed' }],
    })
    expect(messages.map(({ events }) => events.map(({ eventId }) => eventId))).toEqual([['good']])
    expect(({} as Record<string, unknown>)['role']).toBeUndefined()
  })

  test('X43: numbers of any size, and names with a meaning in JavaScript, are dropped keys', async () => {
    const { token } = await signUp()
    const payload = '{"a":1e308,"b":-1e308,"c":1e999,"constructor":{"prototype":1},"toString":2}'
    const answer = await post(collect().env, token, withPayload(token, payload))
    expect(await answer.json()).toMatchObject({ status: 'queued', dropped_keys: 5 })
  })

  test('X43: __proto__ around the events is no known field', async () => {
    const { token } = await signUp()
    const good = JSON.stringify(event(token))
    const answer = await post(collect().env, token, `{"__proto__":{},"events":[${good}]}`)
    expect(answer.status).toBe(400)
    expect((await errorOf(answer)).details).toMatchObject([{ path: '__proto__' }])
  })

  test('X42: an address reaches neither the queue nor the log, wherever it stands', async () => {
    const canary = `ada.${crypto.randomUUID()}@example.com`
    const { token } = await signUp()
    const { messages, env } = collect()
    const lines: string[] = []
    for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
        lines.push(parts.map(String).join(' '))
      })
    }
    const events = [
      { path: `/projects/${canary}?who=${canary}#${canary}`, target: canary, error: canary },
      { path: `https://example.com/${canary}`, [canary]: canary, nested: { [canary]: [canary] } },
      { path: canary, email: canary, note: `write to ${canary}` },
    ].map((payload) => event(token, { payload }))
    const answer = await post(env, token, { events })
    expect(await answer.json()).toMatchObject({ rejected: [], dropped_keys: 8 })
    for (const field of ['eventId', 'sessionId', 'eventType', 'timestamp', 'userId', canary]) {
      expect((await post(env, token, event(token, { [field]: canary }))).status).toBe(400)
    }
    const refusing = collect(() => Promise.reject(new Error(canary))).env
    expect((await post(refusing, token, { events })).status).toBe(503)
    expect(messages).toHaveLength(1)
    expect(lines).toHaveLength(1)
    expect(JSON.stringify([messages, lines])).not.toContain(canary)
  })
})

describe('A1: a queue', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['refuses', () => Promise.reject(new Error('Queue send failed: Too Many Requests'))],
    ['never answers', () => new Promise(() => {})],
  ])('that %s is 503, with a time to come back', async (_name, answer) => {
    const { token } = await signUp()
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await post(collect(answer).env, token, event(token))
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('5')
    expect((await errorOf(response)).code).toBe('unavailable')
  })

  test('is all that is asked: neither the object nor the database', async () => {
    const { token } = await signUp()
    const asked = vi.fn<() => never>(() => {
      throw new Error('asked')
    })
    vi.spyOn(globalThis, 'fetch').mockImplementation(asked)
    const { env } = collect()
    const nobody = new Proxy({}, { get: asked }) as never
    const alone = { ...env, SUBJECTS: nobody, BUDGETS: nobody, HYDRATION: nobody, ARCHIVE: nobody }
    expect((await post(alone, token, event(token))).status).toBe(202)
    expect(asked).not.toHaveBeenCalled()
  })
})
