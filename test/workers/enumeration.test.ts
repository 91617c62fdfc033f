import { evictDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import {
  bearer,
  claimsOf,
  eventually,
  fetchWorker,
  freshEmail,
  openSocket,
  postSignUp,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { auth0, mailBody, mailsTo } from '../support/worker/outside.ts'

// B13: before a proof nothing tells one address from another. What time still tells is measured
// elsewhere, and can be covered by RESPONSE_FLOOR_MS.

const asJson = (token: string) => ({ ...bearer(token), 'Content-Type': 'application/json' })

/** An answer without what is random: status, names of headers, the shape of the body. */
async function shapeOf(response: Response): Promise<unknown> {
  const text = await response.text()
  const body: unknown = text === '' ? null : JSON.parse(text)
  return {
    status: response.status,
    headers: [...response.headers.keys()].toSorted(),
    body: JSON.stringify(body, (name, value: unknown) =>
      ['token', 'specId', 'requestId'].includes(name) ? typeof value : value,
    ),
  }
}

/** Everything that one who types an address can see of it. */
async function seenOf(email: string): Promise<unknown> {
  const signedUp = await postSignUp({ email, plan_id: 'pro' })
  const session = await signedUp.clone().json<SignUpResponse>()
  const { socket, frames } = await openSocket(session, '?after=0')
  await untilSettled(session)
  await eventually('the last frame', async () => frames.at(-1)?.status === 'merged')
  socket.close()
  const { aud, iss, role, authEpoch } = claimsOf(session.token)
  const call = (method: string, path: string, body?: unknown) =>
    fetchWorker(`/api/onboarding${path}`, {
      method,
      headers: asJson(session.token),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).then(shapeOf)
  return {
    signedUp: await shapeOf(signedUp),
    claims: { aud, iss, role, authEpoch, names: Object.keys(claimsOf(session.token)).toSorted() },
    frames: frames.map((frame) => ({ ...frame, specId: typeof frame.specId })),
    session: await call('GET', '/session'),
    token: await call('POST', '/token'),
    code: await call('POST', '/code'),
    draft: await call('PATCH', '/draft', { team: 'A' }),
    wrong: await call('POST', '/claim', { code: '00000000' }),
  }
}

async function mergedBefore(): Promise<string> {
  const email = freshEmail()
  const session = await signUp(email)
  await untilSettled(session)
  await evictDurableObject(subjectOf(session.token))
  return email
}

async function provenBefore(): Promise<string> {
  const email = freshEmail()
  const session = await signUp(email)
  const mail = await eventually('the mail', async () => (await mailsTo(email))[0])
  const [, code] = /(\d{4} \d{4})/.exec(await mailBody(mail.id)) ?? []
  const claimed = await fetchWorker('/api/onboarding/claim', {
    method: 'POST',
    headers: asJson(session.token),
    body: JSON.stringify({ code }),
  })
  expect(claimed.status).toBe(200)
  return email
}

async function heldElsewhere(): Promise<string> {
  const email = freshEmail()
  const created = await auth0('POST', '/users', {
    connection: 'Username-Password-Authentication',
    email,
    password: crypto.randomUUID(),
  })
  expect(created.status).toBe(201)
  return email
}

test.each([
  ['one that was merged, and whose object sleeps', mergedBefore],
  ['one that somebody proved', provenBefore],
  ['one that somebody else holds at the identity provider', heldElsewhere],
])('B13, X16: an address never seen looks like %s', async (_name, known) => {
  const [one, other] = [await seenOf(await known()), await seenOf(freshEmail())]
  expect(one).toEqual(other)
})
