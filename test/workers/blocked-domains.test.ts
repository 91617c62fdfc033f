import { expect, test } from 'vitest'
import type { Bindings } from '../../src/env.ts'
import { bindings, freshEmail } from '../support/worker/api.ts'
import { fetchUnder } from '../support/worker/under.ts'

const post = (email: string, settings: Partial<Bindings> = {}) =>
  fetchUnder(
    { BLOCKED_EMAIL_DOMAINS: 'throwaway.example', ...settings },
    '/api/onboarding/speculative',
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, plan_id: 'pro' }),
    },
  )

test('B16: an address of a blocked domain is refused with its reason, and no object is asked', async () => {
  const asked: unknown[] = []
  const SUBJECTS = new Proxy(bindings.SUBJECTS, {
    get: (target, name) => {
      asked.push(name)
      return Reflect.get(target, name) as unknown
    },
  })
  const response = await post(`${crypto.randomUUID()}@Mail.Throwaway.example`, { SUBJECTS })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: {
      code: 'validation_failed',
      details: [{ path: 'email', message: 'is of a domain whose addresses are not accepted here' }],
    },
  })
  expect(asked).toEqual([])
})

test('B16: everybody else signs up as before', async () => {
  expect((await post(freshEmail())).status).toBe(201)
})
