import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { users } from '../../src/adapters/neon/schema.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import type { MemberResponse } from '../../src/contract/tokens.ts'
import { parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import {
  bearer,
  bindings,
  claimsOf,
  eventually,
  fetchWorker,
  openSocket,
  postSignUp,
  subjectOf,
  untilSettled,
  upgrade,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { deliver } from '../support/worker/deliver.ts'
import { found } from '../support/shared/forms-of-secret.ts'
import { customersOf, fault, mailsTo, rowsOf } from '../support/worker/outside.ts'
import { deliver as deliverWebhook, eventsOf, subscribe } from '../support/worker/stripe.ts'
import { entriesOf, letPass, merged } from '../support/worker/subject.ts'
import { codeFor, forge, linkFor } from '../support/worker/tokens.ts'
import { freshNonce, freshWallet, messageFor, postWallet } from '../support/worker/wallet.ts'

const database = connect(parseSettings(bindings))
const TRICKS = '\u001b[2J\u0007\u001b[31m'
const HOUR_MS = 3_600_000
/** As cards have them, with a checksum that is right. */
const CARD = '4242 4242 4242 4242'

/** Everything that leaves the Worker, apart from what is meant for the one who is asked. */
const seen = { logs: [] as string[], urls: [] as string[], messages: [] as string[] }

beforeEach(() => {
  for (const list of Object.values(seen)) list.length = 0
  for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      seen.logs.push(parts.map(String).join(' '))
    })
  }
  const { fetch } = globalThis
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const request = new Request(input, init)
    // The keys of these tests' own questions to the services.
    const isOurs = !request.headers.get('authorization')?.includes('_look')
    if (isOurs && !isLookUp(request)) seen.urls.push(request.url)
    return fetch(input, init)
  })
  const queue = worker.queue.bind(worker)
  vi.spyOn(worker, 'queue').mockImplementation((batch, env) => {
    const bodies = batch.messages.map(({ body }) => JSON.stringify(body))
    // The unreadable ones are the test's own.
    seen.messages.push(...bodies.filter((body) => !body.startsWith('{"v":9')))
    return queue(batch, env)
  })
})

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(
    (['AUTH0', 'DATABASE', 'RESEND', 'STRIPE'] as const).map((one) => fault(one, null)),
  )
  await resetBudgets()
})

const send = (method: string, path: string, token: string, body: unknown): Promise<Response> =>
  fetchWorker(`/api/${path}`, {
    method,
    headers: { ...bearer(token), 'Content-Type': 'application/json', 'User-Agent': TRICKS },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** Stripe finds a customer at once by address only, and only by GET: the one URL that has to name it. */
const isLookUp = ({ method, url }: Request): boolean =>
  method === 'GET' && url.startsWith(`${bindings.STRIPE_API_BASE}/v1/customers?email=`)

async function archive(): Promise<readonly string[]> {
  const { objects } = await bindings.ARCHIVE.list()
  const bodies = objects.map(async ({ key }) => {
    const object = await bindings.ARCHIVE.get(key)
    return `${key} ${(await object?.text()) ?? ''}`
  })
  return Promise.all(bodies)
}

/** Every table but the one that holds people. */
async function tables(): Promise<readonly string[]> {
  const named = await database.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables
        where table_schema = 'public' and table_name <> 'users'`,
  )
  const contents = named.rows.map(async ({ name }) => {
    const { rows } = await database.execute(sql`select * from ${sql.identifier(name)}`)
    return `${name} ${JSON.stringify(rows)}`
  })
  return Promise.all(contents)
}

test('X41, X42, X59: a person goes all the way and leaves no trace where none belongs', async () => {
  const canary = `canary${crypto.randomUUID().replaceAll('-', '')}`
  const email = `${canary}@example.com`
  const referrer = `http://127.0.0.1:9/${canary}?who=${canary}`
  const key = { 'Idempotency-Key': `key-${canary}`, 'User-Agent': TRICKS, traceparent: canary }

  // Whatever can be wrong with a request is wrong once.
  await postSignUp(`{"email": "${email}", `, key)
  await postSignUp({ email: `${email}\r\nforged line`, plan_id: 'pro' }, key)
  await postSignUp({ email, plan_id: 'pro', [canary]: canary }, key)
  await postSignUp({ email, plan_id: 'pro' }, { 'Idempotency-Key': canary.slice(0, 12) })
  await fetchWorker(`/${canary}?email=${email}`)
  await fetchWorker('/webhooks/stripe', {
    method: 'POST',
    headers: { 'Stripe-Signature': `t=1,v1=${canary}` },
    body: canary,
  })

  // And every provider fails once.
  await Promise.all([
    fault('STRIPE', { kind: 'status', status: 400, times: 1 }),
    fault('AUTH0', { kind: 'status', status: 500, times: 1 }),
    fault('RESEND', { kind: 'status', status: 500, times: 1 }),
  ])
  const signedUp = await postSignUp({ email, plan_id: 'pro', referrer }, key)
  const session = await signedUp.json<SignUpResponse>()
  const stub = subjectOf(session.token)
  const { closed } = await openSocket(session)
  for (const name of ['token', 'access_token', 'bearer']) {
    const query = `?${name}=${session.token}`
    expect((await upgrade(session.specId, ['foyer.v1'], query)).status).toBe(400)
    expect((await fetchWorker(`/api/onboarding/session${query}`)).status).toBe(401)
  }
  await send('PATCH', 'onboarding/draft', session.token, { name: canary })
  await send('POST', 'onboarding/claim', session.token, { code: canary.slice(0, 8) })
  await send('POST', 'onboarding/code', session.token, {})
  await deliver('foyer-hydration', [{ v: 9, email, token: session.token }])
  await deliver('foyer-hydration-dead', [{ v: 9, email, token: session.token }])
  await fault('DATABASE', { kind: 'reject' })
  await fetchWorker('/api/admin/dead-letters', { headers: bearer(bindings.ADMIN_TOKEN) })
  await fault('DATABASE', null)

  // Only then is it the test's turn to ask for the mail.
  const asTypes = async () => (await entriesOf(stub)).map(({ type }) => type)
  await eventually('the mail that fails', async () => (await asTypes()).includes('mail_failed'))
  const code = await codeFor(email)
  const link = await linkFor(email)
  const member = await (
    await send('POST', 'onboarding/claim', session.token, { code })
  ).json<MemberResponse>()
  await closed
  expect((await send('POST', 'onboarding/resume', '', { resumeToken: link })).status).toBe(410)
  const { refreshToken } = member
  expect((await send('POST', 'auth/refresh', '', { refreshToken })).status).toBe(200)

  // What they type while they look around, wherever a page may put it.
  const { userId } = member
  for (const payload of [
    { path: `/projects/${canary}?card=${CARD}#${email}`, referrer },
    { target: 'profile', value: canary, card: CARD, [canary]: email },
    { target: `${email} ${CARD}`, error: `no such user ${email}` },
    { target: 'profile', nested: { deeply: [canary, CARD, member.token] } },
  ]) {
    const event = { userId, sessionId: 'tab', eventType: 'form_submit', payload }
    await send('POST', 'v1/events', member.token, event)
    await send('POST', 'v1/events', member.token, { events: [event, { ...event, [canary]: CARD }] })
  }
  await send('POST', 'v1/events', member.token, `{"events": [${email} ${CARD}`)
  await eventually('what they did', async () => {
    const query = sql`select 1 from behavior_events where person = ${userId}`
    return (await database.execute(query)).rows.length > 0
  })

  // A wallet signs something else, and somebody else's row has the address already.
  const wallet = freshWallet()
  const signed = messageFor(wallet.address, await freshNonce(), { statement: `${email} ${CARD}` })
  const other = await freshWallet().signMessage({ message: signed })
  expect((await postWallet(signed, other)).status).toBe(401)
  await postWallet(`${signed}\n${canary}`, other)
  const taken = `taken-${email}`
  await database.insert(users).values({
    userId: crypto.randomUUID(),
    subjectKey: crypto.randomUUID().padEnd(43, 'x'),
    kind: 'email',
    email: taken,
    planId: 'pro',
    fence: 1,
    createdAt: new Date(),
  })
  const refused = await (
    await postSignUp({ email: taken, plan_id: 'pro', referrer })
  ).json<SignUpResponse>()
  expect((await untilSettled(refused)).status).toBe('failed')
  await eventually('its line', async () => seen.logs.some((line) => line.includes('"conflict"')))

  // What billing says comes with names and addresses.
  const customers = await eventually('the customer', async () => {
    const all = await customersOf(email)
    return all.length > 0 && all
  })
  await subscribe(customers[0]?.id ?? '')
  const [event] = await eventsOf(customers[0]?.id ?? '')
  const object = { ...event?.data.object, email, name: canary, description: CARD }
  expect((await deliverWebhook({ ...event, data: { object } })).status).toBe(200)
  await deliverWebhook({ id: `evt_${canary}`, object: 'event', type: email, data: { object } })

  // Another one does not finish: archived, and asked back.
  const lost = `lost-${email}`
  const left = await (
    await postSignUp({ email: lost, plan_id: 'pro', referrer })
  ).json<SignUpResponse>()
  const leftStub = subjectOf(left.token)
  await merged(leftStub, { specId: left.specId, authEpoch: 0 })
  await letPass(leftStub, 25 * HOUR_MS)
  await leftStub.wake()
  await eventually('the invitation', async () => (await mailsTo(lost)).length === 2)
  await eventually('the row of the member', async () => (await rowsOf(email))[0]?.provenAt)

  const [objects, rows] = await Promise.all([archive(), tables()])
  const names = [String(claimsOf(session.token)['key']), String(claimsOf(left.token)['key'])]
  const places = { ...seen, objects, rows, names }
  const secrets = [canary, email, CARD, CARD.replaceAll(' ', '')]
    .concat(code, code.replace(' ', ''), link, member.token, refreshToken)
    .concat(session.token, left.token, refused.token, bindings.ADMIN_TOKEN, wallet.address, other)
    .concat([session.token, member.token].map((token) => token.split('.')[2] ?? ''))
  for (const [place, texts] of Object.entries(places)) {
    expect([place, texts.length > 0]).toEqual([place, true])
    expect([place, found(secrets, texts)]).toEqual([place, []])
  }
  // One line each, and nothing that a terminal would obey.
  for (const line of seen.logs) {
    expect(() => JSON.parse(line) as unknown).not.toThrow()
    expect(line).not.toMatch(/\p{Cc}/u)
  }
  // The referrer is told to nobody, and nobody was asked but who must be.
  const asked = new Set(seen.urls.map((url) => new URL(url).origin))
  const services = [
    'AUTH0_API_BASE',
    'DATABASE_HTTP_URL',
    'RESEND_API_BASE',
    'STRIPE_API_BASE',
  ] as const
  expect(asked).toEqual(new Set(services.map((name) => new URL(bindings[name]).origin)))
})

test('X7: a token that names where its key is makes us ask nobody', async () => {
  const session = await (
    await postSignUp({ email: `${crypto.randomUUID()}@example.com`, plan_id: 'pro' })
  ).json<SignUpResponse>()
  await untilSettled(session)
  const before = seen.urls.filter((url) => url.includes('evil'))
  const headers = [
    { kid: 'elsewhere', jku: 'https://evil.example/jwks.json' },
    { jku: 'https://evil.example/jwks.json' },
    { kid: 'elsewhere', x5u: 'https://evil.example/chain.pem' },
    { kid: 'https://evil.example/key' },
    { kid: '../../../etc/passwd' },
    { kid: "first' OR '1'='1" },
    { kid: '' },
    { kid: '__proto__' },
    { kid: 'constructor' },
  ]
  const statuses = await Promise.all(
    headers.map(async (header) => {
      const token = await forge(session.token, { header })
      const answer = await fetchWorker('/api/onboarding/session', { headers: bearer(token) })
      return answer.status
    }),
  )
  // The second one has our key's name and our signature, but we never write such a header.
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 401])
  expect(seen.urls.filter((url) => url.includes('evil'))).toEqual(before)
})
