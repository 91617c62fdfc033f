import { describe, expect, test } from 'vitest'
import { proofCode } from '../../src/adapters/mail/proof-code.ts'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bearer,
  bindings,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  openSocket,
  postSignUp,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { fault, mailBody, mailsTo, rowsOf } from '../support/worker/outside.ts'
import { timelineOf } from '../support/worker/run.ts'
import { entriesOf, letPass, withQueue } from '../support/worker/subject.ts'
import { codeFor, linkFor, prove } from '../support/worker/tokens.ts'

// Somebody types an address that is not theirs, and waits for its owner to come.

const pepper = createPepper(parseSettings(bindings).SUBJECT_PEPPER)
const HOUR_MS = 3_600_000

const send = (method: string, path: string, token: string, body?: unknown): Promise<Response> =>
  fetchWorker(`/api/${path}`, {
    method,
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const press = (resumeToken: string) => send('POST', 'onboarding/resume', '', { resumeToken })

const me = async (token: string) => (await send('GET', 'me', token)).json<Record<string, unknown>>()

/** The thief plants what a session can hold, and keeps a socket open. */
async function planted(email: string) {
  const signedUp = await postSignUp({ email, plan_id: 'enterprise', referrer: 'thief' })
  const session = await signedUp.json<SignUpResponse>()
  await send('PATCH', 'onboarding/draft', session.token, { forward: 'thief@example.com' })
  return { session, ...(await openSocket(session)) }
}

describe('the owner comes, and proves', () => {
  test.each([
    [
      'by code',
      async (email: string) => {
        const own = await signUp(email)
        return prove(own, email)
      },
    ],
    [
      'by the link of the mail',
      async (email: string) => {
        const pressed = await press(await linkFor(email))
        return pressed.json<MemberResponse>()
      },
    ],
  ])(
    'X10, X12, X13, X61: %s: nothing of the thief is carried over, and it is over for them',
    async (_name, arrive) => {
      const email = freshEmail()
      const { session, closed } = await planted(email)
      await untilSettled(session)
      const { token } = await arrive(email)
      expect((await closed).code).toBe(1008)
      for (const [method, path, body] of [
        ['GET', 'session', undefined],
        ['POST', 'token', undefined],
        ['PATCH', 'draft', { forward: 'again' }],
        ['POST', 'code', undefined],
      ] as const) {
        const answer = await send(method, `onboarding/${path}`, session.token, body)
        expect([path, answer.status]).toEqual([path, 401])
      }
      expect(await me(token)).toMatchObject({ email, profile: {} })
      const [row] = await eventually('the row', async () => {
        const rows = await rowsOf(email)
        return rows[0]?.provenAt ? rows : null
      })
      expect(row?.profile).toEqual({})
    },
  )

  test('X13: the plan is the one of the session that proved', async () => {
    const email = freshEmail()
    await planted(email)
    const { token } = await prove(await signUp(email), email)
    expect(await me(token)).toMatchObject({ plan_id: 'pro' })
  })

  test('X14: afterwards the link and the code of the earlier mail open nothing', async () => {
    const email = freshEmail()
    const own = await signUp(email)
    const [code, link] = [await codeFor(email), await linkFor(email)]
    await prove(own, email)
    const pressed = await press(link)
    expect([pressed.status, (await errorOf(pressed)).code]).toEqual([410, 'link_expired'])
    const thief = await signUp(email)
    const claimed = await send('POST', 'onboarding/claim', thief.token, { code })
    expect([claimed.status, (await errorOf(claimed)).code]).toEqual([401, 'code_invalid'])
  })

  test('X14: a link works once, and an hour', async () => {
    const [spent, late] = [freshEmail(), freshEmail()]
    await signUp(spent)
    const link = await linkFor(spent)
    expect((await press(link)).status).toBe(200)
    const { token } = await signUp(late)
    const lateLink = await linkFor(late)
    await letPass(subjectOf(token), HOUR_MS)
    expect((await press(lateLink)).status).toBe(410)
  })
})

describe('X61: the invitation', () => {
  test('X61: goes to the address only; the thief’s page hears nothing, and its link opens a fresh session', async () => {
    const email = freshEmail()
    const { session, frames } = await planted(email)
    await untilSettled(session)
    await letPass(subjectOf(session.token), 25 * HOUR_MS)
    await subjectOf(session.token).wake()
    const mail = await eventually('the invitation', async () =>
      (await mailsTo(email)).find(({ subject }) => subject.startsWith('Finish')),
    )
    expect(mail.to).toEqual([email])
    const text = await mailBody(mail.id)
    expect(text).not.toContain('thief')
    const [, link = ''] = /\/resume#(\S+)/.exec(text) ?? []
    const { token } = await (await press(link)).json<MemberResponse>()
    expect(await me(token)).toMatchObject({ email, profile: {} })
    expect(JSON.stringify(frames)).not.toContain(link)
    expect((await send('GET', 'onboarding/session', session.token)).status).toBe(401)
  })

  test('X58: its links are of our own address, whatever host the sign-up asked for', async () => {
    const email = freshEmail()
    const answer = await fetchWorker('/api/onboarding/speculative', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Host: 'evil.example',
        'X-Forwarded-Host': 'evil.example',
        Origin: 'https://evil.example',
        Referer: 'https://evil.example/',
      },
      body: JSON.stringify({ email, plan_id: 'pro', referrer: 'https://evil.example' }),
    })
    expect(answer.status).toBe(201)
    const mail = await eventually('the mail', async () => (await mailsTo(email))[0])
    const text = await mailBody(mail.id)
    const urls = text.match(/https?:\/\/[^\s)]+/g) ?? []
    expect(urls.length).toBeGreaterThan(0)
    expect(urls.filter((url) => !url.startsWith('https://foyer.test/'))).toEqual([])
    expect(text).not.toContain('evil')
  })
})

test('X62: a scanner that opens every link, again and again, spends nothing', async () => {
  const email = freshEmail()
  const { token } = await signUp(email)
  const link = await linkFor(email)
  const before = await timelineOf(token)
  for (const method of ['GET', 'HEAD', 'GET']) {
    // The page itself is a file; what is behind the `#` no server is sent.
    await fetchWorker('/resume', { method })
    for (const path of ['/api/onboarding/resume', '/api/onboarding/unsubscribe']) {
      const answer = await fetchWorker(`${path}?token=${link}`, { method, redirect: 'manual' })
      expect(answer.status).toBe(path.endsWith('resume') ? 404 : 302)
    }
  }
  const facts = (entries: readonly { type: string }[]) =>
    entries.map(({ type }) => type).filter((type) => ['proven', 'unsubscribed'].includes(type))
  expect(facts(await timelineOf(token))).toEqual(facts(before))
  expect((await press(link)).status).toBe(200)
})

describe('X60: guessing from many sessions', () => {
  test('X60: twenty wrong tries use up the code, never the link', async () => {
    const email = freshEmail()
    const own = await signUp(email)
    const code = await codeFor(email)
    const wrong = code === '1234 5678' ? '87654321' : '12345678'
    for (let thief = 0; thief < 4; thief += 1) {
      const { opened } = await subjectOf(own.token).open({
        subjectKey: 'x',
        identity: email,
        client: `thief-${thief}`,
        planId: 'pro',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      })
      const specId = opened.ok ? opened.value.specId : ''
      for (let times = 0; times < 5; times += 1) {
        const tried = await subjectOf(own.token).claim({ specId, authEpoch: 0, code: wrong })
        expect(tried).toEqual({ ok: false, error: 'code_invalid' })
      }
    }
    const first = await send('POST', 'onboarding/claim', own.token, { code })
    expect([first.status, (await errorOf(first)).code]).toEqual([401, 'code_invalid'])
    expect((await press(await linkFor(email))).status).toBe(200)
  })
})

describe('X64: the claim meets the run', () => {
  const settled = (email: string) =>
    eventually('merged and proven', async () => (await rowsOf(email))[0]?.provenAt)

  test('X64: while hydration waits for billing: proven at once, merged afterwards', async () => {
    const email = freshEmail()
    await fault('STRIPE', { kind: 'status', status: 503 })
    try {
      const session = await signUp(email)
      expect((await prove(session, email)).role).toBe('member')
      expect(await rowsOf(email)).toEqual([])
    } finally {
      await fault('STRIPE', null)
      await resetBudgets()
    }
    expect(await settled(email)).toBeTruthy()
  })

  test('X64: before hydration starts', async () => {
    const email = freshEmail()
    const stub = bindings.SUBJECTS.getByName(await pepper.name('email', email))
    await withQueue(stub, () => Promise.resolve())
    const { opened } = await stub.open({
      subjectKey: await pepper.name('email', email),
      identity: email,
      client: 'client',
      planId: 'pro',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
    if (!opened.ok) throw new Error('refused')
    const { specId, authEpoch } = opened.value
    // Nobody was sent for: the code is the one that the mail will have.
    const [first] = await entriesOf(stub)
    const mail = first?.type === 'session_opened' ? first.mail : undefined
    const code = await proofCode(pepper, mail ?? '')
    expect(await stub.claim({ specId, authEpoch, code })).toMatchObject({ ok: true })
    expect(await rowsOf(email)).toEqual([])
    await withQueue(stub, null)
    await stub.wake()
    expect(await settled(email)).toBeTruthy()
  })
})
