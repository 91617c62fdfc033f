import { describe, expect, test } from 'vitest'
import { ERROR_STATUS, ErrorBody } from '../../src/contract/errors.ts'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import type { RecommendationView } from '../../src/contract/recommendation.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { unsubscribeSeal } from '../../src/core/sealed.ts'
import { parseSettings } from '../../src/env.ts'
import { DESCRIPTIONS, refusalsOf } from '../../src/http/openapi/descriptions.ts'
import { ROUTES, type Route } from '../../src/http/roles.ts'
import {
  bearer,
  bindings,
  claimsOf,
  fetchWorker,
  freshEmail,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { codeFor, linkFor, prove } from '../support/worker/tokens.ts'
import { freshNonce, freshWallet, messageFor } from '../support/worker/wallet.ts'

// What a description says of an answer, answers say, too: schemas are strict, so that a field that
// nobody described is as wrong as one that is missing.

interface Call {
  readonly token?: string
  readonly body?: unknown
  readonly places?: Readonly<Record<string, string>>
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls a route, and holds its answer against what is said of it. */
async function call(route: Route, { token, body, places, query, headers }: Call = {}) {
  const [method = '', path = ''] = route.split(' ')
  const url = path.replaceAll(/:(\w+)/g, (_match, name: string) => places?.[name] ?? 'x')
  const response = await fetchWorker(`${url}${query ?? ''}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : bearer(token)),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/)
  const described = DESCRIPTIONS[route].answers[response.status]
  if (described === undefined) await holdRefusal(route, response.clone())
  else await holdAnswer(route, response.clone())
  return response
}

async function holdAnswer(route: Route, response: Response): Promise<void> {
  const { body, type, headers } = DESCRIPTIONS[route].answers[response.status] ?? {}
  for (const name of Object.keys(headers ?? {})) expect(response.headers.has(name)).toBe(true)
  if (body === undefined) return expect(await response.text()).toBe('')
  expect(response.headers.get('Content-Type')?.split(';')[0]).toBe(type ?? 'application/json')
  if (type !== undefined) return response.body?.cancel()
  // Named by its route: of a schema's own complaint nobody would know whose it is.
  const judged = body.safeParse(await response.json())
  expect({ route, wrong: judged.error?.issues }).toEqual({ route, wrong: undefined })
}

async function holdRefusal(route: Route, response: Response): Promise<void> {
  const { error } = ErrorBody.parse(await response.json())
  expect([route, response.status, error.code]).toEqual([
    route,
    ERROR_STATUS[error.code],
    expect.toBeOneOf([...refusalsOf(route)]),
  ])
  expect(error.requestId).toBe(response.headers.get('X-Request-Id'))
}

/** An answer that must be this. */
async function answers(status: number, route: Route, said: Call = {}): Promise<Response> {
  const response = await call(route, said)
  expect([route, response.status]).toEqual([route, status])
  return response
}

const statusOf = async (route: Route, said?: Call) => (await call(route, said)).status

const SPEC_ID = crypto.randomUUID()
const NOBODY = { id: crypto.randomUUID(), specId: SPEC_ID, fingerprint: 'a'.repeat(16) }
const routes = Object.keys(ROUTES) as Route[]
const isSocket = (route: string) => route.startsWith('GET /ws/')

describe('OpenAPI: what is said of an answer is so', () => {
  test('from the sign-up to a member who signs out', async () => {
    const email = freshEmail()
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const body = { email, plan_id: 'pro' }
    const signedUp = await answers(201, 'POST /api/onboarding/speculative', { body, headers })
    const { token, specId } = await signedUp.json<SignUpResponse>()
    expect(await statusOf('POST /api/onboarding/speculative', { body, headers })).toBe(200)
    expect(
      await statusOf('POST /api/onboarding/speculative', {
        body: { ...body, plan_id: 'free' },
        headers,
      }),
    ).toBe(409)
    expect(await statusOf('GET /api/onboarding/session', { token })).toBe(200)
    const stream = await answers(200, 'GET /api/onboarding/stream', { token })
    await stream.body?.cancel()
    expect(
      await statusOf('GET /api/onboarding/stream', { token, headers: { 'Last-Event-ID': 'x' } }),
    ).toBe(400)
    expect(await statusOf('POST /api/onboarding/token', { token })).toBe(200)
    expect(
      await statusOf('PATCH /api/onboarding/draft', { token, body: { team: 'A', size: 3 } }),
    ).toBe(200)
    expect(
      await statusOf('PATCH /api/onboarding/draft', { token, body: { a: 'x'.repeat(20_000) } }),
    ).toBe(413)
    expect(await statusOf('POST /api/onboarding/code', { token })).toBe(202)
    expect(await statusOf('GET /api/v1/checklist', { token })).toBe(200)
    const advice = await answers(200, 'GET /api/v1/recommendation', { token })
    const { recommendationId } = await advice.json<RecommendationView>()
    const feedback = 'POST /api/v1/recommendations/:id/feedback'
    expect(await statusOf(feedback, { token, body: { kind: 'click' }, places: NOBODY })).toBe(404)
    const places = { id: recommendationId }
    expect(await statusOf(feedback, { token, body: { kind: 'dismiss' }, places })).toBe(202)
    expect(await statusOf('GET /api/v1/recommendation', { token })).toBe(204)
    const event = { userId: specId, sessionId: 'tab', eventType: 'page_view', payload: { n: 1 } }
    expect(await statusOf('POST /api/v1/events', { token, body: event })).toBe(202)
    const foreign = { ...event, userId: SPEC_ID }
    expect(
      await statusOf('POST /api/v1/events', { token, body: { events: [event, foreign] } }),
    ).toBe(202)
    expect(await statusOf('POST /api/v1/events', { token, body: foreign })).toBe(403)
    expect(
      await statusOf('POST /api/onboarding/claim', { token, body: { code: '00000000' } }),
    ).toBe(401)
    await untilSettled({ token, specId, expires_in: 1, status: 'speculative' })
    expect(await statusOf('GET /api/onboarding/session', { token })).toBe(200)
    const code = await codeFor(email)
    const claimed = await answers(200, 'POST /api/onboarding/claim', { token, body: { code } })
    const { refreshToken } = await claimed.json<MemberResponse>()
    expect(await statusOf('GET /api/onboarding/session', { token })).toBe(401)

    const renewed = await answers(200, 'POST /api/auth/refresh', { body: { refreshToken } })
    const member = await renewed.json<MemberResponse>()
    expect(await statusOf('GET /api/me', { token: member.token })).toBe(200)
    expect(await statusOf('POST /api/user/onboard', { token: member.token })).toBe(200)
    expect(await statusOf('GET /api/user/status', { token: member.token })).toBe(200)
    expect(await statusOf('GET /api/v1/checklist', { token: member.token })).toBe(200)
    expect(await statusOf('POST /api/auth/logout', { token: member.token })).toBe(204)
    expect(await statusOf('GET /api/me', { token: member.token })).toBe(401)
  })

  test('the links of a mail', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const resumeToken = await linkFor(email)
    expect(await statusOf('POST /api/onboarding/resume', { body: { resumeToken } })).toBe(200)
    expect(await statusOf('POST /api/onboarding/resume', { body: { resumeToken: 'x' } })).toBe(410)
    expect(await statusOf('GET /api/onboarding/unsubscribe', { query: '?token=x' })).toBe(302)
    const pepper = createPepper(parseSettings(bindings).SUBJECT_PEPPER)
    const subjectKey = String(claimsOf(session.token)['key'])
    const link = await unsubscribeSeal.seal(pepper, { subjectKey, mail: crypto.randomUUID() })
    expect(await statusOf('POST /api/onboarding/unsubscribe', { query: `?token=${link}` })).toBe(
      200,
    )
    expect(await statusOf('POST /api/onboarding/unsubscribe', { query: '?token=x' })).toBe(410)
  })

  test('a wallet', async () => {
    expect(await statusOf('POST /api/auth/nonce')).toBe(200)
    const wallet = freshWallet()
    const message = messageFor(wallet.address, await freshNonce())
    const signature = await wallet.signMessage({ message })
    expect(await statusOf('POST /api/auth/wallet', { body: { message, signature } })).toBe(200)
    expect(await statusOf('POST /api/auth/wallet', { body: { message, signature } })).toBe(401)
    expect(await statusOf('POST /api/auth/wallet', { body: { message: 'x', signature } })).toBe(400)
  })

  test('platforms and verifiers', async () => {
    expect(await statusOf('GET /healthz')).toBe(200)
    expect(await statusOf('GET /readyz')).toBe(200)
    expect(await statusOf('GET /.well-known/jwks.json')).toBe(200)
    expect(await statusOf('POST /webhooks/stripe', { body: { id: 'evt_1', type: 'x' } })).toBe(400)
  })

  test('operators', async () => {
    const token = bindings.ADMIN_TOKEN
    const email = freshEmail()
    const member = await prove(await signUp(email), email)
    const seen = routes.filter((route) => /^GET \/(api\/admin|metrics)/.test(route))
    for (const route of seen.filter((one) => !one.includes(':')))
      expect(await statusOf(route, { token })).toBe(200)
    const search = 'POST /api/admin/sessions/search'
    expect(await statusOf(search, { token, body: { userId: member.userId } })).toBe(200)
    expect(await statusOf(search, { token, body: { userId: 'x' } })).toBe(400)
    expect(
      await statusOf('GET /api/admin/dead-letters/:fingerprint', { token, places: NOBODY }),
    ).toBe(200)
  })

  test.each(routes.filter((route) => !isSocket(route)))(
    '%s refuses as it says, whatever it is told',
    async (route) => {
      for (const token of [undefined, 'x', (await signUp()).token, bindings.ADMIN_TOKEN]) {
        const said = token === undefined ? {} : { token }
        const empty = await call(route, { ...said, places: NOBODY })
        await empty.body?.cancel()
        expect(empty.status).toBeLessThan(500)
        if (route.startsWith('GET ')) continue
        const other = { ...said, places: NOBODY, body: { nothing: 'of this' } }
        expect(await statusOf(route, other)).toBeLessThan(500)
        const form = { ...said, places: NOBODY, headers: { 'Content-Type': 'text/plain' } }
        expect(await statusOf(route, form)).toBeLessThan(500)
      }
    },
  )
})
