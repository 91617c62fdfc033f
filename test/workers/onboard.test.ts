import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import worker from '../../src/worker.ts'
import {
  ORIGIN,
  bearer,
  bindings,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { fault, indexOfKey, rowsOfKey } from '../support/worker/outside.ts'
import { entriesOf, letPass } from '../support/worker/subject.ts'
import { prove } from '../support/worker/tokens.ts'
import {
  type Status,
  getStatus,
  onboard,
  signIn,
  untilCompleted,
} from '../support/worker/wallet.ts'

const keyOf = (token: string): string => String(claimsOf(token)['key'])
const stubOf = (token: string) => bindings.SUBJECTS.getByName(keyOf(token))

describe('Q1: whoever is signed in asks for their account', () => {
  test('twice, and it is built once', async () => {
    const { token } = await signIn()
    const answers = await Promise.all([onboard(token), onboard(token)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await untilCompleted(token)
    const again = await onboard(token)
    expect(await again.json()).toEqual({ ok: true, state: 'completed', redirect: '/creating' })
    const opened = (await entriesOf(stubOf(token))).filter(({ type }) => type === 'session_opened')
    expect(opened).toHaveLength(1)
  })

  test('who has proved an address finds the account that the sign-up built', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const { token } = await prove(session, email)
    expect((await onboard(token)).status).toBe(200)
    expect(await untilCompleted(token)).toMatchObject({ state: 'completed' })
    const entries = await entriesOf(stubOf(token))
    expect(entries.filter(({ type }) => type === 'session_opened')).toHaveLength(1)
  })

  test('and learns nothing of the sessions that others begin for the same address', async () => {
    const email = freshEmail()
    const { token } = await prove(await signUp(email), email)
    await untilCompleted(token)
    const { enqueuedAt } = await (await getStatus(token)).json<Status>()
    await untilSettled(await signUp(email))
    expect(await (await getStatus(token)).json()).toMatchObject({ state: 'completed', enqueuedAt })
  })

  test('after a failure, and another run is opened', async () => {
    const { token } = await signIn()
    await fault('STRIPE', { kind: 'status', status: 402 })
    try {
      await onboard(token)
      expect(await untilCompleted(token)).toMatchObject({ state: 'failed' })
    } finally {
      await fault('STRIPE', null)
    }
    expect(await (await onboard(token)).json()).toMatchObject({ ok: true, state: 'pending' })
    expect(await untilCompleted(token)).toMatchObject({ state: 'completed' })
  })

  test('but not who has signed out', async () => {
    const { token } = await signIn()
    await fetchWorker('/api/auth/logout', { method: 'POST', headers: bearer(token) })
    expect((await onboard(token)).status).toBe(401)
    expect((await getStatus(token)).status).toBe(401)
  })

  test('a member is nobody whose attempt was left unfinished', async () => {
    const { token } = await signIn()
    await onboard(token)
    await untilCompleted(token)
    await letPass(stubOf(token), 40 * 24 * 3_600_000)
    const { dueAt } = await stubOf(token).wake()
    expect(dueAt).toBeNull()
    expect(await rowsOfKey(keyOf(token))).toHaveLength(1)
  })
})

describe('Q6: three a minute for each subject', () => {
  test('X39: of a hundred at once exactly three pass, and another subject is not affected', async () => {
    const { token } = await signIn()
    const answers = await Promise.all(Array.from({ length: 100 }, () => onboard(token)))
    const passed = answers.filter(({ status }) => status === 200)
    const limited = answers.filter(({ status }) => status === 429)
    expect([passed.length, limited.length]).toEqual([3, 97])
    expect(Number(limited[0]?.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await onboard((await signIn()).token)).status).toBe(200)
  })

  test('counted also while the object slept', async () => {
    const { token } = await signIn()
    for (const _ of [1, 2, 3]) expect((await onboard(token)).status).toBe(200)
    await letPass(stubOf(token), 1)
    expect((await onboard(token)).status).toBe(429)
    await letPass(stubOf(token), 60_000)
    expect((await onboard(token)).status).toBe(200)
  })
})

/** A namespace none of whose objects answers. */
const withoutObjects = {
  ...bindings,
  SUBJECTS: {
    getByName: () =>
      new Proxy({}, { get: () => () => Promise.reject(new Error('the object is gone')) }),
  },
} as unknown as typeof bindings

async function withObjectsGone(path: string, token: string, method = 'GET'): Promise<Response> {
  const context = createExecutionContext()
  const request = new Request(`${ORIGIN}${path}`, { method, headers: bearer(token) })
  const response = await worker.fetch(request, withoutObjects, context)
  await waitOnExecutionContext(context)
  return response
}

describe('Q2: the status', () => {
  test('is 404 before anybody asked for the account', async () => {
    const { token } = await signIn()
    expect((await getStatus(token)).status).toBe(404)
  })

  test('comes from the database when the object throws', async () => {
    const { token } = await signIn()
    await onboard(token)
    const live = await untilCompleted(token)
    await eventually('the index', async () =>
      (await indexOfKey(keyOf(token))).some(({ status }) => status === 'merged'),
    )
    const answer = await withObjectsGone('/api/user/status', token)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ ...live })
  })

  test('from the database is kept for some seconds', async () => {
    const { token } = await signIn()
    await onboard(token)
    await untilCompleted(token)
    const first = await withObjectsGone('/api/user/status', token)
    await fault('DATABASE', { kind: 'status', status: 500 })
    try {
      const second = await withObjectsGone('/api/user/status', token)
      expect(await second.json()).toEqual(await first.json())
      const stranger = await signIn()
      expect((await withObjectsGone('/api/user/status', stranger.token)).status).toBe(503)
    } finally {
      await fault('DATABASE', null)
    }
  })

  test('Q1: without its object nobody asks for an account', async () => {
    const { token } = await signIn()
    const answer = await withObjectsGone('/api/user/onboard', token, 'POST')
    expect(answer.status).toBe(503)
    expect((await errorOf(answer)).code).toBe('unavailable')
  })
})
