import { afterEach, describe, expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import { freshEmail, getSession, signUp, untilSettled } from '../support/worker/api.ts'
import {
  customersOf,
  fault,
  identitiesOf,
  indexOf,
  mailsTo,
  rowsOf,
} from '../support/worker/outside.ts'
import { fetchUnder } from '../support/worker/under.ts'

afterEach(() => fault('STRIPE', null))

async function signUpBlocking(email: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetchUnder(
    { USE_SPECULATIVE_ONBOARDING: 'false' },
    '/api/onboarding/speculative',
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ email, plan_id: 'pro' }),
    },
  )
  return { status: response.status, session: await response.json<SignUpResponse>() }
}

/** What a finished sign-up leaves outside, without what is random or a moment. */
async function leftBy(email: string, { specId }: SignUpResponse) {
  const [row] = await rowsOf(email)
  const [customer] = await customersOf(email)
  const [identity] = await identitiesOf(email)
  const [indexed] = await indexOf(specId)
  const { userId, planId, kind, fence, auth0UserId, stripeCustomerId } = row ?? {}
  return {
    row: { planId, kind, fence },
    linked: [
      auth0UserId === identity?.user_id && auth0UserId === `auth0|${userId}`,
      stripeCustomerId === customer?.id && customer?.metadata['foyer_user_id'] === userId,
    ],
    mails: (await mailsTo(email)).map(({ subject }) => subject.replaceAll(/\d/g, '0')),
    indexed: { status: indexed?.status, run: indexed?.run, settled: indexed?.settledAt !== null },
  }
}

describe('S12: USE_SPECULATIVE_ONBOARDING=false', () => {
  test('answers when the account is built, in the same shape', async () => {
    const { status, session } = await signUpBlocking(freshEmail())
    expect(status).toBe(201)
    expect(Object.keys(session).toSorted()).toEqual(Object.keys(await signUp()).toSorted())
    expect((await getSession(session.token)).status).toBe('merged')
  })

  test('ends in the same rows as the speculative flow', async () => {
    const [one, other] = [freshEmail(), freshEmail()]
    const blocking = (await signUpBlocking(one)).session
    const speculative = await signUp(other)
    await untilSettled(speculative)
    await expect.poll(() => leftBy(other, speculative)).toEqual(await leftBy(one, blocking))
  })

  test('repeats a request with the same key, and builds one account', async () => {
    const email = freshEmail()
    const key = { 'Idempotency-Key': crypto.randomUUID() }
    const replies = await Promise.all([signUpBlocking(email, key), signUpBlocking(email, key)])
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 201]))
    expect(new Set(replies.map(({ session }) => session.specId)).size).toBe(1)
    expect(await customersOf(email)).toHaveLength(1)
  })

  test('waits for a retry within the request', async () => {
    await fault('STRIPE', { kind: 'status', status: 503, times: 1 })
    const { status, session } = await signUpBlocking(freshEmail())
    expect([status, (await getSession(session.token)).status]).toEqual([201, 'merged'])
  })

  test('sessions in flight finish as they began, whichever flow comes after', async () => {
    await fault('STRIPE', { kind: 'status', status: 503 })
    const email = freshEmail()
    const began = await signUp(email)
    await expect.poll(async () => (await getSession(began.token)).status).toBe('hydrating')
    await fault('STRIPE', null)
    const { session } = await signUpBlocking(email)
    expect((await getSession(session.token)).status).toBe('merged')
    expect((await untilSettled(began)).status).toBe('merged')
    expect(await customersOf(email)).toHaveLength(1)
  })
})
