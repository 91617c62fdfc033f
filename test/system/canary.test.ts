import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Foyer, patiently } from '../support/foyer.ts'
import { runStatusOf, signUp, untilMerged } from '../support/people.ts'
import { found } from '../support/shared/forms-of-secret.ts'

// Black box: everything that the whole system writes while people come, type, and things fail.

const CARD = '4000 0566 5566 5556'

let foyer: Foyer
let written = ''

beforeAll(async () => {
  foyer = await Foyer.create({ USER_LIMIT_PER_MINUTE: '0' })
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

const Rows = z.object({ result: z.object({ rows: z.array(z.array(z.unknown())) }) })
const Mails = z.object({ data: z.array(z.object({ text: z.string() })) })
const Granted = z.object({ token: z.string(), refreshToken: z.string(), userId: z.uuid() })
const Secrets = z.object({ ADMIN_TOKEN: z.string(), SUBJECT_PEPPER: z.string() })

const send = (path: string, token: string, body: unknown, method: 'POST' | 'PATCH' = 'POST') =>
  fetch(`${foyer.url('app')}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** Spans and log lines as the platform keeps them: ours, and its own beside them. */
async function observed(table: 'spans' | 'logs'): Promise<readonly string[]> {
  const columns = table === 'spans' ? 'name, json(attributes), error' : 'message, operation'
  const response = await send('/cdn-cgi/explorer/api/local/observability/query', '', {
    sql: `SELECT ${columns} FROM ${table}`,
  })
  return Rows.parse(await response.json()).result.rows.map((row) => JSON.stringify(row))
}

test('Q8, X42: nothing that the system writes holds an address, a token, a code or what somebody typed', async () => {
  const canary = `canary${crypto.randomUUID().replaceAll('-', '')}`
  const email = `${canary}@example.com`
  await send('/api/onboarding/speculative', '', `{"email": "${email}", ${CARD}`)
  await send('/api/onboarding/speculative', '', { email: `${email}\r\n${CARD}`, plan_id: 'pro' })
  await send('/api/onboarding/speculative', '', { email, plan_id: canary, [canary]: CARD })
  await send('/webhooks/stripe', '', { type: email, data: { object: { name: canary } } })

  // Each provider is away when somebody comes, and back when it has been missed.
  const session = await signUp(foyer, email)
  for (const provider of ['identity', 'billing'] as const) {
    expect(await away(provider, 'stop')).toBe(0)
    const late = await signUp(foyer, `${provider}-${email}`)
    await expect.poll(() => runStatusOf(foyer, late), patiently).toBe('hydrating')
    expect(await away(provider, 'start')).toBe(0)
    await untilMerged(foyer, [late])
  }
  await untilMerged(foyer, [session])

  await send('/api/onboarding/draft', session.token, { name: canary, card: CARD }, 'PATCH')
  await send('/api/onboarding/claim', session.token, { code: canary })
  const code = await codeFor(email)
  const claimed = await send('/api/onboarding/claim', session.token, { code })
  const { token, refreshToken, userId } = Granted.parse(await claimed.json())
  await send('/api/auth/refresh', '', { refreshToken: `${refreshToken}${canary}` })
  await send('/api/auth/refresh', '', { refreshToken })
  const typed = { target: 'profile', value: canary, card: CARD, path: `/x/${canary}?${email}` }
  const event = { userId, sessionId: 'tab-1', eventType: 'form_submit', payload: typed }
  expect((await send('/api/v1/events', token, event)).status).toBe(202)
  await send('/api/v1/events', token, { events: [event, email, { ...event, [canary]: CARD }] })
  const rows = () => foyer.connect()`SELECT 1 FROM behavior_events WHERE person = ${userId}`
  await expect.poll(async () => (await rows()).length, patiently).toBeGreaterThan(0)

  const { ADMIN_TOKEN, SUBJECT_PEPPER } = Secrets.parse(JSON.parse(foyer.secrets()))
  const secrets = [canary, email, CARD, CARD.replaceAll(' ', ''), code, session.token, token]
    .concat(refreshToken, ADMIN_TOKEN, SUBJECT_PEPPER)
    .concat([session.token, token].map((jwt) => jwt.split('.')[2] ?? jwt))
  const [spans, logs] = await Promise.all([observed('spans'), observed('logs')])
  const places = { spans, logs, written: [written + foyer.output] }
  // A hunt where nothing is written finds nothing.
  expect(logs.join('\n')).toContain('hydration.step_failed')
  expect(spans.join('\n')).toContain('hydration.process')
  for (const [place, texts] of Object.entries(places)) {
    expect([place, found(secrets, texts)]).toEqual([place, []])
  }
})

/** Another script begins the output anew. */
async function away(provider: string, action: 'start' | 'stop'): Promise<number | null> {
  written += foyer.output
  return foyer.run('service.ts', action, provider)
}

async function codeFor(email: string): Promise<string> {
  const look = async () => {
    const response = await fetch(`${foyer.url('mail')}/emails?to=${email}`, {
      headers: { Authorization: 'Bearer re_look' },
    })
    const [mail] = Mails.parse(await response.json()).data
    return /\d{4} \d{4}/.exec(mail?.text ?? '')?.[0].replace(' ', '')
  }
  await expect.poll(look, patiently).toBeDefined()
  return (await look()) ?? ''
}
