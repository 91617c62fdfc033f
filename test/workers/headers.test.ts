import { describe, expect, test } from 'vitest'
import { ROUTES } from '../../src/http/roles.ts'
import {
  bearer,
  bindings,
  errorOf,
  fetchWorker,
  freshEmail,
  postSignUp,
  signUp,
} from '../support/worker/api.ts'
import { prove } from '../support/worker/tokens.ts'

const SECURE = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const headersOf = ({ headers }: Response) => Object.fromEntries(headers)

describe('X51: no answer of ours can be framed, sniffed or run', () => {
  test.each(Object.keys(ROUTES).concat('GET /nowhere', 'GET /api/nowhere'))('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    const response = await fetchWorker(path, { method, redirect: 'manual' })
    expect(headersOf(response)).toMatchObject(SECURE)
    expect(headersOf(response)['x-request-id']).toMatch(/^[\w-]{36}$/)
    expect(headersOf(response)['content-type'] ?? 'application/json').toBe('application/json')
  })
})

test('X42: nothing that carries a token is kept by a cache on its way', async () => {
  const email = freshEmail()
  const signedUp = await postSignUp({ email, plan_id: 'pro' })
  const session = await signedUp.clone().json<{ token: string; specId: string }>()
  const renewed = await fetchWorker('/api/onboarding/token', {
    method: 'POST',
    headers: bearer(session.token),
  })
  const member = await prove({ ...session, expires_in: 1, status: 'speculative' }, email)
  const refreshed = await fetchWorker('/api/auth/refresh', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refreshToken: member.refreshToken }),
  })
  for (const response of [signedUp, renewed, refreshed]) {
    expect(response.ok).toBe(true)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('set-cookie')).toBeNull()
  }
})

describe('X33: what a page of another site can send without asking', () => {
  const OPEN = new Set([
    // Mail programs post there whatever they like (RFC 8058); the seal is what counts.
    'POST /api/onboarding/unsubscribe',
    // Reads nothing, keeps nothing, and the page that sent the form cannot read the answer.
    'POST /api/auth/nonce',
  ])
  const bodies = Object.keys(ROUTES).filter(
    (route) => !route.startsWith('GET ') && !OPEN.has(route),
  )

  test.each(bodies)('%s: a form gets in nowhere', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await fetchWorker(path.replaceAll(/:\w+/g, 'x'), {
        method,
        headers: { 'Content-Type': type, Origin: 'https://evil.example' },
        body: '{"email":"ada@example.com","plan_id":"pro"}',
      })
      // Without a header that no form can send there is no token; the rest takes JSON only.
      expect([400, 401, 404, 415]).toContain(response.status)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test.each(['/claim', '/draft'])('JSON that says it is text is 415 at %s', async (path) => {
    const { token } = await signUp()
    const response = await fetchWorker(`/api/onboarding${path}`, {
      method: path === '/draft' ? 'PATCH' : 'POST',
      headers: { ...bearer(token), 'Content-Type': 'text/plain' },
      body: '{"code":"12345678"}',
    })
    expect(response.status).toBe(415)
    expect((await errorOf(response)).code).toBe('unsupported_media_type')
  })
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
  'X50: a form of another site (%s) replays nothing, with the operator’s token neither',
  async (type) => {
    const replay = (headers: Readonly<Record<string, string>>) =>
      fetchWorker(`/api/admin/dead-letters/${'a'.repeat(16)}/replay`, {
        method: 'POST',
        headers: { 'Content-Type': type, Origin: 'https://evil.example', ...headers },
        body: '{"operator":"ada","reason":"why"}',
      })
    expect((await replay({})).status).toBe(401)
    expect((await replay(bearer(bindings.ADMIN_TOKEN))).status).toBe(415)
  },
)

describe('X58: the link out of the mails', () => {
  test.each([
    '%0d%0aSet-Cookie:%20a=b',
    'a%00b',
    '%22%3E%3Cscript%3E',
    '//evil.example',
    '%F0%9F%98%80',
  ])('goes to our page with nothing but what it was given: %s', async (token) => {
    const response = await fetchWorker(`/api/onboarding/unsubscribe?token=${token}`, {
      headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' },
      redirect: 'manual',
    })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toMatch(
      /^https:\/\/foyer\.test\/unsubscribe#[\w%.~-]*$/,
    )
    expect(response.headers.get('set-cookie')).toBeNull()
  })
})
