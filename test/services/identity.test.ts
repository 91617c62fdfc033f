import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  type LocalService,
  setFault,
  startInProcess,
  startProcess,
  temporaryFolder,
} from '../support/local-services.ts'

const CONNECTION = 'Username-Password-Authentication'
const PASSWORD = 'correct-Horse-7'
const CLIENT = {
  grant_type: 'client_credentials',
  client_id: 'local',
  client_secret: 'local',
  audience: 'https://identity.local/api/v2/',
}

const Granted = z.object({ access_token: z.string(), expires_in: z.number() })
const User = z.looseObject({ user_id: z.string(), email: z.string() })

const askToken = (url: string, body: unknown = CLIENT) =>
  fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** The Management API as a program with a token uses it. */
async function connect(url: string) {
  const { access_token } = Granted.parse(await (await askToken(url)).json())
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    send,
    create: (email: string, more: object = {}) =>
      send('POST', '/users', { connection: CONNECTION, email, password: PASSWORD, ...more }),
    read: (id: string) => send('GET', `/users/${encodeURIComponent(id)}`),
    change: (id: string, body: object) => send('PATCH', `/users/${encodeURIComponent(id)}`, body),
    async byEmail(email: string) {
      const response = await send('GET', `/users-by-email?email=${encodeURIComponent(email)}`)
      return z.array(User).parse(await response.json())
    },
  }
}

let counter = 0
const newEmail = () => `person-${(counter += 1)}@example.com`
const newId = () => `id-${(counter += 1)}`

describe('the identity service', () => {
  let service: LocalService
  let auth0: Awaited<ReturnType<typeof connect>>

  beforeAll(async () => {
    service = await startInProcess('identity')
    auth0 = await connect(service.url)
  })
  afterEach(() => setFault(service.url, null))
  afterAll(() => service.stop())

  test('a user is created under the id that was asked for, read, changed and deleted', async () => {
    const [email, user_id] = [newEmail(), newId()]
    const id = `auth0|${user_id}`
    const created = await auth0.create(email.toUpperCase(), {
      user_id,
      email_verified: false,
      verify_email: false,
      app_metadata: { foyer_user_id: 'u1', plan: 'pro' },
    })
    expect(created.status).toBe(201)
    const user = User.parse(await created.json())
    expect(user).toMatchObject({
      user_id: id,
      email,
      email_verified: false,
      identities: [{ connection: CONNECTION, provider: 'auth0', user_id, isSocial: false }],
      app_metadata: { foyer_user_id: 'u1', plan: 'pro' },
    })
    expect(JSON.stringify(user)).not.toContain(PASSWORD)
    expect(await (await auth0.read(id)).json()).toEqual(user)

    const changed = await auth0.change(id, {
      email_verified: true,
      app_metadata: { plan: null, tier: 2 },
    })
    expect(await changed.json()).toMatchObject({
      email,
      email_verified: true,
      app_metadata: { foyer_user_id: 'u1', tier: 2 },
    })

    const path = `/users/${encodeURIComponent(id)}`
    expect((await auth0.send('DELETE', path)).status).toBe(204)
    // As Auth0 does: nobody to delete is nothing to complain of.
    expect((await auth0.send('DELETE', path)).status).toBe(204)
    expect(await auth0.byEmail(email)).toEqual([])
    const gone = await auth0.read(id)
    expect(gone.status).toBe(404)
    expect(await gone.json()).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'The user does not exist.',
      errorCode: 'inexistent_user',
    })
  })

  test('without an id it makes one up', async () => {
    const { user_id } = User.parse(await (await auth0.create(newEmail())).json())
    expect(user_id).toMatch(/^auth0\|[0-9a-f]{24}$/)
  })

  test.each([
    ['the address in any case', (email: string) => auth0.create(email.toUpperCase())],
    [
      'the id with another address',
      (_: string, user_id: string) => auth0.create(newEmail(), { user_id }),
    ],
    [
      'the id in another connection',
      (_: string, user_id: string) => auth0.create(newEmail(), { user_id, connection: 'other' }),
    ],
  ])('%s, taken, is 409, and changes nothing', async (_, again) => {
    const [email, user_id] = [newEmail(), newId()]
    const first = User.parse(await (await auth0.create(email, { user_id })).json())
    const second = await again(email, user_id)
    expect(second.status).toBe(409)
    expect(await second.json()).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'The user already exists.',
      errorCode: 'auth0_idp_error',
    })
    expect(await auth0.byEmail(email)).toEqual([first])
  })

  test('one address can be in two connections', async () => {
    const email = newEmail()
    await auth0.create(email)
    expect((await auth0.create(email, { connection: 'other' })).status).toBe(201)
    expect(await auth0.byEmail(email)).toHaveLength(2)
  })

  test('nobody can take the address of somebody else', async () => {
    const [mine, theirs] = [newEmail(), newEmail()]
    const { user_id } = User.parse(await (await auth0.create(mine)).json())
    await auth0.create(theirs)
    const response = await auth0.change(user_id, { email: theirs })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errorCode: 'auth0_idp_error' })
    expect(await (await auth0.read(user_id)).json()).toMatchObject({ email: mine })
  })

  test('a list is newest first and comes in pages', async () => {
    const emails = [newEmail(), newEmail(), newEmail()]
    for (const email of emails) await auth0.create(email)
    const response = await auth0.send('GET', '/users?per_page=2&page=0&include_totals=true')
    expect(await response.json()).toMatchObject({
      start: 0,
      limit: 2,
      length: 2,
      users: [{ email: emails[2] }, { email: emails[1] }],
    })
    const next = await auth0.send('GET', '/users?per_page=2&page=1')
    expect(z.array(User).parse(await next.json())[0]?.email).toBe(emails[0])
  })

  test.each([
    ['no connection', { connection: undefined }],
    ['no password', { password: undefined }],
    ['a weak password', { password: 'password' }],
    ['a password that repeats', { password: 'aaaA-12345' }],
    ['a password longer than bcrypt reads', { password: `${PASSWORD}${'xy'.repeat(40)}` }],
    ['an address without an @', { email: 'nobody' }],
    ['an id with its provider', { user_id: 'auth0|1' }],
    ['a property that does not exist', { favourite_colour: 'red' }],
    ['metadata that is no object', { app_metadata: 'x' }],
  ])('%s is refused', async (_, change) => {
    const response = await auth0.create(newEmail(), change)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ statusCode: 400, error: 'Bad Request' })
  })

  test('text that is not JSON is refused', async () => {
    const { access_token } = Granted.parse(await (await askToken(service.url)).json())
    const headers = { authorization: `Bearer ${access_token}` }
    const response = await fetch(`${service.url}/api/v2/users`, {
      method: 'POST',
      headers,
      body: '{',
    })
    expect(response.status).toBe(400)
  })

  test('an id without its provider is 400, so that nobody takes it for a missing user', async () => {
    expect((await auth0.read('1')).status).toBe(400)
  })

  test('a search that is not there is refused, and not answered with everybody', async () => {
    expect((await auth0.send('GET', '/users?q=email:a')).status).toBe(400)
  })

  describe('the token', () => {
    test.each([
      ['no secret', { ...CLIENT, client_secret: '' }],
      ['another grant', { ...CLIENT, grant_type: 'password' }],
      ['no audience', { ...CLIENT, audience: undefined }],
    ])('is not given for %s', async (_, body) => {
      const response = await askToken(service.url, body)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: 'access_denied' })
    })

    test('is given for a form, too', async () => {
      const response = await fetch(`${service.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams(CLIENT),
      })
      expect(Granted.parse(await response.json()).expires_in).toBe(86_400)
    })

    test.each([[undefined], ['Bearer x'], ['Basic abc']])('%s is none', async (authorization) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${service.url}/api/v2/users`, { method, headers })
        expect(response.status).toBe(401)
        expect(await response.json()).toMatchObject({ statusCode: 401, error: 'Unauthorized' })
      }
    })

    test('ends after a day', async () => {
      vi.useFakeTimers({ toFake: ['Date'] })
      const { send } = await connect(service.url)
      vi.setSystemTime(Date.now() + 86_399_000)
      expect((await send('GET', '/users')).status).toBe(200)
      vi.setSystemTime(Date.now() + 2_000)
      expect((await send('GET', '/users')).status).toBe(401)
      vi.useRealTimers()
    })
  })

  test('every answer tells the limit; a 429 also until when', async () => {
    const before = await auth0.read('auth0|none')
    expect(Number(before.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0)
    await setFault(service.url, { kind: 'status', status: 429, times: 1 })
    const limited = await auth0.create(newEmail())
    expect(limited.status).toBe(429)
    expect(await limited.json()).toMatchObject({ errorCode: 'too_many_requests' })
    expect(limited.headers.get('x-ratelimit-remaining')).toBe('0')
    const reset = Number(limited.headers.get('x-ratelimit-reset'))
    expect(reset * 1_000 - Date.now()).toBeGreaterThan(0)
    expect(reset * 1_000 - Date.now()).toBeLessThanOrEqual(2_000)
  })

  test.each([500, 503])('a %i creates nobody', async (status) => {
    const email = newEmail()
    await setFault(service.url, { kind: 'status', status, times: 1 })
    expect((await auth0.create(email)).status).toBe(status)
    expect(await auth0.byEmail(email)).toEqual([])
  })

  test('F19: a lost answer leaves a user, whom the next creation meets', async () => {
    const [email, user_id] = [newEmail(), newId()]
    await setFault(service.url, { kind: 'commit_then_drop', times: 1 })
    await expect(auth0.create(email, { user_id })).rejects.toThrow('fetch failed')
    expect((await auth0.create(email, { user_id })).status).toBe(409)
    expect((await auth0.read(`auth0|${user_id}`)).status).toBe(200)
  })

  test('no fault uses itself up on a token', async () => {
    await setFault(service.url, { kind: 'status', status: 503, times: 1 })
    const { create } = await connect(service.url)
    expect((await create(newEmail())).status).toBe(503)
  })

  test('Auth0 knows no idempotency keys, and neither does this', async () => {
    const { access_token } = Granted.parse(await (await askToken(service.url)).json())
    const headers = { authorization: `Bearer ${access_token}`, 'idempotency-key': 'one' }
    const body = JSON.stringify({ connection: CONNECTION, email: newEmail(), password: PASSWORD })
    const post = () =>
      fetch(`${service.url}/api/v2/users`, { method: 'POST', headers, body }).then((r) => r.status)
    expect([await post(), await post()]).toEqual([201, 409])
  })

  test('the page shows users without running what they are called', async () => {
    await auth0.create(newEmail(), { app_metadata: { note: '<script>alert(1)</script>' } })
    const page = await (await fetch(`${service.url}/`)).text()
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script')
  })
})

describe('the identity process', () => {
  test('whom it acknowledged survives SIGKILL, address and id alike', async () => {
    const folder = await temporaryFolder()
    const first = await startProcess('identity', folder)
    const before = await connect(first.url)
    const acknowledged = new Map<string, string>()
    const busy = Array.from({ length: 8 }, async (_, worker) => {
      for (let index = 0; index < 1000; index += 1) {
        const user_id = `${worker}-${index}`
        const email = `${user_id}@example.com`
        const created = await before.create(email, { user_id })
        if (created.status === 201) acknowledged.set(user_id, email)
      }
    })
    const settled = Promise.allSettled(busy)
    await expect.poll(() => acknowledged.size).toBeGreaterThan(50)
    await first.end('SIGKILL')
    await settled

    const second = await startProcess('identity', folder)
    // Its tokens are gone with it.
    expect((await fetch(`${second.url}/api/v2/users`)).status).toBe(401)
    const after = await connect(second.url)
    for (const [user_id, email] of acknowledged) {
      const read = await after.read(`auth0|${user_id}`)
      expect(await read.json()).toMatchObject({ email })
      expect((await after.create(email)).status).toBe(409)
    }
    expect(await second.end('SIGTERM')).toBe(0)
    await rm(folder, { recursive: true })
  })
})
