import { evictDurableObject } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { framesOf, shown } from '../support/shared/frames.ts'
import {
  errorOf,
  eventually,
  openSocket,
  signUp,
  subjectOf,
  untilSettled,
  upgrade,
} from '../support/worker/api.ts'
import { STEP_NAMES } from '../support/worker/run.ts'

const FRAMES = framesOf(STEP_NAMES)
const LAST = FRAMES.length
const seqs = FRAMES.map(({ seq }) => seq)

describe('the socket', () => {
  test('shows where the session stands, then every change, in order', async () => {
    const session = await signUp()
    const { frames, socket } = await openSocket(session)
    await eventually('the last frame', async () => frames.at(-1)?.status === 'merged')
    expect(frames.map(shown)).toEqual(FRAMES)
    expect(frames[0]).toMatchObject({ type: 'status', specId: session.specId })
    socket.close()
  })

  test('without `after` begins with the present', async () => {
    const session = await signUp()
    await untilSettled(session)
    const { frames } = await openSocket(session)
    await eventually('a frame', async () => frames.length > 0)
    expect(frames.map(({ seq }) => seq)).toEqual([LAST])
  })

  test.each([
    [0, seqs],
    [2, seqs.slice(2)],
    [LAST, []],
    // A client that knows more than there is gets the truth.
    [99, [LAST]],
  ])('F33: after %i sends exactly what was missed', async (after, missed) => {
    const session = await signUp()
    await untilSettled(session)
    const { frames, socket } = await openSocket(session, `?after=${after}`)
    await pong(socket)
    expect(frames.map(({ seq }) => seq)).toEqual(missed)
  })

  test('F32: survives the eviction of its object, and so does what was decided', async () => {
    const session = await signUp()
    const { frames, socket } = await openSocket(session)
    await evictDurableObject(subjectOf(session.token), { webSockets: 'hibernate' })
    await untilSettled(session)
    await eventually('the last frame', async () => frames.at(-1)?.status === 'merged')
    expect(frames.map(({ seq }) => seq)).toEqual(seqs)
    socket.close()
  })

  test('two sockets of one session see the same', async () => {
    const session = await signUp()
    const [one, two] = [await openSocket(session), await openSocket(session)]
    await eventually('both ends', async () =>
      [one, two].every(({ frames }) => frames.at(-1)?.status === 'merged'),
    )
    expect(two.frames).toEqual(one.frames)
  })
})

describe('who may not open one', () => {
  const bare = (specId: string, protocols: readonly string[], query = '') =>
    upgrade(specId, protocols, query).then(({ status }) => status)

  test.each([
    ['no protocol', []],
    ['no token', ['foyer.v1']],
    ['a bad token', ['foyer.v1', 'bearer.rubbish']],
  ])('%s is 401', async (_name, protocols) => {
    expect(await bare((await signUp()).specId, protocols)).toBe(401)
  })

  test('a good token without our protocol is 401', async () => {
    const { specId, token } = await signUp()
    expect(await bare(specId, [`bearer.${token}`])).toBe(401)
  })

  test("X8: a good token on another's session is 404", async () => {
    const [mine, theirs] = [await signUp(), await signUp()]
    const answers = await Promise.all(
      [theirs.specId, crypto.randomUUID()].map(async (specId) => {
        const response = await upgrade(specId, ['foyer.v1', `bearer.${mine.token}`])
        return [response.status, { ...(await errorOf(response)), requestId: '' }]
      }),
    )
    expect(answers[0]?.[0]).toBe(404)
    // As for one that never was.
    expect(answers[0]).toEqual(answers[1])
  })

  test.each(['token', 'access_token', 'bearer'])(
    'X30: a token in the URL (%s) is 400',
    async (name) => {
      const { specId, token } = await signUp()
      expect(await bare(specId, ['foyer.v1'], `?${name}=${token}`)).toBe(400)
    },
  )

  test.each([
    'https://evil.example',
    'null',
    'https://foyer.test.evil.example',
    'https://evilfoyer.test',
    'https://foyer.test@evil.example',
    'https://foyer.test:8443',
    'https://sub.foyer.test',
    'http://foyer.test',
    'https://foyer.test https://evil.example',
    'http://localhost',
  ])('X28, X29: a page of %j is 403', async (origin) => {
    const { specId, token } = await signUp()
    const protocols = ['foyer.v1', `bearer.${token}`]
    expect((await upgrade(specId, protocols, '', { Origin: origin })).status).toBe(403)
  })

  test.each([
    ['http://evil.example', 403],
    // One's own machine, under any of its names.
    ['http://localhost:8787', 101],
    ['http://127.0.0.1:8787', 101],
  ])(
    'X28: a name that somebody else lets resolve to us is not ours: %s is %i',
    async (own, status) => {
      const { specId, token } = await signUp()
      const response = await exports.default.fetch(
        new Request(`${own}/ws/onboarding/${specId}`, {
          headers: {
            Origin: own,
            Upgrade: 'websocket',
            'Sec-WebSocket-Protocol': `foyer.v1, bearer.${token}`,
          },
        }),
      )
      expect(response.status).toBe(status)
      response.webSocket?.accept()
      response.webSocket?.close()
    },
  )

  test('a page of ours is let in', async () => {
    const { specId, token } = await signUp()
    const protocols = ['foyer.v1', `bearer.${token}`]
    const response = await upgrade(specId, protocols, '', { Origin: 'https://foyer.test' })
    expect(response.status).toBe(101)
    response.webSocket?.accept()
    response.webSocket?.close()
  })

  test.each(['-1', '1.5', 'x', '1e9'])('after=%s is 400', async (after) => {
    const { specId, token } = await signUp()
    expect(await bare(specId, ['foyer.v1', `bearer.${token}`], `?after=${after}`)).toBe(400)
  })
})

describe('X31, X32: what a client may do with it', () => {
  test('a ping is answered without waking the object', async () => {
    const { socket } = await openSocket(await signUp())
    expect(await pong(socket)).toBe('pong')
  })

  test('a megabyte closes it with 1009', async () => {
    const { socket, closed } = await openSocket(await signUp())
    socket.send('x'.repeat(1_000_000))
    expect((await closed).code).toBe(1009)
  })

  test('anything but ping closes it with 1008', async () => {
    const { socket, closed } = await openSocket(await signUp())
    for (let times = 0; times < 1_000 && socket.readyState === 1; times += 1) socket.send('hello')
    expect((await closed).code).toBe(1008)
  })

  test('a hundred leave the newest eight open', async () => {
    const session = await signUp()
    const sockets = []
    for (let times = 0; times < 100; times += 1) sockets.push(await openSocket(session))
    const codes = await Promise.all(
      sockets.slice(0, 92).map(async ({ closed }) => (await closed).code),
    )
    expect(new Set(codes)).toEqual(new Set([1008]))
    const answers = await Promise.all(sockets.slice(92).map(({ socket }) => pong(socket)))
    expect(answers).toEqual(Array(8).fill('pong'))
  })
})

async function pong(socket: WebSocket): Promise<unknown> {
  const answer = new Promise<unknown>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      if (data === 'pong') resolve(data)
    })
  })
  socket.send('ping')
  return answer
}
