import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { SubjectRpc } from '../../src/contract/subject-rpc.ts'
import { bindings, eventually, freshEmail, signUp } from '../support/worker/api.ts'
import { customersOf, fault, rowsOf } from '../support/worker/outside.ts'
import { failuresOf, untilOver } from '../support/worker/run.ts'
import {
  type Subject,
  entriesOf,
  freshSubject,
  letPass,
  open,
  withPast,
  withQueue,
} from '../support/worker/subject.ts'

const HOUR_MS = 3_600_000

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all([fault('STRIPE', null), fault('DATABASE', null)])
})

const silent = () => Promise.resolve()

/** The key under which the customer of this subject is made. */
const billingKey = async (stub: Subject): Promise<string> => {
  const [opened] = await entriesOf(stub)
  const call = opened?.type === 'session_opened' ? opened.calls?.['billing'] : undefined
  if (call === undefined) throw new Error('no call was frozen')
  return call.key
}

const statusesOf = async (stub: Subject) => {
  const subject: SubjectRpc = stub
  return (await subject.wake()).sessions.map(({ status }) => status)
}

const untilStatus = (stub: Subject, wanted: string) =>
  eventually(wanted, async () => {
    await runDurableObjectAlarm(stub)
    return (await statusesOf(stub)).at(-1) === wanted
  })

test('F9, F24: the row is committed and its reply is lost: still one row, and the run merges', async () => {
  // The first statement tells the index of the session, the second one writes the row.
  await fault('DATABASE', { kind: 'commit_then_drop', times: 2 })
  const email = freshEmail()
  const session = await signUp(email)
  expect((await untilOver(session)).status).toBe('merged')
  expect(await failuresOf(session.token)).toMatchObject([
    { step: 'account', kind: 'unavailable', failed: [] },
  ])
  expect(await rowsOf(email)).toHaveLength(1)
})

describe('F22: billing says that the key came with another body', () => {
  /** Somebody has used this person's key for something else. */
  async function misused(): Promise<{ stub: Subject; key: string; email: string }> {
    const { stub, key } = freshSubject()
    const email = freshEmail()
    await withQueue(stub, silent)
    await open(stub, key, { identity: email })
    const response = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers`, {
      method: 'POST',
      headers: {
        Authorization: 'Bearer sk_test_look',
        'Idempotency-Key': await billingKey(stub),
      },
      body: new URLSearchParams({ email: freshEmail() }),
    })
    expect(response.status).toBe(200)
    await withQueue(stub, null)
    return { stub, key, email }
  }

  test('F22: the run fails at once, and somebody is told to look', async () => {
    const alerts = vi.spyOn(console, 'error')
    const { stub, email } = await misused()
    await untilStatus(stub, 'failed')
    const lines = alerts.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown)
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'hydration.step_failed',
        step: 'billing',
        kind: 'rejected',
        detail: 'stripe key was used with another body',
      }),
    )
    expect(await customersOf(email)).toEqual([])
  })

  test('F22: the next session of the person has a key of its own, and one customer', async () => {
    const { stub, key, email } = await misused()
    await untilStatus(stub, 'failed')
    await open(stub, key, { identity: email })
    await untilStatus(stub, 'merged')
    expect(await customersOf(email)).toHaveLength(1)
  })
})

test('F23: a run that is redriven after 25 hours looks for the customer first: still one', async () => {
  const { stub, key } = freshSubject()
  const email = freshEmail()
  const { specId } = await open(stub, key, { identity: email })
  // The customer is made, we never hear of it, and nothing else succeeds on that day.
  await fault('STRIPE', { kind: 'commit_then_drop', times: 1 })
  await stub.wake()
  await eventually('the customer', async () => (await customersOf(email)).length === 1)
  await fault('STRIPE', { kind: 'reject' })
  await eventually('the failure', async () =>
    (await entriesOf(stub)).some(({ type }) => type === 'pass_failed'),
  )
  await letPass(stub, 25 * HOUR_MS)
  await forgetKey(stub)
  await fault('STRIPE', null)
  expect(await statusesOf(stub)).toEqual(['failed'])
  const operator: SubjectRpc = stub
  expect(await operator.reopen({ specId, run: 1 })).toEqual({ ok: true, value: { run: 2 } })
  await untilStatus(stub, 'merged')
  const [[row], customers] = await Promise.all([rowsOf(email), customersOf(email)])
  expect(customers.map(({ id }) => id)).toEqual([row?.stripeCustomerId])
})

/** After a day Stripe may know nothing of a key: for it the call is a new one. */
const forgetKey = (stub: Subject): Promise<void> =>
  withPast(stub, (entries) =>
    entries.map((entry) =>
      entry.type === 'session_opened' && entry.calls?.['billing']
        ? {
            ...entry,
            calls: {
              ...entry.calls,
              billing: { ...entry.calls['billing'], key: crypto.randomUUID() },
            },
          }
        : entry,
    ),
  )
