import { describe, expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import {
  bearer,
  eventually,
  fetchWorker,
  freshEmail,
  getSession,
  subjectOf,
} from '../support/worker/api.ts'
import { mailsTo } from '../support/worker/outside.ts'
import { timelineOf } from '../support/worker/run.ts'
import { linkFor, prove } from '../support/worker/tokens.ts'
import { fetchUnder } from '../support/worker/under.ts'

/** A sign-up as the edge passes it on. */
const from = (
  headers: Readonly<Record<string, string>>,
  email: string,
  settings: Readonly<Record<string, string>> = { TRUST_EDGE_ADDRESS: 'true' },
) =>
  fetchUnder(settings, '/api/onboarding/speculative', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ email, plan_id: 'pro' }),
  })

const edge = (address: string) => ({ 'CF-Connecting-IP': address })

const statuses = (answers: readonly Response[]) =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other)

const times = <T>(count: number, make: (time: number) => T): T[] =>
  Array.from({ length: count }, (_, time) => make(time))

const THREE_OF_TEN = [201, 201, 201, 429, 429, 429, 429, 429, 429, 429]

describe('who a client is, for the exact limit of three', () => {
  test.each(['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Forwarded', 'CF-Connecting-IPv6'])(
    'X35: a new %s for each request buys nothing',
    async (name) => {
      const email = freshEmail()
      const answers = await Promise.all(
        times(10, (time) => from({ ...edge('203.0.113.1'), [name]: `198.51.100.${time}` }, email)),
      )
      expect(statuses(answers)).toEqual(THREE_OF_TEN)
    },
  )

  test('X36: where no edge stands in front, its header buys nothing either', async () => {
    const email = freshEmail()
    const answers = await Promise.all(
      times(10, (time) => from(edge(`198.51.100.${time}`), email, { TRUST_EDGE_ADDRESS: 'false' })),
    )
    expect(statuses(answers)).toEqual(THREE_OF_TEN)
  })

  test('X37: a thousand addresses of one /64 are one client', async () => {
    const email = freshEmail()
    const answers = await Promise.all(
      times(1_000, (time) => from(edge(`2001:db8:7:7:${time.toString(16)}::1`), email)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    // The next network is somebody else.
    expect((await from(edge('2001:db8:7:8::1'), email)).status).toBe(201)
  })

  test('X38: an IPv4 address written as an IPv6 one is the same client', async () => {
    const email = freshEmail()
    const spellings = [
      '192.0.2.9',
      '::ffff:192.0.2.9',
      '::FFFF:c000:209',
      '0:0:0:0:0:ffff:c000:209',
    ]
    const answers = await Promise.all(spellings.map((address) => from(edge(address), email)))
    expect(statuses(answers)).toEqual([201, 201, 201, 429])
  })

  test('X39: of a hundred at once exactly three pass, and another client is not affected', async () => {
    const email = freshEmail()
    const [other, ...answers] = await Promise.all([
      from(edge('198.51.100.7'), email),
      ...times(100, () => from(edge('203.0.113.7'), email)),
    ])
    expect(other.status).toBe(201)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(97)
    // Nor is the same client with another address to sign up.
    expect((await from(edge('203.0.113.7'), freshEmail())).status).toBe(201)
  })

  test('X37: the coarse limit counts a /64, too, and refuses before anything is read', async () => {
    const network = `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:1`
    const answers = []
    for (let time = 0; time < 12; time += 1) {
      const settings = { TRUST_EDGE_ADDRESS: 'true', IP_LIMIT: 'on' }
      answers.push(await from(edge(`${network}::${time}`), 'no address', settings))
    }
    // Counted by the minute of the clock: a test that runs across its turn sees two of them begin.
    expect(answers.map(({ status }) => status)).toContain(429)
    expect(answers[0]?.status).toBe(400)
    expect(answers.find(({ status }) => status === 429)?.headers.get('Retry-After')).toBe('60')
  })
})

describe('many clients, one victim', () => {
  test('X40: two hundred hosts lead to one mail, and every answer is 201', async () => {
    const email = freshEmail()
    const answers = await Promise.all(times(200, (host) => from(edge(`203.0.113.${host}`), email)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const session = await answers[0]?.json<SignUpResponse>()
    const mails = async () =>
      (await timelineOf(session?.token ?? '')).filter(
        (entry) => entry.type === 'session_opened' && entry.mail !== undefined,
      )
    await eventually('the mail', async () => (await mailsTo(email)).length > 0)
    expect(await mails()).toHaveLength(1)
    expect(await mailsTo(email)).toHaveLength(1)
  })

  test('X32: a thousand sessions, and the victim still gets in', async () => {
    const email = freshEmail()
    let last: Response | undefined
    for (let host = 0; host < 334; host += 1) {
      const answers = await Promise.all(
        times(3, () => from(edge(`10.${host >> 8}.${host & 255}.1`), email)),
      )
      expect(statuses(answers)).toEqual([201, 201, 201])
      last = answers[0]
    }
    const flood = await last?.json<SignUpResponse>()
    const own = await (await from(edge('192.0.2.77'), email)).json<SignUpResponse>()
    expect((await getSession(own.token)).specId).toBe(own.specId)
    const member = await prove(own, email)
    expect(member.role).toBe('member')
    expect(await mailsTo(email)).toHaveLength(1)
    // With the proof all that came from others is over.
    const view = await subjectOf(own.token).view({ specId: flood?.specId ?? '', authEpoch: 0 })
    expect(view).toEqual({ ok: false, error: 'ended' })
  })

  test('X32: a hundred hosts that go on crowd out the session, never the link of the mail', async () => {
    const email = freshEmail()
    const own = await (await from(edge('192.0.2.78'), email)).json<SignUpResponse>()
    await Promise.all(times(100, (host) => from(edge(`172.16.0.${host}`), email)))
    const crowdedOut = await fetchWorker('/api/onboarding/session', { headers: bearer(own.token) })
    expect(crowdedOut.status).toBe(401)
    const pressed = await fetchWorker('/api/onboarding/resume', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ resumeToken: await linkFor(email) }),
    })
    expect(pressed.status).toBe(200)
  })
})
