import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Auth0Management } from '../../src/adapters/auth0/management.ts'
import { unguessablePassword } from '../../src/adapters/auth0/password.ts'
import type { CallGate } from '../../src/adapters/call-gate.ts'
import type { Auth0Settings } from '../../src/adapters/auth0/settings.ts'
import { createIdentityStep, identityStepDefinition } from '../../src/adapters/steps/identity.ts'

const NOW = Date.UTC(2026, 10, 21)
const CALL = { method: 'GET', path: '/users/auth0%7C1', understood: [200, 404] } as const

/** Nothing to wait for. */
const open: CallGate = (call) => call()

let clients = 0
let settings: Auth0Settings
/** What was asked, and what is answered to it; a token first, unless the test says otherwise. */
let asked: { readonly url: string; readonly init: RequestInit }[]
let tokens: (() => Response)[]
let answers: (() => Response | Promise<Response>)[]

const granted =
  (value: string, expires_in = 86_400) =>
  () =>
    Response.json({ access_token: value, expires_in })
const empty =
  (status: number, headers: Record<string, string> = {}, body: unknown = {}) =>
  () =>
    Response.json(body, { status, headers })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  // Tokens are kept by client for the life of the process.
  clients += 1
  settings = {
    domain: 'tenant.eu.auth0.com',
    clientId: `client-${clients}`,
    clientSecret: 'canary-secret',
    connection: 'people',
    baseUrl: 'https://tenant.eu.auth0.com',
  }
  asked = []
  tokens = [granted('first'), granted('second'), granted('third')]
  answers = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    const answer = url.endsWith('/oauth/token') ? tokens.shift() : answers.shift()
    if (answer === undefined) throw new TypeError('canary: nothing was expected')
    return answer()
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const send = () => new Auth0Management(settings, open).send(CALL)
const tokensAsked = () => asked.filter(({ url }) => url.endsWith('/oauth/token')).length
const bearers = () =>
  asked
    .filter(({ url }) => url.includes('/api/v2'))
    .map(({ init }) => new Headers(init.headers).get('Authorization'))

describe('a call to Auth0', () => {
  test('is made with a token for its Management API', async () => {
    answers = [empty(200, {}, { user_id: 'auth0|1' })]
    expect(await send()).toEqual({
      ok: true,
      value: { status: 200, body: { user_id: 'auth0|1' } },
    })
    const [token, call] = asked
    expect(Object.fromEntries(token?.init.body as URLSearchParams)).toEqual({
      grant_type: 'client_credentials',
      client_id: settings.clientId,
      client_secret: 'canary-secret',
      audience: 'https://tenant.eu.auth0.com/api/v2/',
    })
    expect(call?.url).toBe('https://tenant.eu.auth0.com/api/v2/users/auth0%7C1')
    expect(bearers()).toEqual(['Bearer first'])
    expect(call?.init.signal).toBeInstanceOf(AbortSignal)
  })

  test.each([
    ['F17: 429 until a moment', 429, { 'x-ratelimit-reset': String(NOW / 1_000 + 7) }, 7_000],
    ['429 until a moment that has passed', 429, { 'x-ratelimit-reset': '1' }, 0],
    ['429 for a time', 429, { 'retry-after': '3', 'x-ratelimit-reset': '9999999999' }, 3_000],
    ['429 that says neither', 429, {}, undefined],
    ['429 that cannot be read', 429, { 'x-ratelimit-reset': 'soon' }, undefined],
    // Auth0 counts with every answer; a failure of its own has nothing to do with it.
    ['503', 503, { 'x-ratelimit-reset': String(NOW / 1_000 + 7) }, undefined],
  ] as const)('%s', async (_name, status, headers, retryAfterMs) => {
    answers = [empty(status, headers)]
    const result = await send()
    expect(result).toMatchObject({
      ok: false,
      error: { kind: status === 429 ? 'rate_limited' : 'unavailable' },
    })
    expect(result.ok ? undefined : result.error.retryAfterMs).toBe(retryAfterMs)
  })

  test.each([
    [500, 'unknown_outcome'],
    [400, 'rejected'],
    [403, 'unavailable'],
    [502, 'unavailable'],
  ])('%i is %s', async (status, kind) => {
    answers = [empty(status)]
    expect(await send()).toMatchObject({ ok: false, error: { kind, detail: `auth0 ${status}` } })
  })

  test('without an answer is unavailable', async () => {
    answers = [() => Promise.reject(new DOMException('canary', 'TimeoutError'))]
    expect(await send()).toEqual({
      ok: false,
      error: { kind: 'unavailable', detail: 'auth0 no answer TimeoutError' },
    })
  })

  test.each([
    [{ errorCode: 'invalid_body', message: 'canary@example.com' }, 'auth0 400 invalid_body'],
    [{ errorCode: 'canary@example.com' }, 'auth0 400'],
    ['canary', 'auth0 400'],
  ])('tells of a body %j only its code', async (body, detail) => {
    answers = [empty(400, {}, body)]
    expect(await send()).toMatchObject({ error: { detail } })
  })
})

describe('its token', () => {
  test('is asked for once and kept, also for later invocations', async () => {
    answers = [empty(200), empty(200)]
    await send()
    await send()
    expect(tokensAsked()).toBe(1)
  })

  test('is one for everybody of a batch', async () => {
    answers = Array.from({ length: 25 }, () => empty(200))
    const auth0 = new Auth0Management(settings, open)
    await Promise.all(answers.map(() => auth0.send(CALL)))
    expect(tokensAsked()).toBe(1)
  })

  test('is renewed a minute before it ends', async () => {
    tokens = [granted('first', 600), granted('second')]
    answers = [empty(200), empty(200), empty(200)]
    await send()
    vi.setSystemTime(NOW + 539_999)
    await send()
    vi.setSystemTime(NOW + 540_000)
    await send()
    expect(bearers()).toEqual(['Bearer first', 'Bearer first', 'Bearer second'])
  })

  test('that is refused is replaced once', async () => {
    answers = [empty(401), empty(200)]
    expect(await send()).toMatchObject({ ok: true })
    expect(bearers()).toEqual(['Bearer first', 'Bearer second'])
  })

  test('that is refused again is given up: our credentials are wrong', async () => {
    answers = [empty(401), empty(401)]
    expect(await send()).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
    expect(tokensAsked()).toBe(2)
  })

  test.each([
    [401, 'unavailable'],
    [403, 'unavailable'],
    // A domain that is not there: nothing is wrong with the person.
    [404, 'unavailable'],
    // Nothing was created, so no outcome is unknown.
    [500, 'unavailable'],
    [429, 'rate_limited'],
  ])('that is answered with %i makes the call %s', async (status, kind) => {
    tokens = [empty(status)]
    expect(await send()).toMatchObject({ ok: false, error: { kind } })
    expect(bearers()).toEqual([])
  })

  test('that cannot be read makes the call unavailable', async () => {
    tokens = [empty(200, {}, { access_token: 7 })]
    expect(await send()).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
  })

  test('is not shared with another client', async () => {
    answers = [empty(200), empty(200)]
    await send()
    settings = { ...settings, clientId: `${settings.clientId}-other` }
    await send()
    expect(bearers()).toEqual(['Bearer first', 'Bearer second'])
  })
})

describe('the identity step', () => {
  const account = {
    userId: '7d7c1d8c-0000-4000-8000-000000000000',
    subjectKey: 'k'.repeat(43),
    kind: 'email',
    identity: 'canary@example.com',
    planId: 'pro',
    createdAt: NOW,
  } as const
  const id = `auth0|${account.userId}`
  const page = (status: number) => () => new Response('<html>canary</html>', { status })
  const ensure = (refs: Readonly<Record<string, string>> = {}) => {
    const body = identityStepDefinition(settings).freeze?.(account) ?? {}
    const call = { key: 'unused', body, mintedAt: NOW, renewals: 0 }
    return createIdentityStep(settings, open).ensure({
      account,
      work: { name: 'identity', call },
      fence: 1,
      refs: new Map(Object.entries(refs)),
      now: NOW,
    })
  }

  test('sends the frozen body and, each time, a password that is not in it', async () => {
    answers = [empty(503), empty(201, {}, { user_id: id })]
    await ensure()
    expect(await ensure()).toEqual({ ok: true, value: id })
    const bodies = asked
      .filter(({ url }) => url.endsWith('/users'))
      .map(({ init }) => JSON.parse(init.body as string) as Record<string, unknown>)
    const passwords = bodies.map(({ password }) => password)
    expect(new Set(passwords).size).toBe(2)
    for (const { password: _password, ...frozen } of bodies) {
      expect(frozen).toEqual({
        connection: 'people',
        user_id: account.userId,
        email: account.identity,
        email_verified: false,
        verify_email: false,
        app_metadata: { foyer_user_id: account.userId },
      })
    }
  })

  const exists = empty(409)
  const gone = empty(404, {}, { statusCode: 404 })
  test.each([
    [
      'F19: its own from an answer that was lost',
      {},
      [exists, empty(200, {}, { user_id: id })],
      id,
    ],
    ["F20: somebody else's address", {}, [exists, gone], 'conflict'],
    ['a conflict that is over', { identity: 'conflict' }, [empty(201, {}, { user_id: id })], id],
    ['one that is known', { identity: id }, [empty(200, {}, { user_id: id })], id],
    ['one that was deleted', { identity: id }, [gone, empty(201, {}, { user_id: id })], id],
  ])('finds %s', async (_name, refs, given, ref) => {
    answers = given
    expect(await ensure(refs)).toEqual({ ok: true, value: ref })
    expect(answers).toEqual([])
  })

  test.each([
    ['201', {}, [page(201)]],
    ['200', {}, [exists, page(200)]],
    ['404', {}, [exists, page(404)]],
    ['200 for one that is known', { identity: id }, [page(200)]],
    ['404 for one that is known', { identity: id }, [page(404)]],
    ['200 with another user', { identity: id }, [empty(200, {}, { user_id: 'auth0|other' })]],
  ])("takes a proxy's page with %s for no answer", async (_name, refs, given) => {
    answers = given
    expect(await ensure(refs)).toEqual({
      ok: false,
      error: { kind: 'unavailable', detail: 'auth0 answered without a user' },
    })
  })

  test('fails when the connection chose an id of its own', async () => {
    answers = [empty(201, {}, { user_id: 'email|1' })]
    expect(await ensure()).toMatchObject({ ok: false, error: { kind: 'rejected' } })
  })
})

test('the password that nobody knows meets the strictest policy, and never comes twice', () => {
  const passwords = Array.from({ length: 2_000 }, unguessablePassword)
  expect(new Set(passwords).size).toBe(passwords.length)
  for (const password of passwords) {
    // 128 bits, alternating, with each of the four kinds; bcrypt reads 72 bytes.
    expect(password).toMatch(/^(?:[A-Za-z]\d){16}Q-x$/)
    expect(password.length).toBeLessThanOrEqual(72)
  }
})
