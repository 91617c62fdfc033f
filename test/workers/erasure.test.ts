import { evictDurableObject } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { archiveKey } from '../../src/adapters/archive.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import { behaviorEvents, userJourneys } from '../../src/adapters/neon/behaviour-schema.ts'
import {
  deadLetters,
  erasures,
  onboardingSessions,
  operatorActions,
} from '../../src/adapters/neon/schema.ts'
import type { ErasureView } from '../../src/contract/people.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import { wakeErasures } from '../../src/cron/wake-erasures.ts'
import { parseSettings } from '../../src/env.ts'
import {
  ORIGIN,
  bearer,
  bindings,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  getSession,
  openSocket,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { hasAuth0User, hasCustomer, placesOf } from '../support/worker/canary-search.ts'
import { deliver, wakeOf } from '../support/worker/deliver.ts'
import { customersOf, fault, identitiesOf, indexOf, rowsOf } from '../support/worker/outside.ts'
import { type Subject, entriesOf, letPass } from '../support/worker/subject.ts'
import { prove } from '../support/worker/tokens.ts'

const database = connect(parseSettings(bindings))
const REASON = 'asked for it in a letter'

afterEach(async () => {
  await Promise.all([fault('STRIPE', null), fault('AUTH0', null), fault('DATABASE', null)])
  await resetBudgets()
})

const post = (path: string, body: unknown): Promise<Response> =>
  fetchWorker(`/api/admin/people${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(bindings.ADMIN_TOKEN) },
    body: JSON.stringify({ operator: 'ada', reason: REASON, ...(body as object) }),
  })

async function order(named: unknown): Promise<ErasureView> {
  const response = await post('/erase', named)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  expect(response.status).toBe(202)
  const view = await response.json<ErasureView>()
  expect(response.headers.get('Location')).toBe(`/api/admin/people/erasures/${view.id}`)
  return view
}

async function progress(id: string): Promise<ErasureView> {
  const path = `/api/admin/people/erasures/${id}`
  return (await fetchWorker(path, { headers: bearer(bindings.ADMIN_TOKEN) })).json<ErasureView>()
}

/** Whoever has a receipt is no more in their object's order either. */
async function untilDone(id: string, stub: Subject): Promise<ErasureView> {
  const done = await eventually('the receipt', async () => {
    const view = await progress(id)
    return view.state === 'done' && view
  })
  expect((await entriesOf(stub)).map(({ type }) => type)).not.toContain('erasure_ordered')
  return done
}

interface Known {
  readonly email: string
  readonly specId: string
  readonly token: string
  readonly userId: string
  readonly key: string
  readonly customer: string
  readonly member: MemberResponse
  readonly memberId: string
  readonly stub: Subject
  /** Whatever could lead to them. */
  readonly traces: readonly string[]
}

/** A member who has done things, and of whom there is something in every store. */
async function known(email = freshEmail()): Promise<Known> {
  const session = await signUp(email)
  await untilSettled(session)
  const { specId, token } = session
  const stub = subjectOf(token)
  const key = String(claimsOf(token)['key'])
  // Stored as their own call would: before the proof ends the session.
  const event = { userId: specId, sessionId: 'tab', eventType: 'page_view', payload: {} }
  await fetchWorker('/api/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(token) },
    body: JSON.stringify(event),
  })
  await fetchWorker('/api/v1/recommendation', { headers: bearer(token) })
  await eventually('what they did', async () => {
    const events = await database
      .select()
      .from(behaviorEvents)
      .where(eq(behaviorEvents.person, specId))
    return events.length > 0
  })
  const member = await prove(session, email)
  await eventually('the row of a member', async () => (await rowsOf(email))[0]?.provenAt)
  const [customer] = await customersOf(email)
  await eventually('the index', async () => (await indexOf(specId))[0]?.settledAt)
  await database.insert(deadLetters).values({
    id: `run:${specId}:1`,
    source: 'run',
    fingerprint: 'e'.repeat(16),
    subjectKey: key,
    specId,
    run: 1,
    step: 'billing',
    kind: 'rejected',
    detail: 'a test',
    failedAt: new Date(),
  })
  const [entry] = await entriesOf(stub)
  await bindings.ARCHIVE.put(archiveKey({ specId, openedAt: entry?.at ?? 0 }), '{}')
  const { userId } = member
  const memberId = String(claimsOf(member.token)['sid'] ?? claimsOf(member.token)['member'])
  const traces = [email, key, userId, specId, customer?.id ?? 'cus_', memberId]
  return {
    email,
    specId,
    token,
    userId,
    key,
    customer: traces[4] ?? '',
    member,
    memberId,
    stub,
    traces,
  }
}

describe('B7: a member who wants to go', () => {
  test.each(['email', 'userId', 'specId'] as const)(
    'and is named by %s is nowhere afterwards, and may come again',
    async (by) => {
      const person = await known()
      const { email, userId, customer, stub, traces } = person
      expect((await placesOf(stub, ...traces)).length).toBeGreaterThan(5)
      expect([await hasAuth0User(userId), await hasCustomer(customer)]).toEqual([true, true])

      const { id } = await order({ [by]: person[by] })
      const done = await untilDone(id, stub)
      expect(await placesOf(stub, ...traces)).toEqual([])
      expect([await hasAuth0User(userId), await hasCustomer(customer)]).toEqual([false, false])
      expect(done.receipt).toMatchObject({ erasure: id, signature: expect.any(String) as string })
      const stores = done.receipt?.stores.map(({ store }) => store)
      expect(stores).toEqual(['account', 'billing', 'identity', 'archive', 'object'])
      const text = JSON.stringify(done)
      for (const trace of traces) expect(text).not.toContain(trace)

      const again = await signUp(email)
      await untilSettled(again)
      const back = await prove(again, email)
      expect(back.userId).not.toBe(userId)
      await eventually('a row of their own', async () => (await rowsOf(email))[0]?.provenAt)
      expect(await identitiesOf(email)).toHaveLength(1)
      expect(await customersOf(email)).toHaveLength(1)
      expect((await rowsOf(email))[0]?.profile).toEqual({})
    },
  )

  test('loses every way in at that moment, before any store has heard of it', async () => {
    const { email, token, member, stub } = await known()
    const second = await signUp(email)
    const { closed } = await openSocket(second)
    await fault('DATABASE', { kind: 'reject' })
    // Only the address needs no database.
    await post('/erase', { email })
    expect((await closed).code).toBe(1008)
    for (const [path, shown] of [
      ['/api/me', member.token],
      ['/api/onboarding/session', second.token],
      ['/api/onboarding/session', token],
    ] as const) {
      expect((await fetchWorker(path, { headers: bearer(shown) })).status).toBe(401)
    }
    const refreshed = await fetchWorker('/api/auth/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refreshToken: member.refreshToken }),
    })
    expect(refreshed.status).toBe(401)
    expect((await entriesOf(stub))[0]?.type).toBe('erasure_ordered')
  })

  test('F26: waits for a provider that is down, for as long as it takes; nobody notices who signs up', async () => {
    const { email, userId, customer, stub, traces } = await known()
    await fault('STRIPE', { kind: 'status', status: 503 })
    const { id } = await order({ email })
    await eventually('a failure', async () =>
      (await entriesOf(stub)).some(({ type }) => type === 'chore_failed'),
    )
    expect(await progress(id)).toMatchObject({ state: 'running', receipt: null })
    // Meanwhile the same address signs up: an ordinary session, which waits.
    const next = await signUp(email)
    expect(await getSession(next.token)).toMatchObject({ status: 'pending', seq: 1 })
    expect((await errorOf(await post('/erase', { email }))).code).toBe('erasure_running')
    await evictDurableObject(stub)
    await fault('STRIPE', null)
    await resetBudgets()
    const done = await eventually('the receipt', async () => {
      await stub.wake()
      const view = await progress(id)
      return view.state === 'done' && view
    })
    expect(done.receipt).not.toBeNull()
    expect((await untilSettled(next)).status).toBe('merged')
    const gone = traces.filter(
      (trace) => trace !== email && !trace.startsWith(String(claimsOf(next.token)['key'])),
    )
    expect(await placesOf(stub, ...gone)).toEqual([])
    expect([await hasAuth0User(userId), await hasCustomer(customer)]).toEqual([false, false])
    const back = await prove(next, email)
    expect(back.userId).not.toBe(userId)
  })

  test('is the same order when it is given twice', async () => {
    const { email, stub } = await known()
    await fault('STRIPE', { kind: 'status', status: 503 })
    const first = await order({ email })
    expect((await order({ email })).id).toBe(first.id)
    await fault('STRIPE', null)
    await resetBudgets()
    await eventually('the receipt', async () => {
      await stub.wake()
      return (await progress(first.id)).state === 'done'
    })
    await untilDone(first.id, stub)
    expect((await post('/erase', { email })).status).toBe(404)
  })
})

describe('B7: nothing that comes late brings anybody back', () => {
  test('neither a wake-up, a webhook, what they did, a consumer of before, nor a dead letter', async () => {
    const { email, specId, token, userId, customer, key, stub, traces } = await known()
    const events = {
      v: 1,
      type: 'events',
      key,
      person: specId,
      traceparent: '',
      dropped: 0,
      events: [
        {
          eventId: 'late',
          sessionId: 'tab',
          type: 'page_view',
          at: Date.now(),
          receivedAt: Date.now(),
          dropped: 0,
        },
      ],
    }
    const [row] = await rowsOf(email)
    const { id } = await order({ userId })
    await untilDone(id, stub)
    await deliver('foyer-hydration', [wakeOf(token, specId)])
    await deliver('foyer-hydration-dead', [wakeOf(token, specId)])
    await deliver('foyer-behavior-events', [events])
    const { upsertAccounts } = await import('../../src/adapters/neon/accounts.ts')
    const { createBillingEvents } = await import('../../src/adapters/neon/billing-events.ts')
    const { createBehaviourStore } = await import('../../src/adapters/neon/behaviour-store.ts')
    if (row === undefined) throw new Error('there was no row')
    const [written] = await upsertAccounts(database, [row])
    expect(written?.ok).toBe(false)
    const stored = await createBillingEvents(database).store(
      {
        id: `evt_${crypto.randomUUID()}`,
        type: 'customer.deleted',
        customerId: customer,
        createdAt: 0,
      },
      null,
      Date.now(),
    )
    expect(stored).toBe(false)
    await createBehaviourStore(database).keepEvents([
      {
        person: userId,
        subjectKey: key,
        eventId: 'late',
        sessionId: 'tab',
        type: 'page_view',
        at: Date.now(),
        receivedAt: Date.now(),
        dropped: 0,
      },
    ])
    expect(await placesOf(stub, ...traces)).toEqual([])
    const journeys = await database
      .select()
      .from(userJourneys)
      .where(eq(userJourneys.person, specId))
    expect(journeys).toEqual([])
  })

  test('a consumer that was at work: its calls may still arrive, so there is a second look', async () => {
    const email = freshEmail()
    await fault('STRIPE', { kind: 'status', status: 503 })
    const session = await signUp(email)
    const stub = subjectOf(session.token)
    await eventually('a failure', async () =>
      (await entriesOf(stub)).some(({ type }) => type === 'pass_failed'),
    )
    await fault('STRIPE', null)
    await resetBudgets()
    const { id } = await order({ email })
    await eventually('the first pass', async () =>
      (await entriesOf(stub)).some(({ type }) => type === 'erasure_passed'),
    )
    expect((await progress(id)).state).toBe('running')
    // What was sent before arrives now: a customer that nobody asked for any more.
    const [ordered] = await entriesOf(stub)
    if (ordered?.type !== 'erasure_ordered') throw new Error('there is no order')
    const body = new URLSearchParams({ email, 'metadata[foyer_user_id]': ordered.account.userId })
    const late = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers`, {
      method: 'POST',
      headers: { Authorization: 'Bearer sk_test_local' },
      body,
    })
    expect(late.ok).toBe(true)
    expect(await customersOf(email)).toHaveLength(1)
    await letPass(stub, 11 * 60_000)
    await eventually('the receipt', async () => {
      await stub.wake()
      return (await progress(id)).state === 'done'
    })
    await untilDone(id, stub)
    expect(await customersOf(email)).toEqual([])
    expect(await placesOf(stub, email, ordered.account.userId, session.specId)).toEqual([])
  })
})

describe('B14: the audit of an erasure', () => {
  test('says who, why and what came of it, and not whom', async () => {
    const { email, stub, traces } = await known()
    const { id } = await order({ email })
    await untilDone(id, stub)
    const rows = await database.select().from(operatorActions).where(eq(operatorActions.id, id))
    expect(rows).toMatchObject([
      { action: 'erase_person', operator: 'ada', reason: REASON, outcome: 'erased everywhere' },
    ])
    expect(rows[0]?.endedAt).not.toBeNull()
    for (const trace of traces) expect(JSON.stringify(rows)).not.toContain(trace)
  })

  test('is written by whoever carries it out, when the Worker that took the order died', async () => {
    const { stub } = await known()
    const erasure = crypto.randomUUID()
    expect(await stub.erase({ erasure, operator: 'ada', reason: REASON })).toMatchObject({
      ok: true,
    })
    await untilDone(erasure, stub)
    const rows = await database
      .select()
      .from(operatorActions)
      .where(eq(operatorActions.id, erasure))
    expect(rows).toMatchObject([{ operator: 'ada', outcome: 'erased everywhere' }])
  })

  test('a receipt that somebody has changed is none', async () => {
    const { email, stub } = await known()
    const { id } = await order({ email })
    const { receipt } = await untilDone(id, stub)
    if (receipt === null) throw new Error('there is no receipt')
    const earlier = receipt.completedAt - 1
    await database
      .update(erasures)
      .set({ receipt: { ...receipt, completedAt: earlier } })
      .where(eq(erasures.id, id))
    expect((await progress(id)).receipt).toBeNull()
  })
})

test('B7: the cron wakes an erasure whose alarm was lost', async () => {
  const { email, stub } = await known()
  await fault('STRIPE', { kind: 'status', status: 503 })
  const { id } = await order({ email })
  await eventually('a failure', async () =>
    (await entriesOf(stub)).some(({ type }) => type === 'chore_failed'),
  )
  await fault('STRIPE', null)
  await resetBudgets()
  await letPass(stub, 11 * 60_000)
  await database
    .update(erasures)
    .set({ seenAt: new Date(Date.now() - 11 * 60_000) })
    .where(eq(erasures.id, id))
  await wakeErasures(bindings, Date.now())
  expect((await untilDone(id, stub)).receipt).not.toBeNull()
})

test('B7: the cron writes the receipt of whoever forgot them when the consumer died before it', async () => {
  const { email, key, stub } = await known()
  const { id } = await order({ email })
  const { receipt } = await untilDone(id, stub)
  // As it is between the object's last word and the receipt.
  const emptied = receipt?.stores.slice(0, -1)
  const longAgo = new Date(Date.now() - 11 * 60_000)
  await database
    .update(erasures)
    .set({
      completedAt: null,
      receipt: null,
      signature: null,
      subjectKey: key,
      emptied,
      seenAt: longAgo,
    })
    .where(eq(erasures.id, id))
  expect(await progress(id)).toMatchObject({ state: 'running', receipt: null })
  await wakeErasures(bindings, Date.now())
  const again = await progress(id)
  expect(again.state).toBe('done')
  expect(again.receipt?.stores.slice(0, -1)).toEqual(emptied)
  expect(again.receipt?.stores.at(-1)?.store).toBe('object')
  const [row] = await database.select().from(erasures).where(eq(erasures.id, id))
  expect(row).toMatchObject({ subjectKey: null, emptied: null })
})

test('B7: somebody who is only being built is erased, too, and what is open ends', async () => {
  const session = await signUp()
  const stub = subjectOf(session.token)
  await eventually('the index', async () => (await indexOf(session.specId)).length > 0)
  await order({ specId: session.specId })
  const response = await fetchWorker('/api/onboarding/session', { headers: bearer(session.token) })
  expect(response.status).toBe(401)
  expect((await entriesOf(stub))[0]?.type).toBe('erasure_ordered')
})

test('S16: the count of sessions stays what it was', async () => {
  const { email, specId, stub } = await known()
  const [before] = await indexOf(specId)
  const count = async () =>
    (
      await database
        .select()
        .from(onboardingSessions)
        .where(eq(onboardingSessions.openedAt, before?.openedAt ?? new Date(0)))
    ).length
  const rows = await count()
  const { id } = await order({ email })
  await untilDone(id, stub)
  expect(await count()).toBe(rows)
  expect(await indexOf(specId)).toEqual([])
})

test.each([
  ['nobody is known by', { email: 'nobody-is-known@example.com' }, 404],
  ['is no session’s', { specId: crypto.randomUUID() }, 404],
  ['is no account’s', { userId: crypto.randomUUID() }, 404],
  ['is no address', { email: 'nobody' }, 400],
  ['is no wallet', { wallet: '0x12' }, 400],
  ['says nobody', {}, 400],
  ['says two', { email: 'a@example.com', specId: crypto.randomUUID() }, 400],
  ['comes with a reason that names them', { email: 'a@example.com', reason: 'a@example.com' }, 400],
])('refuses what %s', async (_name, named, status) => {
  expect((await post('/erase', named)).status).toBe(status)
})

test.each(['x', crypto.randomUUID()])('knows no erasure %s', async (id) => {
  const headers = bearer(bindings.ADMIN_TOKEN)
  const request = new Request(`${ORIGIN}/api/admin/people/erasures/${id}`, { headers })
  expect((await fetchWorker(new URL(request.url).pathname, { headers })).status).toBe(404)
})
