import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { connect } from '../../src/adapters/neon/database.ts'
import { createLedgerStore } from '../../src/adapters/neon/ledger.ts'
import { onboardingSessions, users } from '../../src/adapters/neon/schema.ts'
import type { SessionResponse } from '../../src/contract/explanation.ts'
import type { LedgerResponse } from '../../src/contract/ledger.ts'
import { keepLedger } from '../../src/cron/keep-ledger.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bearer,
  bindings,
  eventually,
  fetchWorker,
  freshEmail,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { customersOf, deleteCustomer, fault, indexOf, rowsOf } from '../support/worker/outside.ts'
import { failuresOf, untilOver } from '../support/worker/run.ts'

const database = connect(parseSettings(bindings))

afterEach(async () => {
  await Promise.all([fault('STRIPE', null), fault('DATABASE', null)])
  await resetBudgets()
})

const ask = (path: string): Promise<Response> =>
  fetchWorker(`/api/admin${path}`, { headers: bearer(bindings.ADMIN_TOKEN) })

async function why(specId: string): Promise<SessionResponse> {
  const response = await ask(`/sessions/${specId}`)
  expect(response.status).toBe(200)
  return response.json<SessionResponse>()
}

const indexed = (specId: string) =>
  eventually('the index', async () => {
    const rows = await indexOf(specId)
    return rows.length > 0 && rows
  })

describe('B10: GET /api/admin/sessions/:specId', () => {
  test('a person who is stuck: what they wait for, until when, and what happened', async () => {
    await fault('STRIPE', { kind: 'status', status: 503 })
    const email = freshEmail()
    const { specId, token } = await signUp(email)
    await indexed(specId)
    await eventually('a failure', async () => (await failuresOf(token)).length > 0)
    const answer = await why(specId)
    expect(answer.session).toMatchObject({ specId, run: 1, status: 'hydrating' })
    expect(answer.explanation.sentence).toMatch(/"billing"|consumer/)
    expect(answer.timeline[0]).toMatchObject({ type: 'session_opened', facts: { specId, run: 1 } })
    expect(answer.timeline).toContainEqual(
      expect.objectContaining({
        type: 'pass_failed',
        facts: expect.objectContaining({ step: 'billing', kind: 'unavailable' }) as unknown,
      }),
    )
    expect(answer.traceId).toMatch(/^[0-9a-f]{32}$/)
    await fault('STRIPE', null)
    await resetBudgets()
    expect((await untilOver({ specId, token, expires_in: 0, status: 'speculative' })).status).toBe(
      'merged',
    )
    expect((await why(specId)).explanation).toMatchObject({ situation: 'unproven' })
  })

  test('X42: the answer holds neither the address nor the client', async () => {
    const canary = `canary-${crypto.randomUUID()}`
    const session = await signUp(`${canary}@example.com`, { 'Idempotency-Key': `key-${canary}` })
    await untilSettled(session)
    await indexed(session.specId)
    const text = await (await ask(`/sessions/${session.specId}`)).text()
    expect(text).toContain(session.specId)
    expect(text).not.toContain(canary)
    expect(text).not.toMatch(/"(client|email|body|idempotencyKey|referrer)"/)
  })

  test('an erased person: the index says so, and nobody is asked', async () => {
    const session = await signUp()
    await untilSettled(session)
    // What the consumer writes last would undo it.
    await eventually('the end', async () => (await indexOf(session.specId))[0]?.settledAt)
    await database
      .update(onboardingSessions)
      .set({ subjectKey: null, erasedAt: new Date() })
      .where(eq(onboardingSessions.specId, session.specId))
    const { explanation, timeline, indexed: row } = await why(session.specId)
    expect([explanation.situation, timeline]).toEqual(['erased', []])
    expect(row.erasedAt).not.toBeNull()
  })

  test.each(['not-an-id', crypto.randomUUID()])('404 for %s', async (specId) => {
    expect((await ask(`/sessions/${specId}`)).status).toBe(404)
  })
})

test('F26: the database is away: 503, and when to ask again', async () => {
  await fault('DATABASE', { kind: 'reject' })
  const answer = await ask('/ledger')
  expect([answer.status, answer.headers.has('Retry-After')]).toEqual([503, true])
})

test('B10: GET /api/admin/ledger shows the newest look, and what to do about each finding', async () => {
  const email = freshEmail()
  await untilSettled(await signUp(email))
  const [row] = await rowsOf(email)
  await deleteCustomer((await customersOf(email))[0]?.id ?? '')
  // A tick has a share only, and whoever was never looked at comes first.
  await database.update(users).set({ ledgerCheckedAt: new Date() })
  await database.update(users).set({ ledgerCheckedAt: null }).where(eq(users.email, email))
  await keepLedger(bindings, Date.now())
  const answer = await (await ask('/ledger')).json<LedgerResponse>()
  const latest = await createLedgerStore(database).latest()
  expect(answer).toMatchObject({ checkedAt: latest?.checkedAt, balance: latest?.balance })
  expect(answer.balanced).toBe(answer.balance?.imbalances.length === 0)
  expect(answer.findings).toContainEqual(
    expect.objectContaining({
      kind: 'billing',
      subjectKey: row?.subjectKey,
      found: 0,
      resolvedAt: null,
      advice: expect.stringContaining('next sign-up') as string,
    }),
  )
  expect(JSON.stringify(answer)).not.toContain(email)
})

test.each(['/api/admin/ledger', `/api/admin/sessions/${crypto.randomUUID()}`])(
  'S13: %s is for operators only',
  async (path) => {
    expect((await fetchWorker(path)).status).toBe(401)
    const { token } = await signUp()
    expect((await fetchWorker(path, { headers: bearer(token) })).status).toBe(403)
  },
)
