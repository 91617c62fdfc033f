import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import type { SignUpResponse, StatusFrame } from '../../src/contract/onboarding.ts'
import type {
  RecommendationFrame,
  RecommendationView,
  WithdrawalFrame,
} from '../../src/contract/recommendation.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import { PersonRecord } from '../../src/core/behaviour/person-record.ts'
import { createPepper } from '../../src/core/pepper.ts'
import { parseSettings } from '../../src/env.ts'
import {
  bearer,
  bindings,
  claimsOf,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { timelineOf } from '../support/worker/run.ts'
import { commandFor, freshSubject, withEnv } from '../support/worker/subject.ts'
import { linkFor, prove } from '../support/worker/tokens.ts'

const get = (token: string): Promise<Response> =>
  fetchWorker('/api/v1/recommendation', { headers: bearer(token) })

/** What is to be shown next, which must be something. */
async function shown(token: string): Promise<RecommendationView> {
  const answer = await get(token)
  expect(answer.status).toBe(200)
  return answer.json<RecommendationView>()
}

const tell = (token: string, id: string, body: unknown): Promise<Response> =>
  fetchWorker(`/api/v1/recommendations/${id}/feedback`, {
    method: 'POST',
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })

const personOf = (token: string) => String(claimsOf(token)['sub'])

/** Somebody does this now, and the object hears of it. */
const does = (token: string, change: Partial<BehaviourEvent> = {}, person = personOf(token)) =>
  subjectOf(token).observe({
    person,
    tones: [],
    events: [
      {
        eventId: crypto.randomUUID(),
        sessionId: 'tab-1',
        type: 'page_view',
        at: Date.now(),
        receivedAt: Date.now(),
        dropped: 0,
        ...change,
      },
    ],
  })

type Frame = StatusFrame | RecommendationFrame | WithdrawalFrame

async function watch(path: string, token: string) {
  const { webSocket: socket, status } = await fetchWorker(path, {
    headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `foyer.v1, bearer.${token}` },
  })
  if (!socket) throw new Error(`socket: ${status}`)
  const frames: Frame[] = []
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as Frame))
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.addEventListener('close', resolve)
  })
  socket.accept()
  const advice = () => frames.filter((frame) => frame.type === 'recommendation')
  return { socket, frames, closed, advice }
}

const watchSession = ({ specId, token }: SignUpResponse) => watch(`/ws/onboarding/${specId}`, token)
const watchAccount = ({ token }: MemberResponse) => watch('/ws/v1/recommendations', token)

/** What the object has stored of its people; `null`: it has never made room for any. */
const peopleOf = (token: string): Promise<readonly string[] | null> =>
  runInDurableObject(subjectOf(token), (_instance, { storage: { sql } }: DurableObjectState) =>
    sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'people'`).toArray().length === 0
      ? null
      : sql
          .exec<{ person: string }>('SELECT person FROM people ORDER BY person')
          .toArray()
          .map(({ person }) => person),
  )

/** What the object knows of one of its people, whoever was told of it. */
const recordOf = (token: string, person = personOf(token)): Promise<PersonRecord | undefined> =>
  runInDurableObject(subjectOf(token), (_instance, { storage: { sql } }: DurableObjectState) =>
    sql
      .exec<{ record: string }>('SELECT record FROM people WHERE person = ?', person)
      .toArray()
      .map(({ record }) => PersonRecord.parse(JSON.parse(record)))
      .at(0),
  )

/** Messages to the queue that go nowhere, and are only noted. */
async function losing(token: string): Promise<unknown[]> {
  const lost: unknown[] = []
  await runInDurableObject(subjectOf(token), (instance) => {
    const send = (message: unknown) => {
      lost.push(message)
      return Promise.resolve()
    }
    const value = { ...bindings, BEHAVIOR: { send } }
    Object.defineProperty(instance, 'env', { value, configurable: true })
  })
  return lost
}

const logOut = ({ token }: MemberResponse) =>
  fetchWorker('/api/auth/logout', { method: 'POST', headers: bearer(token) })

describe('A6: what to show next', () => {
  test('A5, A6: is told with everything that is shown, and nothing else', async () => {
    const { token } = await signUp()
    expect(await shown(token)).toEqual({
      recommendationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      recommendation: expect.stringContaining('Enter the code from your inbox') as unknown,
      ui_component: 'modal',
      action: { id: 'verify_email', title: 'Enter the code from your inbox', path: '/claim' },
      confidence: expect.closeTo(0.643, 2) as unknown,
      arm: 'moderate',
      source: 'rules',
      validation_hash: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
      prompt_version: 'rules/1',
    })
  })

  test('A6: stays until it is answered, also when the object slept', async () => {
    const { token } = await signUp()
    const first = await shown(token)
    await evictDurableObject(subjectOf(token))
    expect(await shown(token)).toEqual(first)
  })

  test('A6: is nothing for a while once it was answered', async () => {
    const { token } = await signUp()
    const { recommendationId } = await shown(token)
    expect((await tell(token, recommendationId, { kind: 'dismiss' })).status).toBe(202)
    const answer = await get(token)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })

  test('A3, A13: follows what somebody did, and reaches their socket', async () => {
    const session = await signUp()
    const { socket, advice } = await watchSession(session)
    await does(session.token, { path: '/creating' })
    const [frame] = await eventually('the frame', async () => advice().length > 0 && advice())
    expect(frame).toEqual({ type: 'recommendation', ...(await shown(session.token)) })
    socket.close()
    const again = await watchSession(session)
    await eventually('the frame again', async () => again.advice().length > 0)
    expect(again.advice()).toEqual([frame])
    again.socket.close()
  })

  test('A3: is withdrawn from everybody who watches when it stands no longer, once', async () => {
    const session = await signUp()
    const [one, other] = [await watchSession(session), await watchSession(session)]
    await does(session.token, { path: '/creating' })
    const { recommendationId } = await shown(session.token)
    await tell(session.token, recommendationId, { kind: 'dismiss' })
    await tell(session.token, recommendationId, { kind: 'dismiss' })
    await does(session.token, { path: '/creating' })
    const withdrawn = ({ frames }: typeof one) =>
      frames.filter(({ type }) => type === 'recommendation_withdrawn')
    await eventually('the withdrawal', async () => withdrawn(other).length > 0)
    expect(withdrawn(one)).toEqual([{ type: 'recommendation_withdrawn', recommendationId }])
    expect(withdrawn(other)).toEqual(withdrawn(one))
    expect((await get(session.token)).status).toBe(204)
    one.socket.close()
    other.socket.close()
  })

  test('A2: is not pushed twice for what is told twice', async () => {
    const session = await signUp()
    const { socket, advice } = await watchSession(session)
    const same = { eventId: 'once', at: Date.now() }
    for (const _ of [1, 2, 3]) await does(session.token, same)
    await shown(session.token)
    await eventually('the frame', async () => advice().length > 0)
    expect(advice()).toHaveLength(1)
    socket.close()
  })

  test('A3: a member hears on every device that is signed in', async () => {
    const email = freshEmail()
    const member = await prove(await signUp(email), email)
    const [one, two] = [await watchAccount(member), await watchAccount(member)]
    await does(member.token)
    for (const { advice } of [one, two]) {
      const [frame] = await eventually('the frame', async () => advice().length > 0 && advice())
      expect(frame).toMatchObject({ action: { id: 'create_project' }, ui_component: 'modal' })
    }
    await does(member.token, { type: 'form_submit', target: 'project' })
    await eventually('what comes next', async () => one.advice().length > 1)
    expect(one.advice().at(-1)).toMatchObject({ action: { id: 'create_task' } })
    await logOut(member)
    for (const { closed } of [one, two]) expect((await closed).code).toBe(1008)
    expect((await get(member.token)).status).toBe(401)
  })
})

describe('F44: what became of it', () => {
  test.each(['impression', 'click', 'dismiss', 'conversion'])(
    'F44: %s counts once',
    async (kind) => {
      const { token } = await signUp()
      const { recommendationId: id } = await shown(token)
      const kept = async () => {
        const [one] = (await recordOf(token))?.recommendations ?? []
        return { version: one?.version, ...one?.recommendation }
      }
      expect((await tell(token, id, { kind })).status).toBe(202)
      const once = await kept()
      expect(once).toMatchObject({ id, version: 2, exposedAt: expect.any(Number) as unknown })
      expect((await tell(token, id, { kind })).status).toBe(202)
      expect(await kept()).toEqual(once)
    },
  )

  test('X57: another person’s recommendation is 404, as is one that never was', async () => {
    const [own, other] = [await signUp(), await signUp()]
    const { recommendationId } = await shown(other.token)
    await shown(own.token)
    for (const id of [recommendationId, crypto.randomUUID(), 'made-up', '%00']) {
      const answer = await tell(own.token, id, { kind: 'click' })
      expect(answer.status).toBe(404)
      expect(await errorOf(answer)).toMatchObject({ message: 'There is no such recommendation.' })
    }
    expect(await shown(other.token)).toMatchObject({ recommendationId })
  })

  test.each([{}, { kind: 'like' }, { kind: 'click', at: 1 }, [], null])(
    'X57: %j is no answer: 400',
    async (body) => {
      const { token } = await signUp()
      const { recommendationId } = await shown(token)
      expect((await tell(token, recommendationId, body)).status).toBe(400)
    },
  )
})

describe('B1, B13: sessions of one address', () => {
  /** Without what is random, and by which a session may well know itself. */
  const alike = async (answer: Response) => ({
    status: answer.status,
    headers: [...answer.headers.keys()].toSorted(),
    body: JSON.stringify(await answer.clone().json(), (name, value: unknown) =>
      name === 'recommendationId' ? typeof value : value,
    ),
  })

  /** Everything that a session can learn of what is recommended to it. */
  async function seenOf(email: string) {
    const session = await signUp(email)
    const { token } = session
    await untilSettled(session)
    const { socket, frames, advice } = await watchSession(session)
    const first = await get(token)
    await does(token, { type: 'form_submit', target: 'workspace' })
    const { recommendationId } = await first.clone().json<RecommendationView>()
    const answered = await tell(token, recommendationId, { kind: 'dismiss' })
    await eventually('the frame', async () => advice().length > 0)
    const kinds = frames.map(({ type }) => type)
    socket.close()
    return {
      first: await alike(first),
      answered: await alike(answered),
      afterwards: (await get(token)).status,
      kinds,
    }
  }

  async function used(): Promise<string> {
    const email = freshEmail()
    const { token } = await signUp(email)
    const { recommendationId } = await shown(token)
    await does(token, { type: 'form_submit', target: 'workspace' })
    await tell(token, recommendationId, { kind: 'click' })
    return email
  }

  async function proven(): Promise<string> {
    const email = await used()
    const { token } = await prove(await signUp(email), email)
    await does(token, { type: 'form_submit', target: 'project' })
    return email
  }

  test.each([
    ['that others use', used],
    ['that was proved', proven],
  ])('B13: an address never seen looks like one %s', async (_, known) => {
    expect(await seenOf(await known())).toEqual(await seenOf(freshEmail()))
  })

  test('B1: each has its own, before and after somebody proves it', async () => {
    const email = freshEmail()
    const [own, other] = [await signUp(email), await signUp(email)]
    const [mine, theirs] = [await shown(own.token), await shown(other.token)]
    expect(mine.recommendationId).not.toBe(theirs.recommendationId)
    expect((await tell(own.token, theirs.recommendationId, { kind: 'click' })).status).toBe(404)
    await does(other.token, { type: 'form_submit', target: 'workspace' })
    const watching = await watchSession(other)

    const member = await prove(own, email)
    expect((await watching.closed).code).toBe(1008)
    for (const { token } of [own, other]) {
      expect((await get(token)).status).toBe(401)
      expect((await tell(token, mine.recommendationId, { kind: 'click' })).status).toBe(401)
    }
    expect((await tell(member.token, theirs.recommendationId, { kind: 'click' })).status).toBe(404)
    const late = await does(other.token, { type: 'form_submit', target: 'project' })
    expect(late.known).toBe(false)
    const { action } = await shown(member.token)
    expect(action.id).toBe('create_project')
  })

  test('B1: who proves it takes along what they did, and what they were recommended', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const { recommendationId } = await shown(session.token)
    await does(session.token, { type: 'form_submit', target: 'workspace' })
    const member = await prove(session, email)
    expect((await tell(member.token, recommendationId, { kind: 'impression' })).status).toBe(202)
    // What the session still had on its way counts for the account.
    const late = await does(session.token, { type: 'form_submit', target: 'project' })
    expect(late.known).toBe(true)
    const account = await recordOf(member.token, member.userId)
    expect(Object.keys(account?.journey.completed ?? {}).toSorted()).toEqual([
      'choose_workspace_name',
      'create_project',
    ])
    expect(account?.recommendations[0]?.recommendation).toMatchObject({
      id: recommendationId,
      exposedAt: expect.any(Number) as unknown,
    })
    expect(await recordOf(member.token, session.specId)).toMatchObject({
      attachedTo: member.userId,
      assignment: account?.assignment,
      recommendations: [],
    })
    expect((await shown(member.token)).action.id).toBe('create_task')
  })

  test('B1, A13: what was still asked about sessions is asked no more once a proof has ended them', async () => {
    const email = freshEmail()
    const [own, other] = [await signUp(email), await signUp(email)]
    const subject = subjectOf(own.token)
    await withEnv(subject, {
      OPENAI_API_KEY: 'local',
      COLD_START_EVENTS: '0',
      RULES_BASELINE_PERCENT: '0',
      BEHAVIOR: { send: () => Promise.resolve() },
    })
    for (const { token } of [own, other]) await does(token)
    expect((await subject.unpublished()).questions).toHaveLength(2)
    await prove(own, email)
    expect((await subject.unpublished()).questions).toEqual([])
    for (const { specId } of [own, other]) {
      expect(await recordOf(own.token, specId)).toMatchObject({ asked: { isOpen: false } })
    }
  })

  test('B1: who comes by the link brings nobody’s journey', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    const { recommendationId } = await shown(session.token)
    await does(session.token, { type: 'form_submit', target: 'project' })
    const answer = await fetchWorker('/api/onboarding/resume', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ resumeToken: await linkFor(email) }),
    })
    const member = await answer.json<MemberResponse>()
    expect((await shown(member.token)).action.id).toBe('create_project')
    expect((await tell(member.token, recommendationId, { kind: 'click' })).status).toBe(404)
  })

  test('B1: of an account that nobody proved, nothing can be learned', async () => {
    const { token } = await signUp()
    const [opened] = await timelineOf(token)
    const userId = opened?.type === 'session_opened' ? opened.account?.userId : undefined
    expect(userId).toBeDefined()
    expect((await does(token, {}, userId ?? '')).known).toBe(false)
    expect((await does(token, {}, crypto.randomUUID())).known).toBe(false)
  })
})

describe('what is stored, and told', () => {
  test('S2: a sign-up stores nothing of behaviour', async () => {
    const session = await signUp()
    await untilSettled(session)
    expect(await peopleOf(session.token)).toBeNull()
    await shown(session.token)
    expect(await peopleOf(session.token)).toEqual([session.specId])
  })

  test('F27: a message that was lost is said again by the alarm, until Postgres has it', async () => {
    const session = await signUp()
    const { token } = session
    await untilSettled(session)
    const lost = await losing(token)
    const { unpublished } = await does(token)
    expect(lost).toEqual([])
    expect(await runDurableObjectAlarm(subjectOf(token))).toBe(true)
    const key = String(claimsOf(token)['key'])
    expect(lost).toEqual([{ v: 1, type: 'unpublished', key, traceparent: '' }])

    const { journeys, decisions } = unpublished
    expect(journeys.map(({ person }) => person)).toEqual([session.specId])
    expect(decisions).toHaveLength(1)
    await subjectOf(token).published([
      ...journeys.map(({ person: id, version }) => ({ id, version })),
      ...decisions.map(({ id, version }) => ({ id, version })),
    ])
    const nothing = { journeys: [], decisions: [], questions: [] }
    expect(await subjectOf(token).unpublished()).toEqual(nothing)
    await runDurableObjectAlarm(subjectOf(token))
    expect(lost).toHaveLength(1)
  })

  test('F27: the alarm that says it again comes a minute after it was first to be told', async () => {
    const session = await signUp()
    const { token } = session
    await untilSettled(session)
    await losing(token)
    // The one of the sign-up would come before.
    await runDurableObjectAlarm(subjectOf(token))
    await does(token)
    await does(token, { type: 'form_submit', target: 'project' })
    const waits = () =>
      runInDurableObject(subjectOf(token), async (_instance, { storage }) => {
        const { since } = storage.sql
          .exec<{ since: number }>('SELECT pending_since AS since FROM people')
          .one()
        return Number(await storage.getAlarm()) - since
      })
    await expect.poll(waits).toBe(60_000)
  })

  test('B1: what a proof attaches is told at once, and by the alarm if that is lost', async () => {
    const email = freshEmail()
    const session = await signUp(email)
    await untilSettled(session)
    const lost = await losing(session.token)
    const { token } = await prove(session, email)
    const key = String(claimsOf(token)['key'])
    const message = { v: 1, type: 'unpublished', key, traceparent: expect.any(String) as unknown }
    expect(lost[0]).toEqual(message)
    const already = lost.length
    expect(await runDurableObjectAlarm(subjectOf(token))).toBe(true)
    expect(lost.length).toBeGreaterThan(already)
    expect(lost.at(-1)).toEqual(message)
    const { journeys } = await subjectOf(token).unpublished()
    expect(journeys.map(({ attachedTo }) => attachedTo)).toContain(claimsOf(token)['sub'])
  })

  test('X32: a session that had to make room leaves no row', async () => {
    const { stub, key } = freshSubject()
    const openFrom = (client: string) => stub.open(commandFor(key, { client }))
    const { opened } = await openFrom('the first')
    const person = opened.ok ? opened.value.specId : ''
    const rows = () =>
      runInDurableObject(stub, (_instance, { storage: { sql } }: DurableObjectState) =>
        sql.exec('SELECT 1 FROM people').toArray(),
      )
    expect((await stub.observe({ person, tones: [], events: [] })).known).toBe(true)
    expect(await rows()).toHaveLength(1)
    for (let n = 0; n < 100; n += 1) await openFrom(`client-${n}`)
    expect(await rows()).toEqual([])
    expect((await stub.observe({ person, tones: [], events: [] })).known).toBe(false)
  })

  test('B7: of who is erased, no row is left', async () => {
    const email = freshEmail()
    const pepper = createPepper(parseSettings(bindings).SUBJECT_PEPPER)
    const stub = bindings.SUBJECTS.getByName(await pepper.name('email', email))
    await runInDurableObject(stub, (instance) => {
      // Two seconds, and some more.
      const hasty = { SESSION_MAX_AGE_HOURS: '0.0006', UNPROVEN_RETENTION_DAYS: '0.00004' }
      const value = { ...bindings, ...hasty }
      Object.defineProperty(instance, 'env', { value, configurable: true })
    })
    const { token, specId } = await signUp(email)
    expect((await does(token)).known).toBe(true)
    expect(await peopleOf(token)).toEqual([specId])
    await eventually('the erasure', async () => (await timelineOf(token))[0]?.type === 'erased')
    expect(await peopleOf(token)).toEqual([])
    expect((await does(token)).known).toBe(false)
    expect(await peopleOf(token)).toEqual([])
  })
})
