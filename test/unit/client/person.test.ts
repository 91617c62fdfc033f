import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFoyer } from '../../../client/index.ts'
import type { FoyerOptions } from '../../../client/index.ts'
import { NOTHING_YET } from '../../../client/snapshot.ts'
import { Line, Server, Storage_, browser, frame, pass, problem, token } from './server.ts'

// Who somebody is: signing up, proving, staying signed in, over lost replies and several tabs.

const WISH = { email: 'jane@example.com', planId: 'pro' }
const SIGN_UP = 'POST /api/onboarding/speculative'
const RENEW = 'POST /api/onboarding/token'
const CLAIM = 'POST /api/onboarding/claim'
const LOGOUT = 'POST /api/auth/logout'
const REFRESH = 'POST /api/auth/refresh'

let server: Server
let page: ReturnType<typeof browser>
let keep: Storage_

const session = () =>
  Response.json({ token: token('spec'), specId: 'spec', expires_in: 300, status: 'speculative' })

let refreshes = 0
const member = () =>
  Response.json({
    token: token('user', 900),
    refreshToken: `refresh-${(refreshes += 1)}`,
    role: 'member',
    userId: 'user',
  })

/** A reply that nobody gets. */
const lost = () => Promise.reject(new TypeError('fetch failed'))

beforeEach(() => {
  keep = new Storage_()
  refreshes = 0
  server = new Server()
    .on(SIGN_UP, session)
    .on(RENEW, session)
    .on(CLAIM, member)
    .on(REFRESH, member)
    .on('GET /api/v1/recommendation', () => new Response(null, { status: 204 }))
  page = browser(server)
})

afterEach(() => page.leave())

const started = (options: FoyerOptions = { keep }) => {
  const foyer = createFoyer(options)
  foyer.start()
  return foyer
}

async function signedUp() {
  const foyer = started()
  await foyer.signUp(WISH)
  await pass(0)
  return foyer
}

const keys = () => server.calls(SIGN_UP).map(({ headers }) => headers.get('Idempotency-Key'))

describe('S8: a sign-up', () => {
  test('S8: that found no network changed nothing, and is the same one when it is repeated', async () => {
    const foyer = started()
    server.offline = true
    const answer = await foyer.signUp(WISH)
    expect(answer).toMatchObject({ ok: false, error: { code: 'offline' } })
    expect(foyer.getSnapshot()).toBe(NOTHING_YET)
    server.offline = false
    expect(await foyer.signUp(WISH)).toMatchObject({ ok: true })
    expect(new Set(keys()).size).toBe(1)
  })

  test('S8: that is answered after another one was does not take its place', async () => {
    const foyer = started()
    let reply = (_answer: Response) => {}
    server.on(SIGN_UP, () => new Promise<Response>((resolve) => (reply = resolve)))
    const early = foyer.signUp({ ...WISH, email: 'jnae@example.com' })
    await pass(0)
    server.on(SIGN_UP, session)
    expect(await foyer.signUp(WISH)).toMatchObject({ ok: true })
    reply(Response.json({ token: token('early'), specId: 'early' }))
    expect(await early).toMatchObject({ ok: false })
    expect(foyer.getSnapshot().person).toMatchObject({ specId: 'spec', email: WISH.email })
  })

  test('S8: that is answered after somebody signed out signs nobody in', async () => {
    const foyer = await signedUp()
    let reply = (_answer: Response) => {}
    server.on(SIGN_UP, () => new Promise<Response>((resolve) => (reply = resolve)))
    const again = foyer.signUp({ ...WISH, planId: 'team' })
    await pass(0)
    await foyer.logout()
    reply(session())
    expect(await again).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
    expect(foyer.getSnapshot().person.kind).toBe('nobody')
  })

  test('S8: that is said twice at once is answered twice', async () => {
    const foyer = started()
    const answers = await Promise.all([foyer.signUp(WISH), foyer.signUp(WISH)])
    expect(answers).toEqual([
      { ok: true, value: { specId: 'spec' } },
      { ok: true, value: { specId: 'spec' } },
    ])
  })

  test('S8: is the same one after a reload', async () => {
    server.on(SIGN_UP, lost)
    await started().signUp(WISH)
    server.on(SIGN_UP, session)
    await started().signUp(WISH)
    expect(new Set(keys()).size).toBe(1)
  })

  test('S8: with other fields is another one', async () => {
    const foyer = await signedUp()
    await foyer.signUp({ ...WISH, planId: 'team' })
    expect(new Set(keys()).size).toBe(2)
  })

  test.each<[string, () => unknown]>([
    ['its run failed', () => Line.last.deliver(frame(1, 'failed'))],
    [
      'somebody else proved the address',
      () => server.on(RENEW, () => problem(401, 'unauthorized')),
    ],
  ])('S14: is a new one after %s', async (_name, happen) => {
    const foyer = await signedUp()
    happen()
    Line.last.cut(1008)
    await pass(5_000)
    await foyer.signUp(WISH)
    expect(new Set(keys()).size).toBe(2)
  })

  test.each([
    ['HTML', () => new Response('<html>Welcome to our hotel</html>'), 'offline'],
    ['an empty body', () => new Response(''), 'offline'],
    ['JSON without a token', () => Response.json({}), 'offline'],
    ['a list', () => Response.json([]), 'offline'],
    ['a 500 without JSON', () => new Response('oops', { status: 500 }), 'unavailable'],
    ['a 403 of a proxy', () => new Response('<html>', { status: 403 }), 'unavailable'],
    ['a 429 of a proxy', () => new Response('', { status: 429 }), 'rate_limited'],
    ['JSON null as an error', () => Response.json(null, { status: 502 }), 'unavailable'],
  ])('S14: that is answered with %s changed nothing', async (_name, answer, code) => {
    const foyer = started()
    server.on(SIGN_UP, answer)
    expect(await foyer.signUp(WISH)).toMatchObject({ ok: false, error: { code } })
    expect(foyer.getSnapshot()).toBe(NOTHING_YET)
    expect(Line.opened).toHaveLength(0)
  })

  test('S14: that hangs is offline after a quarter of a minute', async () => {
    server.on(SIGN_UP, ({ signal }) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
      })
    })
    const answer = started().signUp(WISH)
    await pass(15_000)
    expect(await answer).toMatchObject({ ok: false, error: { code: 'offline' } })
  })

  test.each([
    ['17', 17_000],
    ['99999999999', 3_600_000],
    ['-5', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ])(
    'S14: that is refused with Retry-After: %s can be said again after %j ms',
    async (header, ms) => {
      server.on(SIGN_UP, () => problem(503, 'unavailable', { 'Retry-After': header }))
      const answer = await started().signUp(WISH)
      expect(answer.ok ? null : answer.error.retryAfterMs).toBe(ms)
    },
  )

  test('S14: that is refused says why, and for how long', async () => {
    server.on(SIGN_UP, () => problem(429, 'rate_limited', { 'Retry-After': '17' }))
    expect(await started().signUp(WISH)).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', retryAfterMs: 17_000 },
    })
  })
})

describe('S4: a token', () => {
  test('S4: is renewed before it is too old, once for all who ask', async () => {
    const foyer = await signedUp()
    await pass(241_000)
    const tokens = await Promise.all([foyer.token(), foyer.token(), foyer.token()])
    expect(new Set(tokens).size).toBe(1)
    expect(server.calls(RENEW)).toHaveLength(1)
  })

  test.each([
    ['a year ahead', 365],
    ['a year behind', -365],
  ])('S4: is used by a clock that is %s, and by one that jumps there', async (_name, days) => {
    vi.setSystemTime(Date.now() + days * 86_400_000)
    const foyer = await signedUp()
    await foyer.token()
    expect(server.calls(RENEW)).toHaveLength(0)
    vi.setSystemTime(Date.now() - days * 86_400_000)
    await foyer.token()
    await foyer.token()
    expect(server.calls(RENEW)).toHaveLength(1)
  })

  test('S4: that the server does not take is renewed once, and the call repeated', async () => {
    let isOld = true
    server.on('PATCH /api/onboarding/draft', () =>
      isOld ? problem(401, 'unauthorized') : Response.json({ draft: { a: 1 } }),
    )
    server.on(RENEW, () => {
      isOld = false
      return session()
    })
    const foyer = await signedUp()
    expect(await foyer.saveDraft({ a: 1 })).toEqual({ ok: true, value: { a: 1 } })
  })

  test('S4: that is not taken after it was renewed has ended', async () => {
    server.on('PATCH /api/onboarding/draft', () => problem(401, 'unauthorized'))
    const foyer = await signedUp()
    const saved = foyer.saveDraft({ a: 1 })
    await pass(2_000)
    expect(await saved).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
    expect(foyer.getSnapshot()).toMatchObject({ person: { kind: 'nobody' }, ended: 'elsewhere' })
    expect(keep.getItem('foyer.person')).toBeNull()
  })

  test('S4: is what there is while nobody can renew it', async () => {
    const foyer = await signedUp()
    const first = await foyer.token()
    await pass(600_000)
    server.offline = true
    const later = foyer.token()
    await pass(2_000)
    expect(await later).toBe(first)
    expect(foyer.getSnapshot().person.kind).toBe('session')
  })

  test('S4: a 401 of somebody between us and the server ends nothing', async () => {
    const foyer = await signedUp()
    server.on(RENEW, () => new Response('log in to the wireless network', { status: 401 }))
    await pass(600_000)
    await foyer.token()
    expect(foyer.getSnapshot().person.kind).toBe('session')
  })
})

describe('B1: a claim', () => {
  test('B1: makes a member of a session, here and in the other tab', async () => {
    const foyer = await signedUp()
    const other = started()
    await pass(0)
    expect(await foyer.claim('1234 5678')).toEqual({ ok: true, value: { userId: 'user' } })
    page.page.dispatchEvent(Object.assign(new Event('storage'), { key: 'foyer.person' }))
    const expected = { person: { kind: 'member', userId: 'user' }, ended: null, run: null }
    expect(foyer.getSnapshot()).toMatchObject(expected)
    expect(other.getSnapshot()).toMatchObject(expected)
    await pass(0)
    expect(Line.last.url.pathname).toBe('/ws/v1/recommendations')
  })

  test('B1: in another tab is not taken back by a renewal that was under way', async () => {
    const foyer = await signedUp()
    vi.setSystemTime(Date.now() + 3_600_000)
    let reply = (_answer: Response) => {}
    server.on(RENEW, () => new Promise<Response>((resolve) => (reply = resolve)))
    const fresh = foyer.token()
    await pass(0)
    const member = { kind: 'member', userId: 'user', receivedAt: Date.now(), refreshToken: 'r' }
    const theirs = token('user', 900)
    keep.setItem('foyer.person', JSON.stringify({ ...member, token: theirs }))
    reply(session())
    expect(await fresh).toBe(theirs)
    expect(keep.getItem('foyer.person')).toContain(theirs)
  })

  test('B1: with a wrong code changes nothing', async () => {
    server.on(CLAIM, () => problem(401, 'code_invalid'))
    const foyer = await signedUp()
    expect(await foyer.claim('0000 0000')).toMatchObject({ error: { code: 'code_invalid' } })
    expect(foyer.getSnapshot()).toMatchObject({ person: { kind: 'session' }, ended: null })
    expect(keep.getItem('foyer.claim')).toBeNull()
  })

  test('B1: whose reply was lost is repeated by itself', async () => {
    const foyer = await signedUp()
    let replies = 0
    server.on(CLAIM, () => ((replies += 1) === 1 ? lost() : member()))
    const claim = foyer.claim('12345678')
    await pass(1_000)
    expect(await claim).toMatchObject({ ok: true })
  })

  test.each([
    ['in the same page', (foyer: ReturnType<typeof started>) => foyer],
    ['after a reload', () => started()],
  ])(
    'B1: whose replies were all lost lets the person in when the session turns out to have ended, %s',
    async (_name, next) => {
      const foyer = await signedUp()
      server.on(CLAIM, lost)
      const claim = foyer.claim('12345678')
      await pass(2_000)
      expect(await claim).toMatchObject({ error: { code: 'offline' } })
      server.on(CLAIM, member).on(RENEW, () => problem(401, 'unauthorized'))
      const later = next(foyer)
      await pass(0)
      Line.last.cut(1008)
      await pass(2_000)
      expect(later.getSnapshot().person).toEqual({ kind: 'member', userId: 'user' })
      const codes = server.calls(CLAIM).map(({ body }) => body)
      expect(new Set(codes.map((body) => JSON.stringify(body))).size).toBe(1)
    },
  )

  test('B1: whose replies were all lost is nobody’s once somebody else signed up', async () => {
    const foyer = await signedUp()
    server.on(CLAIM, lost)
    const claim = foyer.claim('12345678')
    await pass(2_000)
    await claim
    await foyer.signUp({ ...WISH, email: 'joe@example.com' })
    const said = server.calls(CLAIM).length
    server.on(CLAIM, member).on(RENEW, () => problem(401, 'unauthorized'))
    await pass(0)
    Line.last.cut(1008)
    await pass(5_000)
    expect(foyer.getSnapshot().person.kind).toBe('nobody')
    expect(server.calls(CLAIM)).toHaveLength(said)
  })

  test('B1: that is slow is not taken for an end by its own closed socket', async () => {
    const foyer = await signedUp()
    let reply = (_answer: Response) => {}
    server.on(CLAIM, () => new Promise<Response>((resolve) => (reply = resolve)))
    const ended: unknown[] = []
    foyer.subscribe(() => ended.push(foyer.getSnapshot().ended))
    const claim = foyer.claim('12345678')
    await pass(0)
    server.on(RENEW, () => problem(401, 'unauthorized'))
    Line.last.cut(1008)
    await pass(10_000)
    reply(member())
    expect(await claim).toMatchObject({ ok: true })
    await pass(5_000)
    expect(foyer.getSnapshot().person.kind).toBe('member')
    expect(new Set(ended)).toEqual(new Set([null]))
  })

  test.each<[string, string, string | null]>([
    ['signed out', 'nobody', null],
    ['somebody else signed up', 'session', 'other'],
  ])('B1: that is answered after %s signs nobody in, there or here', async (_name, kind, other) => {
    const foyer = await signedUp()
    let reply = (_answer: Response) => {}
    server.on(CLAIM, () => new Promise<Response>((resolve) => (reply = resolve)))
    const loggedOut = vi.fn<(token: string | null) => void>()
    server.on(LOGOUT, ({ headers }) => {
      loggedOut(headers.get('Authorization'))
      return new Response(null, { status: 204 })
    })
    const claim = foyer.claim('12345678')
    await pass(0)
    if (other === null) await foyer.logout()
    else {
      server.on(SIGN_UP, () => Response.json({ token: token(other), specId: other }))
      await foyer.signUp({ ...WISH, email: 'joe@example.com' })
    }
    expect(loggedOut).not.toHaveBeenCalled()
    reply(member())
    expect(await claim).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
    await pass(0)
    expect(foyer.getSnapshot().person.kind).toBe(kind)
    expect(loggedOut).toHaveBeenCalledTimes(1)
  })

  test('B1: that is answered twice, in two tabs, is one member', async () => {
    const foyer = await signedUp()
    const replies: ((answer: Response) => void)[] = []
    server.on(CLAIM, () => new Promise<Response>((resolve) => replies.push(resolve)))
    const claims = [foyer.claim('12345678'), started().claim('12345678')]
    await pass(0)
    for (const reply of replies) reply(member())
    const ok = { ok: true, value: { userId: 'user' } }
    expect(await Promise.all(claims)).toEqual([ok, ok])
    expect(server.calls(LOGOUT)).toHaveLength(0)
    expect(foyer.getSnapshot().person.kind).toBe('member')
  })

  test('B1: ends the session in a browser that knows nothing of it', async () => {
    const foyer = await signedUp()
    server.on(RENEW, () => problem(401, 'unauthorized'))
    Line.last.cut(1008)
    await pass(5_000)
    expect(foyer.getSnapshot()).toMatchObject({ person: { kind: 'nobody' }, ended: 'elsewhere' })
    await pass(600_000)
    expect(Line.opened).toHaveLength(1)
  })

  test('B1: a socket that is closed because there were too many ends nothing', async () => {
    const foyer = await signedUp()
    Line.last.cut(1008)
    await pass(5_000)
    expect(foyer.getSnapshot().person.kind).toBe('session')
    expect(Line.opened).toHaveLength(2)
  })
})

describe('B1: a member', () => {
  async function signedIn() {
    const foyer = started()
    await foyer.resume('from-the-mail')
    await pass(0)
    return foyer
  }

  beforeEach(() => server.on('POST /api/onboarding/resume', member))

  test('B1: two tabs whose tokens are too old refresh once', async () => {
    const locks = new Map<string, Promise<unknown>>()
    const request = (name: string, _options: object, work: () => Promise<unknown>) => {
      const turn = (locks.get(name) ?? Promise.resolve()).then(work)
      locks.set(
        name,
        turn.catch(() => null),
      )
      return turn
    }
    vi.stubGlobal('navigator', { locks: { request } })
    const [one, other] = [await signedIn(), started()]
    await pass(900_000)
    const tokens = await Promise.all([one.token(), other.token(), one.token(), other.token()])
    expect(server.calls(REFRESH).map(({ body }) => body)).toEqual([{ refreshToken: 'refresh-1' }])
    expect(new Set(tokens).size).toBe(1)
  })

  test('B1: without locks, the tab whose refresh came second takes what the other one got', async () => {
    const [one, other] = [await signedIn(), started()]
    await pass(900_000)
    server.on(REFRESH, ({ body }) =>
      server.calls(REFRESH).length === 1
        ? member()
        : problem(401, JSON.stringify(body) && 'unauthorized'),
    )
    const tokens = await Promise.all([one.token(), other.token()])
    expect(new Set(tokens).size).toBe(1)
    expect(one.getSnapshot().person.kind).toBe('member')
    expect(other.getSnapshot().person.kind).toBe('member')
  })

  test('B1: whose refresh lost its reply repeats it within the server’s patience', async () => {
    const foyer = await signedIn()
    await pass(900_000)
    let replies = 0
    server.on(REFRESH, () => ((replies += 1) === 1 ? lost() : member()))
    const fresh = foyer.token()
    await pass(1_000)
    await fresh
    const bodies = server.calls(REFRESH).map(({ body }) => body)
    expect(bodies).toEqual([{ refreshToken: 'refresh-1' }, { refreshToken: 'refresh-1' }])
    expect(keep.getItem('foyer.person')).toContain('refresh-2')
  })

  test('B1: whose refresh hangs repeats it within the server’s patience', async () => {
    const foyer = await signedIn()
    await pass(900_000)
    const began = Date.now()
    const said: number[] = []
    server.on(REFRESH, ({ signal }) => {
      said.push(Date.now() - began)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
      })
    })
    const fresh = foyer.token()
    await pass(20_000)
    await fresh
    expect(said).toEqual([0, 6_000])
    expect(foyer.getSnapshot().person.kind).toBe('member')
  })

  test('B1: who signs out is signed out in all tabs, also while the server is away', async () => {
    const [one, other] = [await signedIn(), started()]
    server.offline = true
    expect(await one.logout()).toMatchObject({ error: { code: 'offline' } })
    page.page.dispatchEvent(Object.assign(new Event('storage'), { key: null }))
    expect(one.getSnapshot()).toMatchObject({ person: { kind: 'nobody' }, ended: null })
    expect(other.getSnapshot()).toMatchObject({ person: { kind: 'nobody' }, ended: 'elsewhere' })
    expect(keep.items.size).toBe(0)
    expect(await one.token()).toBeNull()
  })

  test('B1: who signs out with an old token and no network is signed out at once, and told that nobody heard', async () => {
    const foyer = await signedIn()
    await pass(900_000)
    server.on(REFRESH, lost).on(LOGOUT, lost)
    const logout = foyer.logout()
    expect(foyer.getSnapshot().person.kind).toBe('nobody')
    expect(keep.getItem('foyer.person')).toBeNull()
    expect(await logout).toMatchObject({ ok: false, error: { code: 'offline' } })
  })

  test.each<[string, (isNew: boolean) => boolean, number]>([
    ['too old', () => true, 1_000_000],
    ['not taken any more', (isNew) => isNew, 0],
  ])(
    'B1: who signs out with a token that is %s is signed out there, too',
    async (_name, takes, ms) => {
      const foyer = await signedIn()
      const { token: first } = JSON.parse(keep.getItem('foyer.person') ?? '') as { token: string }
      let loggedOut = 0
      server.on(LOGOUT, ({ headers }) => {
        if (!takes(headers.get('Authorization') !== `Bearer ${first}`)) {
          return problem(401, 'unauthorized')
        }
        loggedOut += 1
        return new Response(null, { status: 204 })
      })
      vi.setSystemTime(Date.now() + ms)
      expect(await foyer.logout()).toEqual({ ok: true, value: null })
      expect(loggedOut).toBe(1)
      expect(server.calls(REFRESH)).toHaveLength(1)
      expect(keep.getItem('foyer.person')).toBeNull()
    },
  )

  test('B1: who signs out while a refresh is under way stays signed out', async () => {
    const foyer = await signedIn()
    await pass(900_000)
    let reply = (_answer: Response) => {}
    server.on(REFRESH, () => new Promise<Response>((resolve) => (reply = resolve)))
    const fresh = foyer.token()
    await pass(0)
    keep.items.clear()
    reply(member())
    expect(await fresh).toBeNull()
    expect(keep.getItem('foyer.person')).toBeNull()
  })

  test('B1: is told who they are', async () => {
    server.on('GET /api/me', () =>
      Response.json({ userId: 'user', email: 'j@example.com', plan_id: 'pro', profile: { a: 1 } }),
    )
    const foyer = await signedIn()
    const value = { userId: 'user', email: 'j@example.com', planId: 'pro', profile: { a: 1 } }
    expect(await foyer.me()).toEqual({ ok: true, value })
  })
})

describe('S14: storage', () => {
  test('S14: that is full or forbidden is no obstacle to this page', async () => {
    keep.full = true
    const foyer = await signedUp()
    expect(foyer.getSnapshot().person.kind).toBe('session')
    expect(await foyer.claim('12345678')).toMatchObject({ ok: true })
    await pass(0)
    expect(foyer.getSnapshot().person.kind).toBe('member')
  })

  test('S14: that cannot even be named is none', async () => {
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get: () => {
        throw new DOMException('cookies are blocked', 'SecurityError')
      },
    })
    const foyer = started({})
    expect(await foyer.signUp(WISH)).toMatchObject({ ok: true })
    expect(foyer.getSnapshot().person.kind).toBe('session')
    Reflect.deleteProperty(globalThis, 'localStorage')
  })

  test('S14: that became full keeps nothing older than what this page knows', async () => {
    const foyer = await signedUp()
    keep.full = true
    await foyer.claim('12345678')
    expect(keep.getItem('foyer.person')).toBeNull()
    expect(foyer.getSnapshot().person.kind).toBe('member')
  })
})

describe('S14: storage of another tab', () => {
  test('S14: that has room again counts more than what this page could not keep', async () => {
    const foyer = await signedUp()
    keep.full = true
    vi.setSystemTime(Date.now() + 3_600_000)
    await foyer.token()
    keep.full = false
    const other = started()
    await other.signUp({ ...WISH, email: 'joe@example.com' })
    page.page.dispatchEvent(Object.assign(new Event('storage'), { key: 'foyer.person' }))
    expect(foyer.getSnapshot().person).toEqual(other.getSnapshot().person)
  })
})

describe('S14: on a server', () => {
  test('S14: to make a client and to start it touches nothing', () => {
    page.leave()
    for (const name of ['localStorage', 'sessionStorage', 'document', 'window', 'location']) {
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get: () => {
          throw new Error(`${name} was touched`)
        },
      })
    }
    for (const name of ['localStorage', 'sessionStorage', 'document', 'window', 'location']) {
      if (name === 'document') Reflect.deleteProperty(globalThis, name)
    }
    const foyer = createFoyer()
    foyer.start()
    expect(foyer.getSnapshot()).toBe(NOTHING_YET)
    foyer.stop()
    for (const name of ['localStorage', 'sessionStorage', 'window', 'location']) {
      Reflect.deleteProperty(globalThis, name)
    }
    page = browser(server)
  })
})
