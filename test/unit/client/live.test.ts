import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFoyer } from '../../../client/index.ts'
import { Line, ORIGIN, Server, Storage_, browser, frame, pass, problem, token } from './server.ts'

// News of a session over networks that forbid, drop and lie, and what the page sees of it.

let server: Server
let page: ReturnType<typeof browser>

beforeEach(() => {
  server = new Server()
    .on('POST /api/onboarding/speculative', () =>
      Response.json({
        token: token('spec'),
        specId: 'spec',
        expires_in: 300,
        status: 'speculative',
      }),
    )
    .on('POST /api/onboarding/token', () =>
      Response.json({
        token: token('spec'),
        specId: 'spec',
        expires_in: 300,
        status: 'speculative',
      }),
    )
    .on('GET /api/v1/recommendation', () => new Response(null, { status: 204 }))
  page = browser(server)
})

afterEach(() => page.leave())

/** Somebody who just signed up, and every status that their page shows. */
async function signedUp(keep = new Storage_()) {
  const foyer = createFoyer({ keep })
  const shown: string[] = []
  foyer.subscribe(() => {
    const { run } = foyer.getSnapshot()
    const last = run && `${run.seq} ${run.status}`
    if (last !== null && shown.at(-1) !== last) shown.push(last)
  })
  foyer.start()
  await foyer.signUp({ email: 'jane@example.com', planId: 'pro' })
  await pass(0)
  return { foyer, keep, shown }
}

const session = (seq: number, status: 'hydrating' | 'merged' = 'hydrating') => {
  const { type: _, ...view } = frame(seq, status)
  return Response.json(view)
}

/** A stream that says these and ends when the test says so, or when nobody listens. */
function streamOf(...frames: readonly object[]) {
  let end = () => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => controller.close()
      const text = frames.map((one) => `event: x\ndata: ${JSON.stringify(one)}\n\n`).join('')
      controller.enqueue(new TextEncoder().encode(text))
    },
  })
  const headers = { 'Content-Type': 'text/event-stream' }
  return { response: new Response(body, { headers }), end: () => end() }
}

describe('F34: frames', () => {
  test.each([
    ['doubled', [1, 1, 2, 2, 3, 3], [1, 2, 3]],
    ['reordered', [1, 3, 2, 4], [1, 3, 4]],
    ['doubled long afterwards', [1, 2, 3, 1, 2, 4], [1, 2, 3, 4]],
    ['all in the wrong order', [4, 3, 2, 1], [4]],
  ])('F34: that are %s are dropped by their number', async (_name, arriving, expected) => {
    const { shown } = await signedUp()
    Line.last.deliver(...arriving.map((seq) => frame(seq)))
    expect(shown).toEqual(expected.map((seq) => `${seq} hydrating`))
  })

  test('F34: of another session, and garbage, change nothing', async () => {
    const { foyer } = await signedUp()
    Line.last.deliver(frame(7, 'merged', 'another'), '<html>', '{', 'null', '{"type":"status"}')
    expect(foyer.getSnapshot().run).toBeNull()
    Line.last.deliver(frame(1))
    expect(foyer.getSnapshot().run?.seq).toBe(1)
  })
})

describe('B5: a socket', () => {
  test('B5: carries the token beside the protocol, never in the address', async () => {
    const { keep } = await signedUp()
    const { token: kept } = JSON.parse(keep.getItem('foyer.person') ?? '') as { token: string }
    expect(Line.last.protocols).toEqual(['foyer.v1', `bearer.${kept}`])
    expect(String(Line.last.url)).toBe(`${ORIGIN.replace('http', 'ws')}/ws/onboarding/spec`)
  })

  test('F33: that drops is opened again and asks for what it missed', async () => {
    const { shown } = await signedUp()
    Line.last.deliver(frame(1), frame(2))
    Line.last.cut()
    await pass(1_000)
    expect(Line.opened).toHaveLength(2)
    expect(Line.last.url.search).toBe('?after=2')
    Line.last.deliver(frame(2), frame(3), frame(4, 'merged'))
    expect(shown).toEqual(['1 hydrating', '2 hydrating', '3 hydrating', '4 merged'])
  })

  test('B5: stays open after the merge, since recommendations come on it', async () => {
    const { foyer } = await signedUp()
    Line.last.deliver(frame(1, 'merged'))
    await pass(600_000)
    expect(Line.opened).toHaveLength(1)
    const recommendation = { type: 'recommendation', recommendationId: 'r', action: { path: '/a' } }
    Line.last.deliver(recommendation)
    expect(foyer.getSnapshot().recommendation?.recommendationId).toBe('r')
  })

  test('B5: that answers no heartbeat is dead', async () => {
    await signedUp()
    Line.answersPings = false
    await pass(25_000)
    expect(Line.last.sent).toEqual(['ping'])
    await pass(8_000)
    expect(Line.opened[0]?.readyState).toBe(3)
    await pass(1_000)
    expect(Line.opened).toHaveLength(2)
  })

  test('B5: is looked at when the network or the person comes back', async () => {
    await signedUp()
    page.page.dispatchEvent(new Event('online'))
    page.show('visible')
    expect(Line.last.sent).toEqual(['ping', 'ping'])
  })

  test('B5: that the server ended and the network holds open is let go', async () => {
    const { foyer } = await signedUp()
    server.on('POST /api/onboarding/token', () => problem(401, 'unauthorized'))
    Line.last.readyState = 2
    page.show('visible')
    await pass(2_000)
    expect(foyer.getSnapshot()).toMatchObject({ person: { kind: 'nobody' }, ended: 'elsewhere' })
  })

  test('B5: whose handshake hangs is given up', async () => {
    Line.fate = 'hangs'
    await signedUp()
    await pass(10_000)
    Line.fate = 'opens'
    await pass(1_000)
    expect(Line.opened.map(({ readyState }) => readyState)).toEqual([3, 1])
  })

  test('B5: waits no longer when the network is back', async () => {
    await signedUp()
    Line.last.cut()
    await pass(0)
    expect(Line.opened).toHaveLength(1)
    page.page.dispatchEvent(new Event('online'))
    await pass(0)
    expect(Line.opened).toHaveLength(2)
  })
})

describe('B5: where sockets are forbidden', () => {
  test('Q11: a stream takes over where the socket was, and is opened again after its minute', async () => {
    const { foyer, shown } = await signedUp()
    Line.last.deliver(frame(1))
    Line.fate = 'fails'
    const streams = [streamOf(frame(1), frame(2)), streamOf(frame(3, 'merged'))]
    let opened = 0
    server.on('GET /api/onboarding/stream', () => streams[opened++]?.response ?? problem(503, 'x'))
    Line.last.cut()
    await pass(3_000)
    expect(foyer.getSnapshot()).toMatchObject({ transport: 'stream', run: { seq: 2 } })
    streams[0]?.end()
    await pass(1_000)
    const [first, second] = server.calls('GET /api/onboarding/stream')
    expect(first?.headers.get('Last-Event-ID')).toBe('1')
    expect(first?.headers.get('Authorization')).toMatch(/^Bearer /)
    expect(second?.headers.get('Last-Event-ID')).toBe('2')
    expect(shown).toEqual(['1 hydrating', '2 hydrating', '3 merged'])
  })

  test.each([
    ['refused', () => problem(503, 'unavailable')],
    ['answered by somebody else', () => new Response('<html>', { status: 200 })],
    ['not there', () => problem(404, 'not_found')],
  ])('B5: and streams are %s, it polls', async (_name, answer) => {
    Line.fate = 'fails'
    server.on('GET /api/onboarding/stream', answer)
    server.on('GET /api/onboarding/session', () => session(3))
    const { foyer } = await signedUp()
    await pass(10_000)
    expect(foyer.getSnapshot()).toMatchObject({ transport: 'polling', run: { seq: 3 } })
    server.on('GET /api/onboarding/session', () => session(4, 'merged'))
    await pass(10_000)
    expect(foyer.getSnapshot().run).toMatchObject({ seq: 4, status: 'merged' })
  })

  test('B5: and recommendations fail, polling goes on by what it hears of the run', async () => {
    Line.fate = 'fails'
    server.on('GET /api/v1/recommendation', () => problem(503, 'unavailable'))
    server.on('GET /api/onboarding/session', () => session(3))
    const { foyer } = await signedUp()
    await pass(10_000)
    expect(foyer.getSnapshot()).toMatchObject({ transport: 'polling', run: { seq: 3 } })
  })

  test('B5: and streams end as soon as they begin, it polls', async () => {
    Line.fate = 'fails'
    server.on('GET /api/onboarding/stream', () => {
      const { response, end } = streamOf()
      end()
      return response
    })
    server.on('GET /api/onboarding/session', () => session(3))
    const { foyer } = await signedUp()
    await pass(10_000)
    expect(foyer.getSnapshot()).toMatchObject({ transport: 'polling', run: { seq: 3 } })
    expect(server.calls('GET /api/onboarding/stream')).toHaveLength(2)
  })

  test('B5: and a stream falls silent, it is given up', async () => {
    Line.fate = 'fails'
    server.on('GET /api/onboarding/stream', ({ signal }) => {
      const { response } = streamOf(frame(1))
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      void response.body?.pipeTo(writable, { signal }).catch(() => null)
      return new Response(readable, { headers: response.headers })
    })
    const { foyer } = await signedUp()
    await pass(5_000)
    expect(foyer.getSnapshot().transport).toBe('stream')
    Line.fate = 'opens'
    await pass(80_000)
    expect(foyer.getSnapshot().transport).toBe('websocket')
  })

  test('B5: it goes back to a socket when one goes through', async () => {
    Line.fate = 'fails'
    server.on('GET /api/onboarding/session', () => session(3, 'merged'))
    const { foyer } = await signedUp()
    await pass(20_000)
    expect(foyer.getSnapshot().transport).toBe('polling')
    Line.fate = 'opens'
    await pass(120_000)
    expect(foyer.getSnapshot().transport).toBe('websocket')
  })
})

describe('B5: stopped', () => {
  test('B5: nothing is under way, nothing is heard, and start goes on where it was', async () => {
    const { foyer } = await signedUp()
    Line.last.deliver(frame(1))
    foyer.stop()
    expect(Line.last.readyState).toBe(3)
    expect(vi.getTimerCount()).toBe(0)
    expect(foyer.getSnapshot()).toMatchObject({ transport: 'none', run: { seq: 1 } })
    foyer.start()
    await pass(0)
    Line.last.deliver(frame(2))
    expect(foyer.getSnapshot()).toMatchObject({ transport: 'websocket', run: { seq: 2 } })
    foyer.stop()
  })

  test('B5: in the middle of a sign-up, the sign-up counts and nothing listens', async () => {
    const foyer = createFoyer({ keep: new Storage_() })
    foyer.start()
    const signUp = foyer.signUp({ email: 'jane@example.com', planId: 'pro' })
    foyer.stop()
    expect(await signUp).toEqual({ ok: true, value: { specId: 'spec' } })
    expect(Line.opened).toHaveLength(0)
    expect(foyer.getSnapshot().person.kind).toBe('session')
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each(['websocket', 'stream'] as const)(
    'B5: while a token is renewed for a %s, nothing is opened with it',
    async (way) => {
      const { foyer } = await signedUp()
      if (way === 'stream') Line.fate = 'fails'
      Line.last.cut()
      await pass(way === 'stream' ? 2_900 : 0)
      vi.setSystemTime(Date.now() + 3_600_000)
      let reply = () => {}
      server.on('POST /api/onboarding/token', ({ signal }) => {
        expect(signal.aborted).toBe(false)
        return new Promise((resolve) => {
          reply = () => resolve(Response.json({ token: token('spec'), specId: 'spec' }))
        })
      })
      await pass(4_000)
      const opened = Line.opened.length
      foyer.stop()
      reply()
      await pass(1_000)
      expect(Line.opened).toHaveLength(opened)
      const open = server
        .calls('GET /api/onboarding/stream')
        .filter(({ signal }) => !signal.aborted)
      expect(open).toHaveLength(0)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('B5: a hundred listeners that come and go leave nothing behind', async () => {
    const { foyer } = await signedUp()
    const heard = vi.fn<() => void>()
    const leave = Array.from({ length: 100 }, () => foyer.subscribe(heard))
    for (const go of leave) go()
    Line.last.deliver(frame(1))
    expect(heard).not.toHaveBeenCalled()
  })

  test('B5: a listener that throws does not keep others from the news', async () => {
    const uncaught: unknown[] = []
    vi.stubGlobal('queueMicrotask', (task: () => void) => {
      try {
        task()
      } catch (error) {
        uncaught.push(error)
      }
    })
    const { foyer } = await signedUp()
    const heard = vi.fn<() => void>()
    foyer.subscribe(() => {
      throw new Error('a page’s mistake')
    })
    foyer.subscribe(heard)
    Line.last.deliver(frame(1), frame(2))
    expect(heard).toHaveBeenCalledTimes(2)
    expect(uncaught).toHaveLength(2)
  })
})
