import { SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { deadLetters } from '../../src/adapters/neon/schema.ts'
import type { ActionView } from '../../src/contract/admin.ts'
import { parseSettings } from '../../src/env.ts'
import { ROUTES } from '../../src/http/roles.ts'
import {
  AUD,
  AccessTeam,
  OPERATOR,
  asserted,
  callWith,
  unsigned,
} from '../support/worker/access.ts'
import { bearer, bindings, errorOf, signUp, untilSettled } from '../support/worker/api.ts'

const team = new AccessTeam()
let speculative = ''
beforeAll(async () => {
  await team.rotate()
  const session = await signUp()
  speculative = session.token
  // Below the clock is turned forward, which would be time taken from its consumer.
  await untilSettled(session)
})
afterEach(() => void vi.useRealTimers())

const ROUTE = '/api/admin/operator'
const call = (headers: Record<string, string>, path = ROUTE, init: RequestInit = {}) =>
  callWith(team.bindings, path, { ...init, headers })

const statusOf = async (assertion: string): Promise<number> =>
  (await call(asserted(assertion))).status

const adminRoutes = Object.entries(ROUTES)
  .filter(([, { roles }]) => roles.includes('admin'))
  .map(([route]) => {
    const [method = '', path = ''] = route.split(' ')
    return [method, path.replaceAll(/:\w+/g, crypto.randomUUID())] as const
  })

describe('where Access guards the admin routes', () => {
  test.each(['RS256', 'ES256'] as const)('a %s token of it opens them', async (alg) => {
    const other = new AccessTeam()
    await other.rotate(alg)
    const headers = asserted(await other.assertion())
    const answer = await callWith(other.bindings, ROUTE, { headers })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ operator: OPERATOR })
  })

  test('a service token goes by its name', async () => {
    const claims = { email: undefined, sub: '', common_name: 'e367.access' }
    const answer = await call(asserted(await team.assertion(claims)))
    expect(await answer.json()).toEqual({ operator: 'e367.access' })
  })

  test.each(adminRoutes)(
    'X48: %s %s is 403 without one, whoever else calls',
    async (method, path) => {
      const others = [
        {},
        bearer(bindings.ADMIN_TOKEN),
        bearer(speculative),
        bearer(await team.assertion()),
        { Cookie: `CF_Authorization=${await team.assertion()}` },
        asserted(''),
        asserted(bindings.ADMIN_TOKEN),
      ]
      for (const headers of others) {
        const answer = await call(headers, path, { method })
        expect([answer.status, (await errorOf(answer)).code]).toEqual([403, 'forbidden'])
      }
    },
  )

  test.each(['https://foyer.workers.dev', 'http://127.0.0.1:8787', 'https://other.example'])(
    'X48: %s is no other door',
    async (origin) => {
      for (const headers of [{}, bearer(bindings.ADMIN_TOKEN)]) {
        const answer = await callWith(team.bindings, '/api/admin/ledger', { origin, headers })
        expect(answer.status).toBe(403)
      }
    },
  )

  test('X48: and /metrics is behind it, too', async () => {
    expect((await call(bearer(bindings.ADMIN_TOKEN), '/metrics')).status).toBe(403)
    expect((await call(asserted(await team.assertion()), '/metrics')).status).not.toBe(403)
  })

  test('opens nothing that is for people', async () => {
    expect((await call(asserted(await team.assertion()), '/api/me')).status).toBe(401)
  })
})

describe('an assertion that does not count is 403', () => {
  const now = () => Math.floor(Date.now() / 1_000)

  test.each([
    ['X49: for another application of the team', () => ({ aud: ['0'.repeat(64)] })],
    ['X49: for nobody', () => ({ aud: undefined })],
    ['X49: of another team', () => ({ iss: 'https://evil.cloudflareaccess.com' })],
    ['of no issuer', () => ({ iss: undefined })],
    ['expired', () => ({ exp: now() - 60 })],
    ['without an end', () => ({ exp: undefined })],
    ['not yet', () => ({ nbf: now() + 600 })],
    ['of somebody without a name', () => ({ email: undefined })],
    ['of somebody with an empty name', () => ({ email: ' ' })],
    ['of a name that is no text', () => ({ email: { address: OPERATOR } })],
  ])('%s', async (_name, claims) => {
    expect(await statusOf(await team.assertion(claims()))).toBe(403)
  })

  test('X49: signed by another team that shows its own keys', async () => {
    const evil = new AccessTeam()
    await evil.rotate()
    expect(await statusOf(await evil.assertion())).toBe(403)
  })

  test('X49: the header in which Access names the operator, forged', async () => {
    const headers = { 'Cf-Access-Authenticated-User-Email': OPERATOR }
    expect((await call(headers)).status).toBe(403)
  })

  test('X1: alg none', async () => {
    const good = await team.assertion()
    const { kid } = await team.publicSecret()
    expect(await statusOf(unsigned(good, { alg: 'none' }))).toBe(403)
    expect(await statusOf(unsigned(good, { alg: 'none', kid }))).toBe(403)
    expect(await statusOf(`${unsigned(good, { alg: 'RS256', kid })}AAAA`)).toBe(403)
  })

  test('X2: the public key as an HMAC secret', async () => {
    const { kid, secret } = await team.publicSecret()
    const forged = new SignJWT({ email: OPERATOR, aud: [AUD], iat: now(), exp: now() + 600 })
      .setIssuer('https://foyer-test.cloudflareaccess.com')
      .setProtectedHeader({ alg: 'HS256', kid })
    expect(await statusOf(await forged.sign(secret))).toBe(403)
  })

  test('X7: that brings its key along', async () => {
    const header = { kid: 'theirs', jku: 'https://evil.test/jwks.json' }
    expect(await statusOf(await team.assertion({}, header))).toBe(403)
  })
})

describe('its keys', () => {
  const HALF_MINUTE_MS = 30_000

  test('rotate: the old one counts while it is shown, the new one as soon as it is met', async () => {
    const rotating = new AccessTeam()
    const status = async (assertion: string) => {
      const headers = asserted(assertion)
      return (await callWith(rotating.bindings, ROUTE, { headers })).status
    }
    await rotating.rotate()
    const first = await rotating.assertion()
    expect(await status(first)).toBe(200)
    await rotating.rotate()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * HALF_MINUTE_MS })
    expect(await status(await rotating.assertion())).toBe(200)
    expect(await status(first)).toBe(200)
    // Both are gone: what they signed counts no more, once their signer is asked again.
    await rotating.rotate('ES256', 0)
    vi.setSystemTime(Date.now() + 2 * HALF_MINUTE_MS)
    expect(await status(await rotating.assertion())).toBe(200)
    expect(await status(first)).toBe(403)
  })

  test.each([
    ['nowhere', 'http://127.0.0.1:1/certs'],
    ['not where they were', () => `${new URL(team.bindings.ACCESS_CERTS_URL).origin}/certs/none`],
  ])('%s: 503, and when to ask again', async (_name, where) => {
    const ACCESS_CERTS_URL = typeof where === 'string' ? where : where()
    const headers = asserted(await team.assertion())
    const env = { ...team.bindings, ACCESS_CERTS_URL }
    const answer = await callWith(env, ROUTE, { headers })
    expect([answer.status, answer.headers.has('Retry-After')]).toEqual([503, true])
    // Whoever shows nothing learns nothing of it.
    expect((await callWith(env, ROUTE, {})).status).toBe(403)
  })
})

describe('X50: a browser brings Access along by itself', () => {
  const post = async (headers: Readonly<Record<string, string>>, body = {}) =>
    call(
      { 'Content-Type': 'application/json', ...asserted(await team.assertion()), ...headers },
      `/api/admin/dead-letters/${'0'.repeat(16)}/dismiss`,
      { method: 'POST', body: JSON.stringify({ reason: 'tidy', ...body }) },
    )

  test.each([
    ['a program', {}, 200],
    ['our own page', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://foyer.test' }, 200],
    ['our own page in an older browser', { Origin: 'https://foyer.test' }, 200],
    ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }, 403],
    ['a sibling', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://evil.foyer.test' }, 403],
    ['an address that was typed', { 'Sec-Fetch-Site': 'none' }, 403],
    ['a site that names no origin', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a sandboxed frame', { Origin: 'null' }, 403],
    ['another port', { Origin: 'https://foyer.test:8443' }, 403],
    ['plain http', { Origin: 'http://foyer.test' }, 403],
    ['an origin that begins like ours', { Origin: 'https://foyer.test.evil.example' }, 403],
    ['a form', { 'Content-Type': 'text/plain' }, 415],
  ])('%s', async (_name, headers, status) => {
    expect((await post(headers)).status).toBe(status)
  })

  test('an origin whose pages may open sockets is another site here', async () => {
    const env = { ...team.bindings, ALLOWED_ORIGINS: 'https://app.example' }
    const answer = await callWith(env, `/api/admin/dead-letters/${'0'.repeat(16)}/dismiss`, {
      method: 'POST',
      headers: {
        ...asserted(await team.assertion()),
        'Content-Type': 'application/json',
        Origin: 'https://app.example',
      },
      body: '{"reason":"tidy"}',
    })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('who did it', () => {
  const database = connect(parseSettings(bindings))

  const dismiss = async (body: unknown): Promise<{ response: Response; fingerprint: string }> => {
    const fingerprint = [...crypto.getRandomValues(new Uint8Array(8))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
    await database.insert(deadLetters).values({
      id: crypto.randomUUID(),
      source: 'message',
      fingerprint,
      detail: 'a test',
      queue: 'test',
      failedAt: new Date(),
    })
    const headers = { 'Content-Type': 'application/json', ...asserted(await team.assertion()) }
    const init = { method: 'POST', body: JSON.stringify(body) }
    const response = await call(headers, `/api/admin/dead-letters/${fingerprint}/dismiss`, init)
    return { response, fingerprint }
  }

  const audited = async (fingerprint: string): Promise<ActionView | undefined> => {
    const headers = asserted(await team.assertion())
    const answer = await call(headers, '/api/admin/operator-actions?limit=200')
    const { actions } = await answer.json<{ actions: readonly ActionView[] }>()
    return actions.find((action) => action.fingerprint === fingerprint)
  }

  test.each([{}, { operator: OPERATOR }])(
    'B14: is whom Access names, whether the body says so or not: %j',
    async (named) => {
      const { response, fingerprint } = await dismiss({ reason: 'seen', ...named })
      expect(response.status).toBe(200)
      expect(await audited(fingerprint)).toMatchObject({ operator: OPERATOR, reason: 'seen' })
    },
  )

  test.each(['eve@operators.example', 'ADA@operators.example', '', 7])(
    'B14: a body that names somebody else does nothing: %j',
    async (operator) => {
      const { response, fingerprint } = await dismiss({ reason: 'seen', operator })
      expect(response.status).toBe(400)
      expect((await errorOf(response)).details?.[0]?.path).toBe('operator')
      expect(await audited(fingerprint)).toBeUndefined()
    },
  )

  test('B14: without Access the body says it, and must', async () => {
    const post = (body: unknown) =>
      callWith(bindings, `/api/admin/dead-letters/${'0'.repeat(16)}/dismiss`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...bearer(bindings.ADMIN_TOKEN) },
        body: JSON.stringify(body),
      })
    expect((await post({ reason: 'seen', operator: 'ada' })).status).toBe(200)
    expect((await post({ reason: 'seen' })).status).toBe(400)
  })
})

test('X49: where Access is not set, its headers open nothing', async () => {
  const headers = asserted(await team.assertion())
  expect((await callWith(bindings, ROUTE, { headers })).status).toBe(401)
})

test.each([
  ['ACCESS_AUD', { ACCESS_TEAM_DOMAIN: 'foyer-test.cloudflareaccess.com' }],
  ['ACCESS_TEAM_DOMAIN', { ACCESS_AUD: AUD }],
  ['both', { ACCESS_CERTS_URL: 'https://certs.example' }],
  ['a team', { ACCESS_TEAM_DOMAIN: 'https://evil.example', ACCESS_AUD: AUD }],
])('X48: half an Access, without %s, opens nothing and is not ready', async (_name, half) => {
  const env = { ...bindings, ...half }
  const headers = bearer(bindings.ADMIN_TOKEN)
  expect((await callWith(env, '/api/admin/ledger', { headers })).status).toBe(500)
  expect((await callWith(env, '/readyz')).ok).toBe(false)
})
