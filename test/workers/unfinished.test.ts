import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import type { SubjectRpc } from '../../src/contract/subject-rpc.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { archiveKey } from '../../src/adapters/archive.ts'
import { Entry } from '../../src/core/onboarding/entries.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bearer,
  bindings,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  getSession,
  signUp,
} from '../support/worker/api.ts'
import {
  customersOf,
  fault,
  identitiesOf,
  indexOf,
  mailBody,
  mailsTo,
  rowsOf,
} from '../support/worker/outside.ts'

type Subject = DurableObjectStub<SubjectRpc & Rpc.DurableObjectBranded>

const pepper = createPepper(parseSettings(bindings).SUBJECT_PEPPER)

/** A person whose sessions and account end within seconds. */
async function hasty(settings: {
  SESSION_MAX_AGE_HOURS: string
  UNPROVEN_RETENTION_DAYS?: string
}): Promise<{ email: string; stub: Subject }> {
  const email = freshEmail()
  const stub = bindings.SUBJECTS.getByName(await pepper.name('email', email))
  await runInDurableObject(stub, (instance) => {
    Object.defineProperty(instance, 'env', { value: { ...bindings, ...settings } })
  })
  return { email, stub }
}

/** Two seconds: long enough to be merged in, too short for anybody to prove anything. */
const SHORT = '0.0006'

const timelineOf = (stub: Subject): Promise<Entry[]> =>
  runInDurableObject(stub, (_instance, state: DurableObjectState) =>
    state.storage.sql
      .exec<{ entry: string }>('SELECT entry FROM timeline ORDER BY seq')
      .toArray()
      .map(({ entry }) => Entry.parse(JSON.parse(entry))),
  )

const invitationTo = (email: string) =>
  eventually('the invitation', async () => {
    const mails = await mailsTo(email)
    return mails.find(({ subject }) => subject.startsWith('Finish'))
  })

async function linksIn(email: string) {
  const text = await mailBody((await invitationTo(email)).id)
  return {
    resumeToken: /\/resume#(\S+)/.exec(text)?.[1] ?? '',
    unsubscribe: /(\/api\/onboarding\/unsubscribe\?token=\S+)/.exec(text)?.[1] ?? '',
  }
}

const post = (path: string, body: unknown, headers = {}): Promise<Response> =>
  fetchWorker(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const me = (token: string) => fetchWorker('/api/me', { headers: bearer(token) })

async function archived(specId: string, openedAt: number) {
  const key = archiveKey({ specId, openedAt })
  const object = await eventually('the archive', () => bindings.ARCHIVE.get(key))
  return object.json<Record<string, unknown>>()
}

const openedAt = async (stub: Subject): Promise<number> => (await timelineOf(stub))[0]?.at ?? 0

describe('S10: somebody does not finish', () => {
  test('the session is in the archive, then one mail asks them back, and its button lets them in', async () => {
    const { email, stub } = await hasty({ SESSION_MAX_AGE_HOURS: SHORT })
    const session = await signUp(email)
    const kept = await archived(session.specId, await openedAt(stub))
    expect(kept).toMatchObject({ v: 1, specId: session.specId, planId: 'pro', droppedAt: 'proof' })
    expect(JSON.stringify(kept)).not.toContain(email)
    const { resumeToken } = await linksIn(email)

    expect((await fetchWorker(`/resume`)).status).not.toBe(500)
    const pressed = await post('/api/onboarding/resume', { resumeToken })
    expect(pressed.status).toBe(200)
    const granted = await pressed.json<MemberResponse>()
    expect(granted.role).toBe('member')
    expect(await (await me(granted.token)).json()).toMatchObject({
      userId: granted.userId,
      email,
      plan_id: 'pro',
    })
    // The old session is over, whatever its own clock says.
    expect(
      (await fetchWorker('/api/onboarding/session', { headers: bearer(session.token) })).status,
    ).toBe(401)
    expect(
      (await mailsTo(email)).filter(({ subject }) => subject.startsWith('Finish')),
    ).toHaveLength(1)
    const [row] = await eventually('the index knows', async () => {
      const rows = await indexOf(session.specId)
      return rows[0]?.provenAt ? rows : null
    })
    expect([row?.archivedAt, row?.invitedAt]).not.toContain(null)
  })

  test('F38: the archive does not take it: no mail, nothing deleted, and it goes on', async () => {
    const { email, stub } = await hasty({
      SESSION_MAX_AGE_HOURS: SHORT,
      UNPROVEN_RETENTION_DAYS: '0.00001',
    })
    Object.defineProperty(bindings.ARCHIVE, 'put', {
      value: () => Promise.reject(new Error('R2')),
      configurable: true,
    })
    try {
      await signUp(email)
      await eventually('two failures', async () => {
        const entries = await timelineOf(stub)
        return entries.filter(({ type }) => type === 'chore_failed').length >= 2
      })
      expect(await mailsTo(email)).toHaveLength(1)
      expect(await rowsOf(email)).toHaveLength(1)
    } finally {
      // Its own again, as the prototype has it.
      Reflect.deleteProperty(bindings.ARCHIVE, 'put')
    }
  })
})

describe('B7: nobody proves the address', () => {
  test('the account goes everywhere, after the archive, and only a count is left', async () => {
    const { email, stub } = await hasty({
      SESSION_MAX_AGE_HOURS: SHORT,
      UNPROVEN_RETENTION_DAYS: '0.00004',
    })
    const session = await signUp(email)
    const opened = await openedAt(stub)
    await eventually('the account', async () => (await rowsOf(email)).length === 1)
    await eventually('the erasure', async () => {
      const [last] = (await timelineOf(stub)).toReversed()
      return last?.type === 'erased'
    })
    expect(await timelineOf(stub)).toHaveLength(1)
    expect(await rowsOf(email)).toEqual([])
    expect(await customersOf(email)).toEqual([])
    expect(await identitiesOf(email)).toEqual([])
    expect(await archived(session.specId, opened)).toMatchObject({ specId: session.specId })
    const [row] = await indexOf(session.specId)
    expect(row).toMatchObject({ subjectKey: null, status: 'merged', dueAt: null })
    // Whoever signs up again is somebody new.
    const again = await signUp(email)
    await eventually(
      'a new account',
      async () => (await getSession(again.token)).status === 'merged',
    )
    expect(await customersOf(email)).toHaveLength(1)
  })

  test('a provider that does not let go: retried, and then gone', async () => {
    const { email, stub } = await hasty({
      SESSION_MAX_AGE_HOURS: SHORT,
      UNPROVEN_RETENTION_DAYS: '0.00004',
    })
    await signUp(email)
    await eventually('the account', async () => (await rowsOf(email)).length === 1)
    await fault('STRIPE', { kind: 'status', status: 503 })
    await eventually('a failure', async () =>
      (await timelineOf(stub)).some((entry) => entry.type === 'chore_failed'),
    )
    await fault('STRIPE', null)
    await eventually('the erasure', async () => (await timelineOf(stub))[0]?.type === 'erased')
    expect(await customersOf(email)).toEqual([])
  })
})

describe('the links', () => {
  test('B12: opening them spends nothing', async () => {
    const { email, stub } = await hasty({ SESSION_MAX_AGE_HOURS: SHORT })
    await signUp(email)
    const { resumeToken, unsubscribe } = await linksIn(email)
    const before = await timelineOf(stub)
    for (let times = 0; times < 3; times += 1) {
      const opened = await fetchWorker(unsubscribe, { redirect: 'manual' })
      expect(opened.status).toBe(302)
    }
    expect(await timelineOf(stub)).toEqual(before)
    expect((await post('/api/onboarding/resume', { resumeToken })).status).toBe(200)
  })

  test('RFC 8058: one click in the mail program ends the invitations', async () => {
    const { email, stub } = await hasty({ SESSION_MAX_AGE_HOURS: SHORT })
    await signUp(email)
    const { unsubscribe } = await linksIn(email)
    const clicked = await fetchWorker(unsubscribe, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    })
    expect(clicked.status).toBe(200)
    expect((await timelineOf(stub)).at(-1)?.type).toBe('unsubscribed')
  })

  test.each([
    ['rubbish', 'rubbish'],
    ['one of another kind', 'unsubscribe'],
    ['one that was altered', 'altered'],
  ])('410 for %s', async (_name, which) => {
    const link = { subjectKey: 'k'.repeat(43), mail: crypto.randomUUID() }
    const payload = btoa(JSON.stringify(link)).replaceAll('=', '')
    const tokens: Record<string, string> = {
      rubbish: 'rubbish',
      unsubscribe: `${payload}.${await pepper.name('unsubscribe', payload)}`,
      altered: `${payload}.${await pepper.name('resume', `${payload}x`)}`,
    }
    const answer = await post('/api/onboarding/resume', { resumeToken: tokens[which] })
    expect([answer.status, (await errorOf(answer)).code]).toEqual([410, 'link_expired'])
  })
})

describe('a member', () => {
  const member = async (): Promise<{ email: string; granted: MemberResponse }> => {
    const { email } = await hasty({ SESSION_MAX_AGE_HOURS: SHORT })
    await signUp(email)
    const { resumeToken } = await linksIn(email)
    const pressed = await post('/api/onboarding/resume', { resumeToken })
    return { email, granted: await pressed.json<MemberResponse>() }
  }

  test('renews both tokens, and an old refresh token ends the device', async () => {
    const { granted } = await member()
    const refresh = (refreshToken: string) => post('/api/auth/refresh', { refreshToken })
    const second = await (await refresh(granted.refreshToken)).json<MemberResponse>()
    const third = await (await refresh(second.refreshToken)).json<MemberResponse>()
    expect((await me(third.token)).status).toBe(200)
    // Two generations old: no lost reply explains that.
    expect((await refresh(granted.refreshToken)).status).toBe(401)
    expect((await refresh(third.refreshToken)).status).toBe(401)
    expect((await me(third.token)).status).toBe(401)
  })

  test('signs out, and the token opens nothing any more', async () => {
    const { granted } = await member()
    const out = await post('/api/auth/logout', {}, bearer(granted.token))
    expect(out.status).toBe(204)
    expect((await me(granted.token)).status).toBe(401)
  })

  test('S13: the token of one role does not open the routes of the other', async () => {
    const { granted } = await member()
    const session = await signUp()
    expect((await me(session.token)).status).toBe(403)
    const answer = await fetchWorker('/api/onboarding/session', { headers: bearer(granted.token) })
    expect(answer.status).toBe(403)
  })
})
