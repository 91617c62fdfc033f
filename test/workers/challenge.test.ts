import { expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import { bindings, errorOf, freshEmail } from '../support/worker/api.ts'
import { indexOf } from '../support/worker/outside.ts'
import { fetchUnder } from '../support/worker/under.ts'

const TURNSTILE = {
  TURNSTILE_SECRET: 'turnstile',
  TURNSTILE_API_URL: `${new URL(bindings.EXTERNAL_JWKS_URL).origin}/siteverify`,
}

const signUpWith = (
  token: string | null,
  { key, email = freshEmail(), ...settings }: Record<string, string> = {},
): Promise<Response> =>
  fetchUnder({ ...TURNSTILE, ...settings }, '/api/onboarding/speculative', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === null ? {} : { 'Turnstile-Token': token }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
    body: JSON.stringify({ email, plan_id: 'pro' }),
  })

const good = () => `good-${crypto.randomUUID()}`

test('B16: whoever shows that they are no program signs up as always', async () => {
  expect((await signUpWith(good())).status).toBe(201)
})

test.each([
  ['shows nothing', null],
  ['shows what is no token', 'forged'],
  ['shows more than a token', `good-${'x'.repeat(3_000)}`],
])('B16: who %s is refused, and nothing is begun', async (_, token) => {
  const asked: unknown[] = []
  const SUBJECTS = new Proxy(bindings.SUBJECTS, {
    get: (target, name) => {
      asked.push(name)
      return Reflect.get(target, name) as unknown
    },
  })
  const response = await fetchUnder({ ...TURNSTILE, SUBJECTS }, '/api/onboarding/speculative', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === null ? {} : { 'Turnstile-Token': token }),
    },
    body: JSON.stringify({ email: freshEmail(), plan_id: 'pro' }),
  })
  expect(response.status).toBe(403)
  expect((await errorOf(response)).code).toBe('challenge_failed')
  expect(asked).toEqual([])
})

test('B16: a token counts once: who took it from somebody gets nothing for it', async () => {
  const token = good()
  expect((await signUpWith(token)).status).toBe(201)
  expect((await signUpWith(token)).status).toBe(403)
})

test('B16, S8: the same request again, whose answer was lost, is the same session', async () => {
  const [token, key, email] = [good(), crypto.randomUUID(), freshEmail()]
  const [first, again] = [
    await signUpWith(token, { key, email }),
    await signUpWith(token, { key, email }),
  ]
  expect([first.status, again.status]).toEqual([201, 200])
  const { specId } = await first.json<SignUpResponse>()
  expect((await again.json<SignUpResponse>()).specId).toBe(specId)
  expect((await indexOf(specId)).length).toBeLessThanOrEqual(1)
})

test.each([
  ['does not answer', 'silent', {}],
  ['answers with a page of its proxy', 'broken', {}],
  ['does not know our secret', 'good', { TURNSTILE_SECRET: 'mistyped' }],
])('B16: while Turnstile %s nobody is kept out', async (_, token, settings) => {
  expect((await signUpWith(`${token}-${crypto.randomUUID()}`, settings)).status).toBe(201)
})

test('B16: where it is not set nobody is asked', async () => {
  const response = await fetchUnder({}, '/api/onboarding/speculative', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: freshEmail(), plan_id: 'pro' }),
  })
  expect(response.status).toBe(201)
})
