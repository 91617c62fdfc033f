import { eq } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { archiveKey } from '../../src/adapters/archive.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import { behaviorEvents, recommendations } from '../../src/adapters/neon/behaviour-schema.ts'
import { operatorActions, users } from '../../src/adapters/neon/schema.ts'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import type { PersonExport } from '../../src/contract/people.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bearer,
  bindings,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  postSignUp,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { fault, indexOf, rowsOf } from '../support/worker/outside.ts'
import { prove } from '../support/worker/tokens.ts'

const database = connect(parseSettings(bindings))

afterEach(async () => {
  await Promise.all([fault('STRIPE', null), fault('AUTH0', null), fault('DATABASE', null)])
  await resetBudgets()
})

const ask = (named: object, reason = 'asked for it in a letter'): Promise<Response> =>
  fetchWorker('/api/admin/people/export', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(bindings.ADMIN_TOKEN) },
    body: JSON.stringify({ operator: 'ada', reason, ...named }),
  })

/** Somebody who signed up, did something, was recommended something, and proved the address. */
async function member() {
  const email = freshEmail()
  const session = await signUp(email)
  await untilSettled(session)
  const { specId, token } = session
  await fetchWorker('/api/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(token) },
    body: JSON.stringify({
      userId: specId,
      sessionId: 'tab',
      eventType: 'button_click',
      payload: { target: `seen-${specId}` },
    }),
  })
  await fetchWorker('/api/v1/recommendation', { headers: bearer(token) })
  await eventually('what they did', async () => {
    const where = eq(behaviorEvents.person, specId)
    return (await database.select().from(behaviorEvents).where(where)).length > 0
  })
  await eventually('what they were shown', async () => {
    const where = eq(recommendations.person, specId)
    return (await database.select().from(recommendations).where(where)).length > 0
  })
  const { userId } = await prove(session, email)
  await eventually('the row of a member', async () => (await rowsOf(email))[0]?.provenAt)
  return { email, specId, token, userId, key: String(claimsOf(token)['key']) }
}

test('B7: whoever wants to know is told what every store holds of them, and nothing of others', async () => {
  const [ada, bob] = [await member(), await member()]
  const answer = await ask({ email: ada.email.toUpperCase() })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  const exported = JSON.parse(text) as PersonExport
  expect(exported.unanswered).toEqual([])
  expect(exported.providers).toMatchObject({
    identity: { email: ada.email, user_id: `auth0|${ada.userId}` },
    billing: { email: ada.email, object: 'customer' },
  })
  expect(exported.postgres).toMatchObject({
    users: [{ user_id: ada.userId, email: ada.email }],
    onboarding_sessions: [{ spec_id: ada.specId }],
    behavior_events: [{ target: `seen-${ada.specId}` }],
  })
  expect(exported.postgres['recommendations']?.length).toBeGreaterThan(0)
  expect(JSON.stringify(exported.object)).toContain(ada.email)
  for (const trace of [bob.email, bob.specId, bob.userId, bob.key]) {
    expect(text).not.toContain(trace)
  }
})

test.each(['userId', 'specId'] as const)('B7: the same by %s', async (by) => {
  const person = await member()
  const exported = await (await ask({ [by]: person[by] })).json<PersonExport>()
  expect(exported.postgres['users']).toMatchObject([{ email: person.email }])
})

test('B7: an account whose row was never written is asked for at the providers', async () => {
  const email = freshEmail()
  await untilSettled(await signUp(email))
  const [row] = await eventually('the row', async () => {
    const rows = await rowsOf(email)
    return rows.length > 0 && rows
  })
  await database.delete(users).where(eq(users.email, email))
  const exported = await (await ask({ email })).json<PersonExport>()
  expect(exported.postgres['users']).toEqual([])
  expect(exported.providers).toMatchObject({
    identity: { email, user_id: `auth0|${row?.userId}` },
    billing: { email, id: row?.stripeCustomerId },
  })
})

test('B7: what somebody said who never proved the address is not handed to whoever did', async () => {
  const email = freshEmail()
  const say = async (word: string) => {
    const session = await postSignUp({
      email,
      plan_id: 'pro',
      referrer: `https://${word}.example/`,
    })
    const { token, ...told } = await session.json<SignUpResponse>()
    await fetchWorker('/api/onboarding/draft', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', ...bearer(token) },
      body: JSON.stringify({ team: `draft-${word}` }),
    })
    return { token, ...told }
  }
  const strange = await say('eve')
  const own = await say('ada')
  await untilSettled(own)
  await bindings.ARCHIVE.put(
    archiveKey({ specId: strange.specId, openedAt: (await indexed(strange.specId)).getTime() }),
    JSON.stringify({ v: 1, specId: strange.specId, referrerOrigin: 'https://eve.example' }),
  )
  await prove(own, email)
  const text = await (await ask({ email })).text()
  for (const kept of ['https://ada.example', 'draft-ada', strange.specId]) {
    expect(text).toContain(kept)
  }
  for (const word of ['eve.example', 'draft-eve']) expect(text).not.toContain(word)
  expect((JSON.parse(text) as PersonExport).archive).toEqual([{ v: 1, specId: strange.specId }])
})

/** When the index has heard of it: when it was opened. */
const indexed = (specId: string): Promise<Date> =>
  eventually('the index', async () => (await indexOf(specId))[0]?.openedAt)

test('B7: what cannot be asked at the moment is named, and the rest is told', async () => {
  const { email } = await member()
  await fault('STRIPE', { kind: 'reject' })
  const exported = await (await ask({ email })).json<PersonExport>()
  expect(exported.unanswered).toEqual(['billing'])
  expect(exported.providers).toHaveProperty('identity')
})

test('B7: who asked, and why, is in the audit; of whom is not', async () => {
  const { email, userId, specId } = await member()
  const reason = `a letter, file ${crypto.randomUUID().slice(0, 8)}`
  expect((await ask({ email }, reason)).status).toBe(200)
  const rows = await database
    .select()
    .from(operatorActions)
    .where(eq(operatorActions.reason, reason))
  expect(rows).toMatchObject([{ action: 'export_person', operator: 'ada', outcome: 'handed out' }])
  const text = JSON.stringify(rows)
  for (const trace of [email, userId, specId]) expect(text).not.toContain(trace)
  expect((await errorOf(await ask({ email }, `of ${email}`))).code).toBe('validation_failed')
})

test('B7: of whom nobody holds anything there is nothing', async () => {
  expect((await ask({ email: freshEmail() })).status).toBe(404)
  expect((await ask({ userId: crypto.randomUUID() })).status).toBe(404)
  expect((await ask({})).status).toBe(400)
})
