import { evictDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import {
  claimsOf,
  eventually,
  freshEmail,
  getSession,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { deliver, wakeOf } from '../support/worker/deliver.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import {
  customersOf,
  fault,
  identitiesOf,
  indexOf,
  mailsTo,
  rowsOf,
} from '../support/worker/outside.ts'
import { failuresOf, hurry, stepsUpTo, timelineOf } from '../support/worker/run.ts'

afterEach(async () => {
  await Promise.all([fault('STRIPE', null), fault('RESEND', null)])
  await resetBudgets()
})

const mailSent = (email: string) =>
  eventually('the mail', async () => (await mailsTo(email)).length > 0)

describe('S5: a sign-up becomes an account', () => {
  test('with one row, one customer and one mail', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    expect((await untilSettled(session)).status).toBe('merged')
    await mailSent(email)
    const [[row, ...rows], [customer, ...customers], mails] = await Promise.all([
      rowsOf(email),
      customersOf(email),
      mailsTo(email),
    ])
    expect([rows, customers, mails.length]).toEqual([[], [], 1])
    expect(row).toMatchObject({ email, planId: 'pro', stripeCustomerId: customer?.id })
    expect(customer?.metadata).toEqual({ foyer_user_id: row?.userId })
    expect(mails[0]?.subject).toMatch(/^\d{4} \d{4} is your sign-up code$/)
  })

  test('S9: and the index knows when it ended and what it takes to keep', async () => {
    const session = await signUp()
    await untilSettled(session)
    const row = await eventually('the index', async () => {
      const [found] = await indexOf(session.specId)
      return found?.settledAt ? found : null
    })
    expect(row).toMatchObject({ status: 'merged', run: 1 })
    expect(row.storageBytes).toBeGreaterThan(0)
  })

  test('S8: fifty clients at once are one account, identity, customer and mail', async () => {
    const email = freshEmail()
    // Each has an address of its own, as the edge would tell it.
    const sessions = await Promise.all(
      Array.from({ length: 50 }, (_, client) =>
        signUp(email, { 'CF-Connecting-IP': `203.0.113.${client}` }),
      ),
    )
    const views = await Promise.all(sessions.map(untilSettled))
    expect(new Set(views.map(({ status }) => status))).toEqual(new Set(['merged']))
    await mailSent(email)
    const kinds = [rowsOf, identitiesOf, customersOf, mailsTo]
    const found = await Promise.all(kinds.map((holding) => holding(email)))
    expect(found.map(({ length }) => length)).toEqual([1, 1, 1, 1])
  })

  test('A: a person who comes back is the same account, also when the object was forgotten in between', async () => {
    const email = freshEmail()
    const first = await signUp(email)
    await untilSettled(first)
    await evictDurableObject(subjectOf(first.token))
    const second = await signUp(email.toUpperCase())
    expect((await untilSettled(second)).status).toBe('merged')
    const kinds = [rowsOf, identitiesOf, customersOf]
    const found = await Promise.all(kinds.map((holding) => holding(email)))
    expect(found.map(({ length }) => length)).toEqual([1, 1, 1])
  })

  test('B13: a known address sees what an unknown one sees', async () => {
    const known = freshEmail()
    await untilSettled(await signUp(known))
    const shown = []
    for (const email of [known, freshEmail()]) {
      const session = await signUp(email)
      const { specId, ...view } = await untilSettled(session)
      const { sub, sid, aud, iss, role, authEpoch } = claimsOf(session.token)
      shown.push({
        view,
        claims: { aud, iss, role, authEpoch },
        own: sub === specId && sid === specId,
      })
    }
    expect(shown[0]).toEqual(shown[1])
  })
})

describe('providers fail', () => {
  test('S2: a sign-up needs none of them', async () => {
    await Promise.all([fault('STRIPE', { kind: 'hang' }), fault('RESEND', { kind: 'hang' })])
    const session = await signUp()
    expect((await getSession(session.token)).status).toMatch(/pending|hydrating/)
  })

  test.each([
    ['unreachable', { kind: 'reject' }],
    ['out of service', { kind: 'status', status: 503 }],
    ['slow down', { kind: 'status', status: 429 }],
    ['wrong credentials', { kind: 'status', status: 401 }],
  ])('F26: billing is %s for a while: the run waits, then merges', async (_name, kind) => {
    await fault('STRIPE', kind)
    const email = freshEmail()
    const session = await signUp(email)
    const failures = await eventually('two failures', async () => {
      const found = await failuresOf(session.token)
      await hurry(session.token)
      return found.length >= 2 && found
    })
    expect(failures.flatMap(({ failed }) => failed)).toEqual([])
    await fault('STRIPE', null)
    expect(
      (
        await eventually('merged', async () => {
          await hurry(session.token)
          const view = await getSession(session.token)
          return view.status === 'merged' && view
        })
      ).error,
    ).toBeUndefined()
    expect(await customersOf(email)).toHaveLength(1)
  })

  test('F8: billing creates the customer and the answer is lost: still one customer', async () => {
    await fault('STRIPE', { kind: 'commit_then_drop', times: 1 })
    const email = freshEmail()
    const session = await signUp(email)
    await eventually('merged', async () => {
      await hurry(session.token)
      return (await getSession(session.token)).status === 'merged'
    })
    expect(await customersOf(email)).toHaveLength(1)
  })

  test('the mail goes out and its answer is lost: still one mail', async () => {
    await fault('RESEND', { kind: 'commit_then_drop', times: 1 })
    const email = freshEmail()
    const session = await signUp(email)
    await eventually('the report', async () => {
      await hurry(session.token)
      return (await timelineOf(session.token)).some(({ type }) => type === 'mail_sent')
    })
    expect(await mailsTo(email)).toHaveLength(1)
  })

  test('what billing will never accept fails the run, with a word to the person', async () => {
    await fault('STRIPE', { kind: 'status', status: 400 })
    const session = await signUp()
    expect(await untilSettled(session)).toMatchObject({
      status: 'failed',
      steps: stepsUpTo('billing'),
      error: { code: 'step_failed' },
    })
    const row = await eventually('the index', async () => {
      const [found] = await indexOf(session.specId)
      return found?.settledAt ? found : null
    })
    expect(row.status).toBe('failed')
  })
})

describe('messages', () => {
  test('F11: a hundred deliveries of one wake-up are one account', async () => {
    const email = freshEmail()
    const { token, specId } = await signUp(email)
    const wakes = Array.from({ length: 25 }, () => wakeOf(token, specId))
    await Promise.all([1, 2, 3, 4].map(() => deliver('foyer-hydration', wakes)))
    await untilSettled({ token, specId, expires_in: 300, status: 'speculative' })
    const found = await Promise.all([rowsOf(email), customersOf(email)])
    expect(found.map(({ length }) => length)).toEqual([1, 1])
  })

  test('F14, F15: of ten messages the unreadable eighth alone is tried again', async () => {
    const sessions = await Promise.all(Array.from({ length: 9 }, () => signUp()))
    const bodies: unknown[] = sessions.map(({ token, specId }) => wakeOf(token, specId))
    bodies.splice(7, 0, { v: 2, poison: true })
    const { batch, result } = await deliver('foyer-hydration', bodies)
    expect(result.explicitAcks).toHaveLength(9)
    expect(result.retryMessages.map(({ msgId }) => msgId)).toEqual([batch.messages[7]?.id])
    for (const session of sessions) expect((await untilSettled(session)).status).toBe('merged')
  })
})
