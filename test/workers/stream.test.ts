import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../src/adapters/tokens.ts'
import { parseSettings } from '../../src/env.ts'
import { LEASE_MS } from '../../src/core/onboarding/limits.ts'
import { eventStream } from '../../src/http/event-stream.ts'
import { framesOf, shown } from '../support/shared/frames.ts'
import {
  bindings,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  openSocket,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import {
  type StreamEvent,
  askStream,
  openStream,
  readStream,
} from '../support/worker/event-stream.ts'
import { STEP_NAMES } from '../support/worker/run.ts'
import {
  type Subject,
  commandFor,
  freshSubject,
  letPass,
  withQueue,
} from '../support/worker/subject.ts'
import { forge, prove } from '../support/worker/tokens.ts'
import { fetchUnder } from '../support/worker/under.ts'

const FRAMES = framesOf(STEP_NAMES)
const LAST = FRAMES.length
const seqs = FRAMES.map(({ seq }) => seq)

const idsOf = (events: readonly StreamEvent[]) => events.map(({ id }) => id)
const statuses = (events: readonly StreamEvent[]) =>
  events.filter(({ event }) => event === 'status')

const keyOf = (token: string) => String(claimsOf(token)['key'])

/** A session whose run goes on only when the test takes it up. */
async function heldSession(
  { stub, key, identity = freshEmail() }: { stub: Subject; key: string; identity?: string } = {
    ...freshSubject(),
  },
) {
  await withQueue(stub, () => Promise.resolve())
  const { opened } = await stub.open(commandFor(key, { identity, client: 'held' }))
  if (!opened.ok) throw new Error('the session was refused')
  const claim = opened.value
  const tokens = createTokens(parseSettings(bindings))
  const token = await tokens.issueSpeculative({ ...claim, key }, Date.now())
  const { specId, authEpoch } = claim
  return { stub, token, caller: { role: 'speculative', specId, authEpoch } as const }
}

const openSocketsOf = (stub: Subject): Promise<number> =>
  runInDurableObject(
    stub,
    (_instance, state: DurableObjectState) =>
      state.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  )

describe('Q11: the stream', () => {
  test('Q11: tells every change in order, and ends with the run', async () => {
    const session = await signUp()
    const { events, ended, response } = await openStream(session.token, 0)
    await ended
    expect(statuses(events).map(({ data }) => shown(data as never))).toEqual(FRAMES)
    expect(idsOf(statuses(events))).toEqual(seqs.map(String))
    expect(events[0]?.data).toMatchObject({ type: 'status', specId: session.specId })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
  })

  test('Q11: says the same as the socket, word for word', async () => {
    const session = await signUp()
    const { frames, socket } = await openSocket(session)
    const { events, ended } = await openStream(session.token, 0)
    await ended
    await eventually('the last frame', async () => frames.at(-1)?.status === 'merged')
    expect(statuses(events).map(({ data }) => data)).toEqual(
      frames.filter(({ type }) => type === 'status'),
    )
    socket.close()
  })

  test('Q11: tells what stands recommended, without an id, before it ends', async () => {
    const session = await signUp()
    await untilSettled(session)
    const advice = await fetchWorker('/api/v1/recommendation', {
      headers: { Authorization: `Bearer ${session.token}` },
    })
    const { events, ended } = await openStream(session.token)
    await ended
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ['status', String(LAST)],
      ['recommendation', null],
    ])
    expect(events[1]?.data).toEqual({ type: 'recommendation', ...(await advice.json<object>()) })
  })

  test('Q11: tells what is recommended and what stands no longer while it is open', async () => {
    const { stub, token, caller } = await heldSession()
    const { events, abort } = await openStream(token)
    const advised = await stub.recommendation(caller, [])
    const view = advised.result.ok ? advised.result.value : null
    const recommendationId = view?.recommendationId ?? ''
    await stub.feedback({ caller, recommendationId, kind: 'dismiss' })
    await expect.poll(() => events.length).toBe(3)
    expect(events.slice(1)).toEqual([
      { event: 'recommendation', id: null, data: { type: 'recommendation', ...view } },
      {
        event: 'recommendation_withdrawn',
        id: null,
        data: { type: 'recommendation_withdrawn', recommendationId },
      },
    ])
    await abort()
  })
})

describe('B5: Last-Event-ID', () => {
  test.each([
    [0, seqs],
    [2, seqs.slice(2)],
    [LAST - 1, [LAST]],
    // Nothing was missed and nothing will come: it ends.
    [LAST, []],
    // A client that knows more than there is gets the truth.
    [LAST + 1, [LAST]],
    [99, [LAST]],
  ])('B5: %i gets exactly what was missed', async (after, missed) => {
    const session = await signUp()
    await untilSettled(session)
    const { events, ended } = await openStream(session.token, after)
    await ended
    expect(idsOf(statuses(events))).toEqual(missed.map(String))
  })

  test('B5: a client that comes back and back misses nothing and sees nothing twice', async () => {
    const { stub, token } = await heldSession()
    const seen: StreamEvent[] = []
    const one = await openStream(token)
    await expect.poll(() => one.events.length).toBe(1)
    await one.abort()
    seen.push(...one.events)
    await stub.lease()
    const two = await openStream(token, seqOf(seen))
    await expect.poll(() => two.events.length).toBe(1)
    await two.abort()
    seen.push(...two.events)
    await withQueue(stub, null)
    await letPass(stub, LEASE_MS)
    const three = await openStream(token, seqOf(seen))
    await stub.wake()
    await three.ended
    seen.push(...three.events)
    expect(idsOf(seen)).toEqual(seqs.map(String))
  })

  test.each(['', 'x', '-1', '1.5', '1e3', '0x1', '1'.repeat(10), '1, 2'])(
    'B5: %j is 400',
    async (id) => {
      const { token } = await signUp()
      const answer = await askStream(token, { 'Last-Event-ID': id })
      expect(answer.status).toBe(400)
      const { code, details } = await errorOf(answer)
      expect([code, details?.[0]?.path]).toEqual(['validation_failed', 'Last-Event-ID'])
    },
  )
})

const seqOf = (events: readonly StreamEvent[]): number => Number(events.at(-1)?.id)

describe('B5: what ends it', () => {
  test('B5: a proof elsewhere, with a word', async () => {
    const email = freshEmail()
    const own = await signUp(email)
    await untilSettled(own)
    const stub = subjectOf(own.token)
    const other = await heldSession({ stub, key: keyOf(own.token), identity: email })
    const { events, ended } = await openStream(other.token)
    await prove(own, email)
    await ended
    expect(events.map(({ event }) => event)).toEqual(['status', 'ended'])
    expect((await askStream(other.token)).status).toBe(401)
  })

  test('B5: a ninth that looks, without a word: the first may come again', async () => {
    const { stub, token } = await heldSession()
    const first = await openStream(token)
    const others = []
    for (let times = 0; times < 8; times += 1) others.push(await openStream(token))
    await first.ended
    expect(first.events.map(({ event }) => event)).toEqual(['status'])
    expect(await openSocketsOf(stub)).toBe(8)
    await Promise.all(others.map(({ abort }) => abort()))
  })

  test('B5: a client that goes away, and its socket goes with it', async () => {
    const { stub, token } = await heldSession()
    const { abort, events } = await openStream(token)
    await expect.poll(() => events.length).toBe(1)
    expect(await openSocketsOf(stub)).toBe(1)
    await abort()
    await expect.poll(() => openSocketsOf(stub)).toBe(0)
  })

  test('B5: its time; until then it is never silent', async () => {
    const { 0: client, 1: server } = new WebSocketPair()
    server.accept()
    const closed = new Promise((resolve) => {
      server.addEventListener('close', resolve)
    })
    const limits = { heartbeatMs: 10, lifetimeMs: 500 }
    const { comments, ended } = readStream(eventStream(client, false, limits))
    await ended
    await closed
    expect(comments.length).toBeGreaterThan(1)
    expect(new Set(comments)).toEqual(new Set([': open', ': still here']))
  })

  test('B5: a client that reads nothing, and what it left unread stays small', async () => {
    const { 0: client, 1: server } = new WebSocketPair()
    server.accept()
    const closed = new Promise((resolve) => {
      server.addEventListener('close', resolve)
    })
    const stream = eventStream(client, false)
    const frame = { type: 'recommendation_withdrawn', recommendationId: crypto.randomUUID() }
    for (let times = 0; times < 1_000; times += 1) server.send(JSON.stringify(frame))
    await closed
    const { events, ended } = readStream(stream)
    await ended
    expect(events.length).toBeLessThan(64)
  })

  test('B5: a session that has ended does not begin one', async () => {
    const { token } = await heldSession()
    const stale = await forge(token, { claims: { authEpoch: 7 } })
    expect((await askStream(stale)).status).toBe(401)
  })
})

describe('B5: nobody stays awake for it', () => {
  test('B5: the object hibernates while a stream is open, and its next frame arrives', async () => {
    const { stub, token } = await heldSession()
    const { events, abort } = await openStream(token)
    await expect.poll(() => events.length).toBe(1)
    await evictDurableObject(stub, { webSockets: 'hibernate' })
    await stub.lease()
    await expect.poll(() => idsOf(events)).toEqual(['1', '2'])
    await abort()
  })

  test('B5: a stream that began before an eviction ends with the run', async () => {
    const session = await signUp()
    const { events, ended } = await openStream(session.token, 0)
    await evictDurableObject(subjectOf(session.token), { webSockets: 'hibernate' })
    await ended
    expect(idsOf(statuses(events))).toEqual(seqs.map(String))
  })
})

test('B5: of a run that was over before, it asks what else was said, passes it on, and ends', async () => {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  const frame = { type: 'recommendation_withdrawn', recommendationId: crypto.randomUUID() }
  server.addEventListener('message', ({ data }) => {
    server.send(JSON.stringify(frame))
    server.send(data === 'ping' ? 'pong' : 'what?')
  })
  // Nothing but the answer ends it.
  const limits = { heartbeatMs: 3_600_000, lifetimeMs: 3_600_000 }
  const { events, ended } = readStream(eventStream(client, true, limits))
  await ended
  expect(events.map(({ data }) => data)).toEqual([frame])
})

test('Q11: a frame of a kind that is not known yet is left out', async () => {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  const { events, ended } = readStream(eventStream(client, false))
  server.send('{"type":"confetti"}')
  server.send('{"type":"status","seq":1,"status":"merged"}')
  server.addEventListener('message', () => server.send('pong'))
  await ended
  expect(events.map(({ event }) => event)).toEqual(['status'])
})

test('Q11: a page of another origin that is let in may say what it has seen', async () => {
  const answer = await fetchUnder(
    { ALLOWED_ORIGINS: 'https://app.example.com' },
    '/api/onboarding/stream',
    {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://app.example.com',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization,last-event-id',
      },
    },
  )
  expect(answer.headers.get('access-control-allow-headers')).toContain('Last-Event-ID')
})
