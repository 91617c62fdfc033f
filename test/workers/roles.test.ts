import { beforeAll, describe, expect, test } from 'vitest'
import type { Role } from '../../src/contract/tokens.ts'
import { app } from '../../src/http/app.ts'
import { ROUTES } from '../../src/http/roles.ts'
import {
  bearer,
  bindings,
  errorOf,
  fetchWorker,
  freshEmail,
  signUp,
} from '../support/worker/api.ts'
import { outsideToken } from '../support/worker/outside-token.ts'
import { forge, prove } from '../support/worker/tokens.ts'

const PLACES: Readonly<Record<string, string>> = {
  specId: crypto.randomUUID(),
  id: crypto.randomUUID(),
  fingerprint: 'a'.repeat(16),
}

const routes = Object.entries(ROUTES).map(([route, access]) => {
  const [method = '', path = ''] = route.split(' ')
  const url = path.replaceAll(/:(\w+)/g, (_match, name: string) => PLACES[name] ?? 'x')
  return { route, method, url, ...access }
})
const guarded = routes.filter(({ roles, shown }) => roles !== 'everybody' && shown === undefined)

const call = ({ method, url }: { method: string; url: string }, authorization?: string) =>
  fetchWorker(url, {
    method,
    headers: authorization === undefined ? {} : { Authorization: authorization },
  })

const tokens = new Map<Role, string>()
let expired = ''

beforeAll(async () => {
  const email = freshEmail()
  const session = await signUp(email)
  tokens.set('member', (await prove(session, email)).token)
  const { token } = await signUp()
  tokens.set('outside', await outsideToken())
  tokens.set('speculative', token).set('admin', bindings.ADMIN_TOKEN)
  const past = Math.floor(Date.now() / 1_000) - 600
  expired = await forge(token, { claims: { iat: past, exp: past + 300 } })
})

test('every route that is served is in the table, and the table has no other', () => {
  const served = app.routes.flatMap(({ method, path }) =>
    method === 'ALL' ? [] : [`${method} ${path}`],
  )
  expect([...new Set(served)].toSorted()).toEqual(Object.keys(ROUTES).toSorted())
})

test('nothing answers for all methods: the table would not know of it', () => {
  const all = app.routes.filter(({ method }) => method === 'ALL').map(({ path }) => path)
  expect(all.filter((path) => !path.endsWith('*'))).toEqual([])
})

/** What the door says; behind it a route may still refuse for reasons of its own. */
async function door(response: Response): Promise<string> {
  if (response.ok) {
    // A stream would go on.
    await response.body?.cancel()
    return 'in'
  }
  const { code, message } = await errorOf(response)
  return code === 'forbidden' || message === 'A valid token is needed.' ? code : 'in'
}

describe.each(guarded)('$route', ({ route, roles, ...target }) => {
  test.each(['', 'Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic dXNlcjpwYXNz', 'Bearer undefined'])(
    'is 401 with %j for a token',
    async (authorization) => {
      const response = await call(target, authorization)
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
      expect(await door(response)).toBe('unauthorized')
    },
  )

  test('X9: is 401 without a token, 403 with one of another role, and lets its own in', async () => {
    expect((await call(target)).status).toBe(401)
    for (const [role, token] of tokens) {
      const response = await call(target, bearer(token).Authorization)
      const expected = roles.includes(role) ? 'in' : 'forbidden'
      expect([role, await door(response)]).toEqual([role, expected])
      expect(response.status === 403).toBe(expected === 'forbidden')
    }
  })

  test('X5: takes a speculative token that expired only where it is renewed', async () => {
    const { status } = await call(target, bearer(expired).Authorization)
    expect(status).toBe(route === 'POST /api/onboarding/token' ? 200 : 401)
  })
})

test.each(['/api/admin/nothing', '/api/user/nothing', '/metrics/nothing'])(
  'X9: %s, where there is nothing, says so to nobody else',
  async (url) => {
    expect((await call({ method: 'GET', url })).status).toBe(401)
    const token = tokens.get('speculative') ?? ''
    expect((await call({ method: 'GET', url }, bearer(token).Authorization)).status).toBe(403)
  },
)
