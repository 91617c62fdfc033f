import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Foyer, patiently } from '../support/foyer.ts'
import { type Session, signUp } from '../support/people.ts'

// Black box: somebody signs up, does things, is recommended something and answers, in the whole system
// as `npm start` runs it.

let foyer: Foyer

beforeAll(async () => {
  // Nothing is drawn by lot for the baseline, so that what comes is known.
  foyer = await Foyer.create({ RULES_BASELINE_PERCENT: '100', USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

const Recommended = z.object({
  recommendationId: z.uuid(),
  recommendation: z.string().min(1),
  ui_component: z.string(),
  action: z.object({ id: z.string(), path: z.string() }),
  source: z.literal('rules'),
  validation_hash: z.string().regex(/^[0-9a-f]{12}$/),
})
const Frame = z.looseObject({ type: z.string() })
const Mails = z.object({ data: z.array(z.object({ text: z.string() })) })
const Granted = z.object({ token: z.string(), userId: z.uuid() })

const ask = (path: string, token: string, body?: unknown) =>
  fetch(`${foyer.url('app')}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const recommended = async (token: string) => {
  const response = await ask('/api/v1/recommendation', token)
  return response.status === 204 ? null : Recommended.parse(await response.json())
}

/** Every frame of the socket from now on. */
function watch({ specId, token }: Session) {
  const url = `${foyer.url('app')}/ws/onboarding/${specId}`.replace('http', 'ws')
  const socket = new WebSocket(url, ['foyer.v1', `bearer.${token}`])
  const frames: z.infer<typeof Frame>[] = []
  socket.addEventListener('message', ({ data }) => {
    frames.push(Frame.parse(JSON.parse(String(data))))
  })
  return { frames, close: () => socket.close() }
}

/** What somebody did, a second apart, in the order of the list. */
const doings = (userId: string, did: readonly (readonly [string, object])[]) =>
  did.map(([eventType, payload], at) => ({
    userId,
    sessionId: 'tab-1',
    eventId: `event-${at}`,
    eventType,
    payload,
    timestamp: Date.now() - (did.length - at) * 1_000,
  }))

const claim = async (session: Session, email: string) => {
  const headers = { Authorization: 'Bearer re_look' }
  const code = async () => {
    const response = await fetch(`${foyer.url('mail')}/emails?to=${email}`, { headers })
    const [mail] = Mails.parse(await response.json()).data
    return /\d{4} \d{4}/.exec(mail?.text ?? '')?.[0].replace(' ', '')
  }
  await expect.poll(code, patiently).toBeDefined()
  const response = await ask('/api/onboarding/claim', session.token, { code: await code() })
  return Granted.parse(await response.json())
}

test('A1, A2: events in any order and twice lead to one recommendation, by socket and by GET; clicked twice it is one reward', async () => {
  const session = await signUp(foyer, 'visitor@example.com')
  const { frames, close } = watch(session)
  const [viewed, failed, named] = doings(session.specId, [
    ['page_view', { path: '/creating?from=mail' }],
    ['form_submit', { target: 'workspace', error: 'name_taken', typed: 'Jane & Co' }],
    ['form_submit', { target: 'workspace' }],
  ])
  for (const event of [named, viewed, failed, failed, named, viewed]) {
    const response = await ask('/api/v1/events', session.token, event)
    expect(response.status).toBe(202)
  }
  const pushed = () => frames.filter(({ type }) => type === 'recommendation')
  await expect.poll(() => pushed().length, patiently).toBe(1)
  const shown = Recommended.parse(pushed()[0])
  expect(shown.action).toMatchObject({ id: 'verify_email', path: '/claim' })
  expect(await recommended(session.token)).toEqual(shown)
  close()

  const { recommendationId: id } = shown
  for (const kind of ['impression', 'click', 'click']) {
    const path = `/api/v1/recommendations/${id}/feedback`
    expect((await ask(path, session.token, { kind })).status).toBe(202)
  }
  const rewards = () => foyer.connect()`
    SELECT exposed_at, clicked_at FROM recommendations WHERE clicked_at IS NOT NULL`
  await expect.poll(async () => (await rewards()).length, patiently).toBe(1)
  const events = await foyer.connect()`
    SELECT event_id, error, path FROM behavior_events WHERE person = ${session.specId} ORDER BY 1`
  expect(events).toEqual([
    { event_id: 'event-0', error: null, path: '/creating' },
    { event_id: 'event-1', error: 'name_taken', path: null },
    { event_id: 'event-2', error: null, path: null },
  ])
  const journeys = await foyer.connect()`
    SELECT completed_actions, last_error FROM user_journeys WHERE person = ${session.specId}`
  expect(journeys).toEqual([{ completed_actions: ['choose_workspace_name'], last_error: null }])
})

test('B1: the journey of the session that proves the address becomes the account’s; another session’s does not', async () => {
  const email = 'owner@example.com'
  const [owner, stranger] = [await signUp(foyer, email), await signUp(foyer, email)]
  const workspace = [['form_submit', { target: 'workspace' }]] as const
  await ask('/api/v1/events', owner.token, { events: doings(owner.specId, workspace) })
  const help = [['page_view', { path: '/help' }]] as const
  await ask('/api/v1/events', stranger.token, { events: doings(stranger.specId, help) })
  const folded = async () =>
    (
      await foyer.connect()`
        SELECT person FROM user_journeys WHERE person IN (${owner.specId}, ${stranger.specId})`
    ).length
  await expect.poll(folded, patiently).toBe(2)

  const { token, userId } = await claim(owner, email)
  expect((await recommended(token))?.action.id).toBe('create_project')
  expect((await ask('/api/v1/recommendation', stranger.token)).status).toBe(401)
  const journey = async () => {
    const rows = await foyer.connect()`
      SELECT person, attached_to, completed_actions FROM user_journeys
      WHERE person IN (${userId}, ${owner.specId}, ${stranger.specId})`
    return new Map<unknown, Readonly<Record<string, unknown>>>(
      rows.map((row) => [row['person'], row]),
    )
  }
  await expect
    .poll(async () => (await journey()).get(userId)?.['completed_actions'], patiently)
    .toEqual(['choose_workspace_name', 'verify_email'])
  expect((await journey()).get(owner.specId)?.['attached_to']).toBe(userId)
  expect((await journey()).get(stranger.specId)?.['attached_to']).toBeNull()
})
