import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Foyer, patiently, statusOf } from '../support/foyer.ts'

let foyer: Foyer

beforeAll(async () => {
  foyer = await Foyer.create({ AUTH0_DOMAIN: '' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

const Session = z.object({ token: z.string() })
const View = z.object({
  status: z.string(),
  steps: z.array(z.object({ name: z.string(), status: z.string() })),
})

test('without an identity provider the step is not there, and the row is the identity', async () => {
  expect(foyer.output).toMatch(/^ +identity +off$/m)
  expect(await statusOf(foyer.url('identity'))).toBeUndefined()
  const signUp = await fetch(`${foyer.url('app')}/api/onboarding/speculative`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', plan_id: 'pro' }),
  })
  const { token } = Session.parse(await signUp.json())
  const view = async () => {
    const headers = { Authorization: `Bearer ${token}` }
    const response = await fetch(`${foyer.url('app')}/api/onboarding/session`, { headers })
    return View.parse(await response.json())
  }
  await expect.poll(async () => (await view()).status, patiently).toBe('merged')
  expect((await view()).steps).toEqual([
    { name: 'billing', status: 'done' },
    { name: 'account', status: 'done' },
  ])
  expect(await foyer.connect()`SELECT email, auth0_user_id FROM users`).toEqual([
    { email: 'ada@example.com', auth0_user_id: null },
  ])
})
