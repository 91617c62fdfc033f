import { describe, expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import {
  bearer,
  claimsOf,
  errorOf,
  fetchWorker,
  freshEmail,
  getSession,
  postSignUp,
  signUp,
} from '../support/worker/api.ts'

describe('S1: the answer', () => {
  test('is 201 with a token, an id, a lifetime and a state', async () => {
    const response = await postSignUp({ email: freshEmail(), plan_id: 'pro', referrer: 'a friend' })
    expect(response.status).toBe(201)
    const body = await response.json<SignUpResponse>()
    expect(Object.keys(body).toSorted()).toEqual(['expires_in', 'specId', 'status', 'token'])
    expect(body).toMatchObject({ expires_in: 300, status: 'speculative' })
    expect(body.specId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })

  test('holds nothing personal, in the token neither', async () => {
    const { token } = await signUp('canary.person@example.com')
    expect(JSON.stringify(claimsOf(token))).not.toContain('canary')
  })

  test('opens the session it names', async () => {
    const { token, specId } = await signUp()
    expect(await getSession(token)).toMatchObject({ specId, seq: expect.any(Number) as number })
  })
})

describe('S8: Idempotency-Key', () => {
  const key = () => ({ 'Idempotency-Key': crypto.randomUUID() })

  test('the same request twice is one session: 201, then 200', async () => {
    const body = { email: freshEmail(), plan_id: 'pro' }
    const headers = key()
    const [first, second] = [await postSignUp(body, headers), await postSignUp(body, headers)]
    expect([first.status, second.status]).toEqual([201, 200])
    const [one, two] = [await first.json<SignUpResponse>(), await second.json<SignUpResponse>()]
    expect(two.specId).toBe(one.specId)
    expect((await getSession(two.token)).specId).toBe(one.specId)
  })

  test('fifty at once are one session', async () => {
    const body = { email: freshEmail(), plan_id: 'pro' }
    const headers = key()
    const answers = await Promise.all(Array.from({ length: 50 }, () => postSignUp(body, headers)))
    const bodies = await Promise.all(answers.map((answer) => answer.json<SignUpResponse>()))
    expect(new Set(bodies.map(({ specId }) => specId)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  test('X46: with another body it is 409', async () => {
    const email = freshEmail()
    const headers = key()
    await postSignUp({ email, plan_id: 'pro' }, headers)
    const other = await postSignUp({ email, plan_id: 'free' }, headers)
    expect(other.status).toBe(409)
    expect((await errorOf(other)).code).toBe('idempotency_key_reused')
  })

  test("X47: another person's key finds nothing", async () => {
    const headers = key()
    const mine = await signUp(freshEmail(), headers)
    const theirs = await signUp(freshEmail(), headers)
    expect(theirs.specId).not.toBe(mine.specId)
  })

  test.each([['short'], ['x'.repeat(256)], ['with spaces in between']])(
    '%j is 400',
    async (bad) => {
      const headers = { 'Idempotency-Key': bad }
      const response = await postSignUp({ email: freshEmail(), plan_id: 'pro' }, headers)
      expect(response.status).toBe(400)
      expect((await errorOf(response)).details?.[0]?.path).toBe('Idempotency-Key')
    },
  )
})

test('Q6, X39: of a hundred at once exactly three pass, and the rest are told when to come back', async () => {
  const body = { email: freshEmail(), plan_id: 'pro' }
  const answers = await Promise.all(Array.from({ length: 100 }, () => postSignUp(body)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused).toHaveLength(97)
  expect(Number(refused[0]?.headers.get('Retry-After'))).toBeGreaterThan(0)
})

describe('bad input gets a clear error and leaves nothing behind', () => {
  const email = 'ada@example.com'
  test.each([
    ['not JSON', '{"email":', 'malformed_json', undefined],
    ['nothing', '', 'malformed_json', undefined],
    ['a list', '[]', 'validation_failed', ''],
    ['null', 'null', 'validation_failed', ''],
    ['no email', { plan_id: 'pro' }, 'validation_failed', 'email'],
    ['a number for an email', { email: 7, plan_id: 'pro' }, 'validation_failed', 'email'],
    ['no plan', { email }, 'validation_failed', 'plan_id'],
    ['an unknown plan format', { email, plan_id: 'pro plan!' }, 'validation_failed', 'plan_id'],
    ['an unknown field', { email, plan_id: 'pro', admin: true }, 'validation_failed', 'admin'],
    [
      'X43: __proto__',
      `{"email":"${email}","plan_id":"pro","__proto__":{"a":1}}`,
      'validation_failed',
      '__proto__',
    ],
    ['X43: depth 5,000', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'validation_failed', ''],
    ['X44: NUL', { email: 'a\u0000da@example.com', plan_id: 'pro' }, 'validation_failed', 'email'],
    [
      'X44: a lone surrogate',
      `{"email":"\\ud800@example.com","plan_id":"pro"}`,
      'validation_failed',
      'email',
    ],
    [
      'X44: a 10 kB email',
      { email: `${'a'.repeat(10_000)}@example.com`, plan_id: 'pro' },
      'validation_failed',
      'email',
    ],
    [
      'X41: CR LF',
      { email: 'ada@example.com\r\nBcc: x@example.com', plan_id: 'pro' },
      'validation_failed',
      'email',
    ],
    [
      'a referrer of 3 kB',
      { email, plan_id: 'pro', referrer: 'r'.repeat(3_000) },
      'validation_failed',
      'referrer',
    ],
  ] as const)('%s', async (_name, body, code, path) => {
    const response = await postSignUp(body)
    expect(response.status).toBe(400)
    const error = await errorOf(response)
    expect(error.code).toBe(code)
    expect(error.details?.[0]?.path).toBe(path)
    expect(error.requestId).toBe(response.headers.get('X-Request-Id'))
  })

  test('bytes that are not UTF-8 are 400, not somebody else', async () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify({ email: 'a?@example.com', plan_id: 'p' }),
    )
    const response = await fetchWorker('/api/onboarding/speculative', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: bytes.map((byte) => (byte === '?'.charCodeAt(0) ? 0xff : byte)),
    })
    expect(response.status).toBe(400)
  })

  test('X43: 2 MB is 413, whether its length is declared or not', async () => {
    const body = JSON.stringify({ email, plan_id: 'x'.repeat(2_000_000) })
    expect((await postSignUp(body)).status).toBe(413)
    const streamed = await fetchWorker('/api/onboarding/speculative', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: new Blob([body]).stream(),
    })
    expect(streamed.status).toBe(413)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'X33: content type %j is 415',
    async (type) => {
      const response = await postSignUp({ email, plan_id: 'pro' }, { 'Content-Type': type })
      expect(response.status).toBe(415)
    },
  )

  test('X45: SQL metacharacters are characters', async () => {
    const email = `o'brien--${crypto.randomUUID()}@example.com`
    const referrer = "'; DROP TABLE users; --"
    expect((await postSignUp({ email, plan_id: 'pro', referrer })).status).toBe(201)
  })

  test('an unknown address is 404 of the one error shape', async () => {
    const response = await fetchWorker('/api/nowhere')
    expect(response.status).toBe(404)
    expect(await errorOf(response)).toMatchObject({
      code: 'not_found',
      message: expect.any(String) as string,
    })
  })
})

test('a token that is renewed opens the same session', async () => {
  const { token, specId } = await signUp()
  const response = await fetchWorker('/api/onboarding/token', {
    method: 'POST',
    headers: bearer(token),
  })
  expect(response.status).toBe(200)
  const renewed = await response.json<SignUpResponse>()
  expect(renewed.specId).toBe(specId)
  expect((await getSession(renewed.token)).specId).toBe(specId)
})
