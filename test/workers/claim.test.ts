import { describe, expect, test } from 'vitest'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import {
  bearer,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  getSession,
  openSocket,
  signUp,
  untilSettled,
} from '../support/worker/api.ts'
import { mailBody, mailsTo, rowsOf } from '../support/worker/outside.ts'
import { fetchUnder } from '../support/worker/under.ts'

const send = (method: string, path: string, token: string, body?: unknown): Promise<Response> =>
  fetchWorker(path, {
    method,
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const claim = ({ token }: SignUpResponse, code: string) =>
  send('POST', '/api/onboarding/claim', token, { code })

/** The code, as its reader types it: with the space in the middle. */
async function codeFor(email: string): Promise<string> {
  const mail = await eventually('the mail', async () => (await mailsTo(email))[0])
  return /(\d{4} \d{4})/.exec(await mailBody(mail.id))?.[1] ?? ''
}

async function granted(session: SignUpResponse, email: string): Promise<MemberResponse> {
  const answer = await claim(session, await codeFor(email))
  expect(answer.status).toBe(200)
  return answer.json<MemberResponse>()
}

const me = async (token: string) => {
  const answer = await fetchWorker('/api/me', { headers: bearer(token) })
  return answer.ok ? answer.json<Record<string, unknown>>() : answer.status
}

describe('B1: claim', () => {
  test('the code from the mail makes a member of the person, and a row of what they told', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const draft = await send('PATCH', '/api/onboarding/draft', session.token, { team: 'Engines' })
    expect(await draft.json()).toEqual({ draft: { team: 'Engines' } })
    const { token, userId, role } = await granted(session, email)
    expect(role).toBe('member')
    const profile = { userId, email, plan_id: 'pro', profile: { team: 'Engines' } }
    expect(await me(token)).toEqual(profile)
    const [row] = await eventually('the row says so', async () => {
      const rows = await rowsOf(email)
      return rows[0]?.provenAt ? rows : null
    })
    expect(row).toMatchObject({ userId, planId: 'pro', profile: { team: 'Engines' } })
  })

  test('X10, X12: another browser loses its session and its socket at that moment', async () => {
    const email = freshEmail()
    const [own, other] = [await signUp(email), await signUp(email)]
    await untilSettled(other)
    const { closed } = await openSocket(other)
    await granted(own, email)
    expect((await closed).code).toBe(1008)
    for (const { token } of [own, other]) {
      const answer = await fetchWorker('/api/onboarding/session', { headers: bearer(token) })
      expect(answer.status).toBe(401)
    }
  })

  test('a tab that slept past its token renews it, and the code still counts', async () => {
    const email = freshEmail()
    const signedUp = await fetchUnder({ TOKEN_TTL_SECONDS: '1' }, '/api/onboarding/speculative', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, plan_id: 'pro' }),
    })
    const session = await signedUp.json<SignUpResponse>()
    const code = await codeFor(email)
    await eventually('the end of the token', async () => {
      const answer = await send('GET', '/api/onboarding/session', session.token)
      return answer.status === 401
    })
    const renewed = await send('POST', '/api/onboarding/token', session.token)
    expect((await claim(await renewed.json<SignUpResponse>(), code)).status).toBe(200)
  })

  test('a lost reply: the same session and code again give the member again (X10)', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const code = await codeFor(email)
    const [one, other] = [await claim(session, code), await claim(session, code)]
    expect([one.status, other.status]).toEqual([200, 200])
    const { userId } = await one.json<MemberResponse>()
    expect(await other.json()).toMatchObject({ userId })
  })
})

describe('X60: guessing', () => {
  test('401 five times, then 429, in the one shape of errors', async () => {
    const session = await signUp()
    const answers: unknown[] = []
    for (let times = 0; times < 6; times += 1) {
      const answer = await claim(session, '12345678')
      answers.push([answer.status, (await errorOf(answer)).code])
    }
    expect(answers).toEqual([
      ...Array.from({ length: 5 }, () => [401, 'code_invalid']),
      [429, 'rate_limited'],
    ])
    // The session itself is not harmed.
    expect((await getSession(session.token)).specId).toBe(session.specId)
  })

  test.each(['', '1234567', '123456789', 'abcdefgh', '１２３４５６７８'])(
    '400 for %j, which no code can be, and no try is counted',
    async (code) => {
      const session = await signUp()
      for (let times = 0; times < 6; times += 1) {
        expect((await claim(session, code)).status).toBe(400)
      }
      expect((await claim(session, '12345678')).status).toBe(401)
    },
  )
})

describe('the draft', () => {
  test('400 for what is no object, 413 for what is too large', async () => {
    const { token } = await signUp()
    expect((await send('PATCH', '/api/onboarding/draft', token, [1])).status).toBe(400)
    const large = { text: 'x'.repeat(16_380) }
    expect((await send('PATCH', '/api/onboarding/draft', token, large)).status).toBe(413)
  })
})

test('202 for another code, whether or not one is sent', async () => {
  const { token } = await signUp()
  expect((await send('POST', '/api/onboarding/code', token)).status).toBe(202)
})
