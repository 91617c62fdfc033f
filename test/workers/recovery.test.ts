import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import { createStores } from '../../src/adapters/hydration-adapters.ts'
import { indexedOpening } from '../../src/core/indexed.ts'
import { sweepOverdue } from '../../src/cron/sweep.ts'
import { parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import {
  ORIGIN,
  bindings,
  freshEmail,
  getSession,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { customersOf, deleteCustomer, fault, indexOf } from '../support/worker/outside.ts'
import { untilOver } from '../support/worker/run.ts'
import { freshSubject, merged, open, withQueue } from '../support/worker/subject.ts'

afterEach(async () => {
  await fault('STRIPE', null)
  await resetBudgets()
})

describe('the wake-up does not arrive', () => {
  test('F3: nobody sends it: the alarm does', async () => {
    const { stub, key } = freshSubject()
    const claim = await open(stub, key)
    expect(await stub.view(claim)).toMatchObject({ ok: true, value: { status: 'pending', seq: 1 } })
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    await merged(stub, claim)
  })

  test.each([
    ['F3: it is lost', () => Promise.resolve()],
    ['F5: the queue refuses it', () => Promise.reject(new Error('queue'))],
    ['F6: the queue never answers', () => new Promise<never>(() => {})],
  ])('%s: the alarm goes on saying it', async (_name, send) => {
    const { stub, key } = freshSubject()
    await withQueue(stub, send)
    const claim = await open(stub, key)
    for (let times = 0; times < 3; times += 1) expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await stub.view(claim)).toMatchObject({ ok: true, value: { status: 'pending' } })
    await withQueue(stub, null)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    await merged(stub, claim)
  })

  test.each([
    ['F5: the queue refuses it', () => Promise.reject(new Error('queue'))],
    ['F6: the queue never answers', () => new Promise<never>(() => {})],
  ])('%s: the 201 comes all the same, and the session is there', async (_name, sendBatch) => {
    const request = new Request(`${ORIGIN}/api/onboarding/speculative`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: freshEmail(), plan_id: 'pro' }),
    })
    const env = { ...bindings, HYDRATION: { sendBatch } } as unknown as typeof bindings
    const response = await worker.fetch(request, env, createExecutionContext())
    expect(response.status).toBe(201)
    const session = await response.json<SignUpResponse>()
    expect((await getSession(session.token)).status).toBe('pending')
    expect(await runDurableObjectAlarm(subjectOf(session.token))).toBe(true)
    expect((await untilSettled(session)).status).toBe('merged')
  })
})

test('F30: an alarm that cannot do its work rings again', async () => {
  const { stub, key } = freshSubject()
  const claim = await open(stub, key)
  await runInDurableObject(stub, (instance) => {
    Object.defineProperty(instance, 'env', { value: { BROKEN: true }, configurable: true })
  })
  for (let times = 0; times < 8; times += 1) expect(await runDurableObjectAlarm(stub)).toBe(true)
  await withQueue(stub, null)
  expect(await runDurableObjectAlarm(stub)).toBe(true)
  await merged(stub, claim)
})

describe('the cron', () => {
  const { index } = createStores(parseSettings(bindings))
  const indexedLongAgo = (key: string, specId: string) =>
    indexedOpening({
      v: 1,
      key,
      sessions: [{ specId, run: 1, openedAt: Date.now() - 3_600_000 }],
      traceparent: '',
    })

  test('wakes a subject whose alarm is gone', async () => {
    const { stub, key } = freshSubject()
    const claim = await open(stub, key)
    await runInDurableObject(stub, (_instance, state: DurableObjectState) =>
      state.storage.deleteAlarm(),
    )
    await index.record(indexedLongAgo(key, claim.specId), Date.now())
    await sweepOverdue(bindings, Date.now())
    expect(await merged(stub, claim)).toBe(true)
  })

  test('closes in the index what the object has forgotten', async () => {
    const { stub, key } = freshSubject()
    await open(stub, key)
    const forgotten = crypto.randomUUID()
    await index.record(indexedLongAgo(key, forgotten), Date.now())
    await sweepOverdue(bindings, Date.now())
    const [row] = await indexOf(forgotten)
    expect(row).toMatchObject({ status: 'failed' })
    expect(row?.settledAt).not.toBeNull()
  })
})

describe('billing', () => {
  test('F21: a stored 500 is not met again: another key, one customer', async () => {
    await fault('STRIPE', { kind: 'status', status: 500, times: 1 })
    const email = freshEmail()
    expect((await untilOver(await signUp(email))).status).toBe('merged')
    expect(await customersOf(email)).toHaveLength(1)
  })

  test('a customer deleted by hand is made again, and the person sees nothing of it (B13)', async () => {
    const email = freshEmail()
    await untilSettled(await signUp(email))
    const [customer] = await customersOf(email)
    await deleteCustomer(customer?.id ?? '')
    const [known, unknown] = [await signUp(email), await signUp()]
    const views = [await untilOver(known), await untilOver(unknown)]
    const [one, other] = views.map(({ status, seq, steps, error }) => ({
      status,
      seq,
      steps,
      error,
    }))
    expect(one).toEqual(other)
    expect(one?.status).toBe('merged')
    expect(await customersOf(email)).toHaveLength(1)
  })
})
