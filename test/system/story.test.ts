import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
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
const View = z.object({ status: z.string(), seq: z.number() })
const Frame = View.extend({ type: z.literal('status'), specId: z.uuid() })
const Listed = z.object({ data: z.array(z.object({ id: z.string() })) })

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

const merged = (sessions: readonly Session[]) =>
  expect
    .poll(() => Promise.all(sessions.map(statusOf)).then((all) => new Set(all)), patiently)
    .toEqual(new Set(['merged']))

/** What the world outside holds for addresses that contain `tag`. */
async function counts(tag: string) {
  const rows = await foyer.connect()`SELECT email FROM users WHERE email LIKE ${`%${tag}%`}`
  const emails = rows.map(({ email }) => String(email))
  const listed = async (url: string, key: string) =>
    Listed.parse(await (await fetch(url, { headers: { Authorization: `Bearer ${key}` } })).json())
      .data.length
  const perPerson = await Promise.all(
    emails.map(async (email) => ({
      customers: await listed(
        `${foyer.url('billing')}/v1/customers?email=${email}`,
        'sk_test_look',
      ),
      mails: await listed(`${foyer.url('mail')}/emails?to=${email}`, 're_look'),
    })),
  )
  return {
    rows: emails.length,
    customers: perPerson.filter(({ customers }) => customers === 1).length,
    mails: perPerson.filter(({ mails }) => mails === 1).length,
  }
}

const each = (count: number) => ({ rows: count, customers: count, mails: count })

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
    expect(frames.map(({ seq, status }) => `${seq} ${status}`)).toEqual([
      '1 pending',
      '2 hydrating',
      '3 hydrating',
      '4 merged',
    ])
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

test('F26: while billing is away sign-ups go on, and are finished when it is back', async () => {
  expect(await foyer.run('service.ts', 'stop', 'billing')).toBe(0)
  const sessions = await Promise.all(
    Array.from({ length: 20 }, (_, person) => signUp(`outage-${person}@example.com`)),
  )
  // Long enough for every one of them to have failed at least once.
  await expect
    .poll(() => Promise.all(sessions.map(statusOf)).then((all) => new Set(all)), patiently)
    .toEqual(new Set(['hydrating']))
  expect(await counts('outage-')).toEqual(each(0))
  expect(await foyer.run('service.ts', 'start', 'billing')).toBe(0)
  await merged(sessions)
  expect(await counts('outage-')).toEqual(each(20))
})

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
