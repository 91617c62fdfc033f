import { afterEach, describe, expect, test } from 'vitest'
import type { SignUpResponse, StatusFrame } from '../../src/contract/onboarding.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { framesOf, shown } from '../support/shared/frames.ts'
import { eventually, freshEmail, openSocket, signUp, untilSettled } from '../support/worker/api.ts'
import {
  auth0,
  customersOf,
  fault,
  identitiesOf,
  mailsTo,
  rowsOf,
} from '../support/worker/outside.ts'
import {
  STEP_NAMES,
  failuresOf,
  hurry,
  stepsUpTo,
  timelineOf,
  untilOver,
} from '../support/worker/run.ts'

afterEach(async () => {
  await fault('AUTH0', null)
  await resetBudgets()
})

/** Somebody who signed up at the identity provider without us. */
async function holdAddress(email: string): Promise<string> {
  const user_id = `stranger-${crypto.randomUUID()}`
  const created = await auth0('POST', '/users', {
    connection: 'Username-Password-Authentication',
    user_id,
    email,
    password: 'correct-Horse-7',
  })
  expect(created.status).toBe(201)
  return `auth0|${user_id}`
}

const remove = async (id: string) => {
  expect((await auth0('DELETE', `/users/${encodeURIComponent(id)}`)).status).toBe(204)
}

/** What the session is shown from beginning to end, its own id left out. */
async function storyOf(session: SignUpResponse) {
  await untilOver(session)
  const { frames, socket } = await openSocket(session, '?after=0')
  await eventually('the last frame', async () => frames.at(-1)?.status === 'merged')
  socket.close()
  return frames.map((frame: StatusFrame) => ({ ...frame, specId: 'its own' }))
}

const refsOf = async ({ token }: SignUpResponse) =>
  (await timelineOf(token)).flatMap((entry) =>
    entry.type === 'step_done' && entry.step === 'identity' ? [entry.ref] : [],
  )

describe('S5: the identity', () => {
  test('is one user under our id, unproven, and linked in the row', async () => {
    const email = freshEmail()
    expect((await untilSettled(await signUp(email))).status).toBe('merged')
    const [[row], identities] = await Promise.all([rowsOf(email), identitiesOf(email)])
    expect(identities).toMatchObject([
      {
        user_id: `auth0|${row?.userId}`,
        email_verified: false,
        app_metadata: { foyer_user_id: row?.userId },
      },
    ])
    expect(row?.auth0UserId).toBe(identities[0]?.user_id)
  })

  test('comes first, and its password is kept nowhere', async () => {
    const session = await signUp()
    await untilSettled(session)
    expect(STEP_NAMES[0]).toBe('identity')
    expect(await storyOf(session)).toMatchObject(framesOf(STEP_NAMES))
    const [opened] = await timelineOf(session.token)
    expect(opened).toMatchObject({ calls: { identity: { body: { verify_email: false } } } })
    expect(JSON.stringify(opened)).not.toContain('password')
  })

  test('B13: that an operator deleted is made again under its id, and the session sees nothing of it', async () => {
    const email = freshEmail()
    await untilSettled(await signUp(email))
    const [row] = await rowsOf(email)
    await remove(row?.auth0UserId ?? '')
    expect(await identitiesOf(email)).toEqual([])
    const stories = await Promise.all(
      [email, freshEmail()].map(async (address) => storyOf(await signUp(address))),
    )
    expect(stories[0]).toEqual(stories[1])
    expect((await identitiesOf(email)).map(({ user_id }) => user_id)).toEqual([row?.auth0UserId])
  })

  test('that was deleted, and its address taken by somebody else, is a conflict', async () => {
    const email = freshEmail()
    await untilSettled(await signUp(email))
    const [row] = await rowsOf(email)
    await remove(row?.auth0UserId ?? '')
    const id = await holdAddress(email)
    const session = await signUp(email)
    expect((await untilOver(session)).status).toBe('merged')
    expect((await refsOf(session)).at(-1)).toBe('conflict')
    expect((await identitiesOf(email)).map(({ user_id }) => user_id)).toEqual([id])
  })
})

describe('the identity provider fails', () => {
  test('F7, F19: it creates the user and the answer is lost: adopted, one user', async () => {
    await fault('AUTH0', { kind: 'commit_then_drop', times: 1 })
    const email = freshEmail()
    const session = await signUp(email)
    expect((await untilOver(session)).status).toBe('merged')
    expect(await failuresOf(session.token)).toMatchObject([
      { step: 'identity', kind: 'unavailable', failed: [] },
    ])
    const [[row], identities] = await Promise.all([rowsOf(email), identitiesOf(email)])
    expect(identities.map(({ user_id }) => user_id)).toEqual([row?.auth0UserId])
  })

  test('F17: it says "too many" and until when: the run waits that long, burns no attempt, then merges', async () => {
    // As many times as there are attempts.
    await fault('AUTH0', { kind: 'status', status: 429, times: 3 })
    const email = freshEmail()
    const session = await signUp(email)
    expect((await untilOver(session)).status).toBe('merged')
    const failures = await failuresOf(session.token)
    expect(failures.map(({ kind }) => kind)).toEqual(Array(3).fill('rate_limited'))
    expect(failures.flatMap(({ failed }) => failed)).toEqual([])
    for (const { at, retryAt } of failures) expect(retryAt - at).toBeGreaterThanOrEqual(1_000)
    expect(await identitiesOf(email)).toHaveLength(1)
  })

  test('F18: it answers 500 again and again: failed at the cap of three', async () => {
    await fault('AUTH0', { kind: 'status', status: 500 })
    const email = freshEmail()
    const session = await signUp(email)
    expect(await untilOver(session)).toMatchObject({
      status: 'failed',
      steps: stepsUpTo('identity'),
      error: { code: 'step_failed' },
    })
    const failures = await failuresOf(session.token)
    expect(failures.map(({ kind }) => kind)).toEqual(Array(3).fill('unknown_outcome'))
    await fault('AUTH0', null)
    const found = await Promise.all([identitiesOf(email), customersOf(email), rowsOf(email)])
    expect(found.flat()).toEqual([])
  })

  test.each([
    ['unreachable', { kind: 'reject' }],
    ['out of service', { kind: 'status', status: 503 }],
    ['not taking our credentials', { kind: 'status', status: 401 }],
  ])('F26: it is %s for a while: the run waits, then merges', async (_name, kind) => {
    await fault('AUTH0', kind)
    const email = freshEmail()
    const session = await signUp(email)
    const failures = await eventually('two failures', async () => {
      const found = await failuresOf(session.token)
      await hurry(session.token)
      return found.length >= 2 && found
    })
    expect(failures.flatMap(({ failed }) => failed)).toEqual([])
    await fault('AUTH0', null)
    expect((await untilOver(session)).status).toBe('merged')
    expect(await identitiesOf(email)).toHaveLength(1)
  })

  test('a token that was withdrawn is replaced at once: nobody waits', async () => {
    await fault('AUTH0', { kind: 'status', status: 401, times: 1 })
    const session = await signUp()
    expect((await untilOver(session)).status).toBe('merged')
    expect(await failuresOf(session.token)).toEqual([])
  })

  test('what it will never accept fails the run, and nothing is made behind it', async () => {
    await fault('AUTH0', { kind: 'status', status: 400 })
    const email = freshEmail()
    const session = await signUp(email)
    expect(await untilOver(session)).toMatchObject({ status: 'failed' })
    expect(await customersOf(email)).toEqual([])
  })
})

describe('F20, B13: somebody else has the address at the identity provider', () => {
  test('the session sees what any other one sees', async () => {
    const held = freshEmail()
    await holdAddress(held)
    const stories = await Promise.all(
      [held, freshEmail()].map(async (email) => storyOf(await signUp(email))),
    )
    expect(stories[0]).toEqual(stories[1])
    expect(stories[0]?.map(shown)).toEqual(framesOf(STEP_NAMES))
  })

  test('they are not linked and not touched; the conflict is kept, and the owner gets the mail', async () => {
    const email = freshEmail()
    const id = await holdAddress(email)
    const [before] = await identitiesOf(email)
    const session = await signUp(email)
    await untilOver(session)
    const [[row], identities] = await Promise.all([rowsOf(email), identitiesOf(email)])
    expect(identities).toEqual([before])
    expect(before?.user_id).toBe(id)
    expect(row).toMatchObject({ auth0UserId: null, email })
    expect(await refsOf(session)).toEqual(['conflict'])
    await eventually('the mail', async () => (await mailsTo(email)).length === 1)
  })

  test('a later session looks again, and finds the address free when they have gone', async () => {
    const email = freshEmail()
    const id = await holdAddress(email)
    await untilOver(await signUp(email))
    await untilOver(await signUp(email))
    expect((await rowsOf(email))[0]?.auth0UserId).toBeNull()
    await remove(id)
    await untilOver(await signUp(email))
    const [[row], identities] = await Promise.all([rowsOf(email), identitiesOf(email)])
    expect(identities.map(({ user_id }) => user_id)).toEqual([row?.auth0UserId])
  })
})
