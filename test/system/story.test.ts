import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { framesOf, shown } from '../support/shared/frames.ts'
import { Foyer, UNITS, patiently } from '../support/foyer.ts'

// Black box: the whole system as `npm start` runs it, seen from outside.

let foyer: Foyer

beforeAll(async () => {
  foyer = await Foyer.create({ USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

const Session = z.object({ token: z.string(), specId: z.uuid(), expires_in: z.number() })
type Session = z.infer<typeof Session>
const Status = z.enum(['pending', 'hydrating', 'merged', 'failed'])
const Step = z.object({ name: z.string(), status: z.string() })
const View = z.object({ status: Status, seq: z.number(), steps: z.array(Step) })
const Frame = View.extend({ type: z.literal('status'), specId: z.uuid() })
const Listed = z.object({ data: z.array(z.object({ id: z.string() })) })
const Granted = z.object({ access_token: z.string() })

async function signUp(email: string): Promise<Session> {
  const response = await fetch(`${foyer.url('app')}/api/onboarding/speculative`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ email, plan_id: 'pro' }),
  })
  expect(response.status).toBe(201)
  return Session.parse(await response.json())
}

async function statusOf({ token }: Session): Promise<string> {
  const response = await fetch(`${foyer.url('app')}/api/onboarding/session`, {
    headers: { Authorization: `Bearer ${token}` },
  }).catch(() => undefined)
  return response?.ok ? View.parse(await response.json()).status : 'no answer'
}

async function merged(sessions: readonly Session[]): Promise<void> {
  await expect
    .poll(() => Promise.all(sessions.map(statusOf)).then((all) => new Set(all)), patiently)
    .toEqual(new Set(['merged']))
}

/** The ids of the users that the identity provider has for an address. */
async function identitiesOf(token: string, email: string): Promise<string[]> {
  const url = `${foyer.url('identity')}/api/v2/users-by-email?email=${email}`
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
  const users = z.array(z.object({ user_id: z.string() })).parse(await response.json())
  return users.map(({ user_id }) => user_id)
}

async function identityToken(): Promise<string> {
  const response = await fetch(`${foyer.url('identity')}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'look',
      client_secret: 'look',
      audience: 'https://identity.local/api/v2/',
    }),
  })
  return Granted.parse(await response.json()).access_token
}

/** What the world outside holds for addresses that contain `tag`. */
async function counts(tag: string) {
  const rows =
    await foyer.connect()`SELECT email, auth0_user_id FROM users WHERE email LIKE ${`%${tag}%`}`
  const people = rows.map((row) => ({
    email: String(row['email']),
    linked: String(row['auth0_user_id']),
  }))
  const token = await identityToken()
  const listed = async (url: string, key: string) =>
    Listed.parse(await (await fetch(url, { headers: { Authorization: `Bearer ${key}` } })).json())
      .data.length
  const perPerson = await Promise.all(
    people.map(async ({ email, linked }) => ({
      identities: (await identitiesOf(token, email)).join() === linked ? 1 : 0,
      customers: await listed(
        `${foyer.url('billing')}/v1/customers?email=${email}`,
        'sk_test_look',
      ),
      mails: await listed(`${foyer.url('mail')}/emails?to=${email}`, 're_look'),
    })),
  )
  return {
    rows: people.length,
    identities: perPerson.filter(({ identities }) => identities === 1).length,
    customers: perPerson.filter(({ customers }) => customers === 1).length,
    mails: perPerson.filter(({ mails }) => mails === 1).length,
  }
}

const each = (count: number) => ({
  rows: count,
  identities: count,
  customers: count,
  mails: count,
})

describe('a person signs up', () => {
  test('and watches the account come true over the socket', async () => {
    const session = await signUp('story@example.com')
    const url = `${foyer.url('app')}/ws/onboarding/${session.specId}?after=0`
    const socket = new WebSocket(url.replace('http', 'ws'), ['foyer.v1', `bearer.${session.token}`])
    const frames: z.infer<typeof Frame>[] = []
    socket.addEventListener('message', ({ data }) => {
      frames.push(Frame.parse(JSON.parse(String(data))))
    })
    await expect.poll(() => frames.at(-1)?.status, patiently).toBe('merged')
    socket.close()
    const steps = frames[0]?.steps.map(({ name }) => name) ?? []
    expect(steps).toEqual(['identity', 'billing', 'account'])
    expect(frames.map(shown)).toEqual(framesOf(steps))
    expect(await counts('story@')).toEqual(each(1))
  })

  test('S8: from fifty clients at once, and is one account', async () => {
    const sessions = await Promise.all(
      Array.from({ length: 50 }, () => signUp('fifty@example.com')),
    )
    await merged(sessions)
    expect(new Set(sessions.map(({ specId }) => specId)).size).toBe(50)
    expect(await counts('fifty@')).toEqual(each(1))
  })
})

test('Q10: two hundred people at once are two hundred accounts', async () => {
  const people = Array.from({ length: 200 }, (_, person) => `many-${person}@example.com`)
  await merged(await Promise.all(people.map(signUp)))
  expect(await counts('many-')).toEqual(each(200))
})

test.each([['identity'], ['billing']])(
  'F26: while %s is away sign-ups go on, and are finished when it is back',
  async (provider) => {
    expect(await foyer.run('service.ts', 'stop', provider)).toBe(0)
    const sessions = await Promise.all(
      Array.from({ length: 20 }, (_, person) =>
        signUp(`without-${provider}-${person}@example.com`),
      ),
    )
    // Long enough for every one of them to have failed at least once.
    await expect
      .poll(() => Promise.all(sessions.map(statusOf)).then((all) => new Set(all)), patiently)
      .toEqual(new Set(['hydrating']))
    const rows =
      await foyer.connect()`SELECT 1 FROM users WHERE email LIKE ${`without-${provider}-%`}`
    expect(rows).toEqual([])
    expect(await foyer.run('service.ts', 'start', provider)).toBe(0)
    await merged(sessions)
    expect(await counts(`without-${provider}-`)).toEqual(each(20))
  },
)

test('the runtime is killed between the 201 and the hydration: nobody is lost', async () => {
  const sessions = await Promise.all(
    Array.from({ length: 20 }, (_, person) => signUp(`killed-${person}@example.com`)),
  )
  for (const { pid } of foyer.runtimes()) process.kill(pid, 'SIGKILL')
  await merged(sessions)
  expect(await counts('killed-')).toEqual(each(20))
})

test('everything is killed, local services included, and started again: nobody is lost', async () => {
  const sessions = await Promise.all(
    Array.from({ length: 20 }, (_, person) => signUp(`crash-${person}@example.com`)),
  )
  const groups = UNITS.map((name) => foyer.pid(name))
  await foyer.end('SIGKILL')
  for (const group of groups) process.kill(-group, 'SIGKILL')
  await foyer.start()
  await merged(sessions)
  expect(await counts('crash-')).toEqual(each(20))
  // And those from before, too.
  expect(await counts('many-')).toEqual(each(200))
})
