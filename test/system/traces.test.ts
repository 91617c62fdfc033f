import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Foyer, patiently } from '../support/foyer.ts'
import { type LocalService, startInProcess } from '../support/local-services.ts'
import { type Session, signUp, untilMerged } from '../support/people.ts'

// Black box: the whole system as `npm start` runs it, and what wrangler kept of its spans.

let foyer: Foyer
let model: LocalService

beforeAll(async () => {
  model = await startInProcess('model')
  foyer = await Foyer.create({
    USER_LIMIT_PER_MINUTE: '0',
    OPENAI_BASE_URL: `${model.url}/v1`,
    OPENAI_API_KEY: 'local',
    // The model is asked at once, and about everybody.
    COLD_START_EVENTS: '0',
    RULES_BASELINE_PERCENT: '0',
  })
  await foyer.start()
})

afterAll(async () => {
  await foyer.cleanUp()
  await model.stop()
})

const Rows = z.object({
  result: z.object({ rows: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])) }),
})
const Attributes = z.looseObject({
  traceId: z.string().optional(),
  parentSpanId: z.string().optional(),
  step: z.string().optional(),
  outcome: z.string().optional(),
})

const query = async (sql: string) => {
  const response = await fetch(
    `${foyer.url('app')}/cdn-cgi/explorer/api/local/observability/query`,
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sql }),
    },
  )
  return Rows.parse(await response.json()).result.rows.map(([invocation, id, name, text]) => ({
    invocation,
    id,
    name,
    attributes: Attributes.parse(JSON.parse(text)),
  }))
}

/** Our own spans of one trace, in the order of their beginnings. */
const spansOf = (traceId: string) =>
  query(`SELECT trace_id, span_id, name, json(attributes) FROM spans
         WHERE json_extract(attributes, '$.traceId') = '${traceId}' ORDER BY start_ms, name`)

const namesIn = async (traceId: string) => new Set((await spansOf(traceId)).map(({ name }) => name))

const freshTrace = () => crypto.randomUUID().replaceAll('-', '')
const CALLER_SPAN = 'b7ad6b7169203331'
const headersOf = (traceId: string) => ({
  'Content-Type': 'application/json',
  traceparent: `00-${traceId}-${CALLER_SPAN}-01`,
})

async function signUpWithin(traceId: string, email: string): Promise<Session> {
  const response = await fetch(`${foyer.url('app')}/api/onboarding/speculative`, {
    method: 'POST',
    headers: headersOf(traceId),
    body: JSON.stringify({ email, plan_id: 'pro' }),
  })
  expect(response.status).toBe(201)
  return z
    .object({ token: z.string(), specId: z.uuid(), expires_in: z.number() })
    .parse(await response.json())
}

test('S15: one sign-up is one trace, from the request through the queue to the row', async () => {
  const traceId = freshTrace()
  const { specId, ...session } = await signUpWithin(traceId, 'traced@example.com')
  await untilMerged(foyer, [{ specId, ...session }])
  await expect
    .poll(() => namesIn(traceId), patiently)
    .toEqual(
      new Set([
        'speculative.create',
        'queue.send',
        'hydration.process',
        'hydration.step',
        'postgres.merge',
      ]),
    )
  // On a slow machine an alarm may have said the same again, so of some there may be several.
  const spans = await spansOf(traceId)
  const called = (name: string) => spans.filter((span) => span.name === name)
  const told = (name: string) => called(name).map(({ attributes }) => attributes)
  const [created] = called('speculative.create')
  expect(created?.attributes).toEqual({
    traceId,
    parentSpanId: CALLER_SPAN,
    specId,
    outcome: 'created',
  })
  expect(told('queue.send')).toContainEqual({
    traceId,
    parentSpanId: created?.id,
    queue: 'foyer-hydration',
    specId,
    outcome: 'sent',
  })
  expect(told('hydration.process')).toContainEqual({
    traceId,
    parentSpanId: expect.toBeOneOf(called('queue.send').map(({ id }) => id)) as string,
    specId,
    outcome: 'merged',
  })
  // The platform gives each invocation a trace of its own.
  expect(called('hydration.process').map(({ invocation }) => invocation)).not.toContain(
    created?.invocation,
  )
  const steps = called('hydration.step')
  expect(
    new Set(steps.map(({ attributes: { step, outcome } }) => [step, outcome].join(' '))),
  ).toEqual(new Set(['identity done', 'billing done', 'account done']))
  const ofAccount = steps.filter(({ attributes }) => attributes['step'] === 'account')
  expect(told('postgres.merge')).toContainEqual({
    traceId,
    parentSpanId: expect.toBeOneOf(ofAccount.map(({ id }) => id)) as string,
    outcome: 'done',
  })
  // What operators see of the session leads here.
  const { ADMIN_TOKEN } = z.object({ ADMIN_TOKEN: z.string() }).parse(JSON.parse(foyer.secrets()))
  const report = await fetch(`${foyer.url('app')}/api/admin/sessions/${specId}`, {
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
  })
  expect(await report.json()).toMatchObject({ traceId })
})

test('A15: one trace leads from an event over the model’s answer to the push', async () => {
  const session = await signUp(foyer, 'watcher@example.com')
  const url = `${foyer.url('app')}/ws/onboarding/${session.specId}`.replace('http', 'ws')
  const socket = new WebSocket(url, ['foyer.v1', `bearer.${session.token}`])
  const frames: unknown[] = []
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))))
  await expect.poll(() => frames.length, patiently).toBeGreaterThan(0)

  const traceId = freshTrace()
  const event = {
    userId: session.specId,
    sessionId: 'tab-1',
    eventType: 'page_view',
    payload: { path: '/creating' },
  }
  const response = await fetch(`${foyer.url('app')}/api/v1/events`, {
    method: 'POST',
    headers: { ...headersOf(traceId), Authorization: `Bearer ${session.token}` },
    body: JSON.stringify(event),
  })
  expect(response.status).toBe(202)
  const pushes = async () =>
    (await spansOf(traceId))
      .filter(({ name }) => name === 'recommendation.push')
      .map(({ attributes: { specId, count } }) => ({ specId, count }))
  // The rules' at once, and the model's in its place where the lot falls on it.
  await expect.poll(pushes, patiently).toContainEqual({ specId: session.specId, count: 1 })
  await expect
    .poll(() => namesIn(traceId), patiently)
    .toEqual(
      new Set([
        'events.accept',
        'queue.send',
        'behaviour.fold',
        'behaviour.advise',
        'policy.ask',
        'recommendation.push',
      ]),
    )
  socket.close()
})

test('S15: no span of ours tells who somebody is', async () => {
  const rows = await query(`SELECT trace_id, span_id, name, json(attributes) FROM spans
                            WHERE json_extract(attributes, '$.traceId') IS NOT NULL`)
  expect(rows.length).toBeGreaterThan(0)
  const names = new Set(rows.flatMap(({ attributes }) => Object.keys(attributes)))
  const allowed = 'traceId parentSpanId specId step provider queue outcome count'.split(' ')
  expect([...names].filter((name) => !allowed.includes(name))).toEqual([])
  expect(JSON.stringify(rows)).not.toMatch(/@|%40|eyJ/)
})
