import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { deploymentFacts } from '../../src/adapters/neon/schema.ts'
import { parseSettings } from '../../src/env.ts'
import { bindings, errorOf, fetchWorker, freshEmail } from '../support/worker/api.ts'
import { fetchUnder } from '../support/worker/under.ts'

describe('X34: pages of other origins', () => {
  const preflight = (origin: string) =>
    fetchUnder({ ALLOWED_ORIGINS: 'https://app.example, https://beta.example' }, '/api/me', {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
    })

  test.each(['https://app.example', 'https://beta.example'])('%s may call', async (origin) => {
    const { headers } = await preflight(origin)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'https://evil-app.example',
    'http://app.example',
    'null',
    '',
  ])('%s gets no header that lets it', async (origin) => {
    const { headers } = await preflight(origin)
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('without a list nobody may', async () => {
    const { headers } = await fetchWorker('/api/me', { headers: { Origin: 'https://a.example' } })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the pepper', () => {
  const database = connect(parseSettings(bindings))

  afterEach(() => database.delete(deploymentFacts).where(eq(deploymentFacts.name, 'pepper')))

  test('is ready with the one that the database knows, and not with another', async () => {
    expect((await fetchUnder({}, '/readyz')).status).toBe(200)
    const other = await fetchUnder({ SUBJECT_PEPPER: 'x'.repeat(43) }, '/readyz')
    expect(other.status).toBe(503)
    expect((await errorOf(other)).details).toEqual([
      { path: 'SUBJECT_PEPPER', message: expect.stringContaining('first used') as string },
    ])
    expect((await fetchUnder({}, '/readyz')).status).toBe(200)
  })
})

test('B13: a sign-up takes at least as long as the floor says, a refusal too', async () => {
  const body = (email: string) => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, plan_id: 'pro' }),
  })
  const timed = async (floorMs: number, email: string) => {
    const startedAt = performance.now()
    await fetchUnder(
      { RESPONSE_FLOOR_MS: String(floorMs) },
      '/api/onboarding/speculative',
      body(email),
    )
    return performance.now() - startedAt
  }
  // A timer may not fire early; how late it fires is the machine's affair.
  expect(await timed(300, freshEmail())).toBeGreaterThanOrEqual(290)
  expect(await timed(300, 'no address')).toBeGreaterThanOrEqual(290)
})
