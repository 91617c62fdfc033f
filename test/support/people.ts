import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { z } from 'zod'
import { type Foyer, patiently } from './foyer.ts'

// People who sign up, and what the world outside then holds for them: black box, over HTTP only.

const Session = z.object({ token: z.string(), specId: z.uuid(), expires_in: z.number() })
export type Session = z.infer<typeof Session>
const Status = z.enum(['pending', 'hydrating', 'merged', 'failed'])
const Step = z.object({ name: z.string(), status: z.string() })
const View = z.object({ status: Status, seq: z.number(), steps: z.array(Step) })
export const Frame = View.extend({ type: z.literal('status'), specId: z.uuid() })
const Listed = z.object({ data: z.array(z.object({ id: z.string() })) })
const Granted = z.object({ access_token: z.string() })

/** How soon a page asks again after it got no answer. */
const REPEAT_MS = 250
/** A server that takes a connection and dies keeps nobody waiting longer. */
const ANSWER_TIMEOUT_MS = 5_000

/** `<tag><number>@example.com`, so many of them. */
export const people = (tag: string, count: number): string[] =>
  Array.from({ length: count }, (_, person) => `${tag}${person}@example.com`)

/** One request; throws when there is no answer in time. */
const post = (
  foyer: Foyer,
  email: string,
  idempotencyKey: string,
  timeoutMs = patiently.timeout,
): Promise<Response> =>
  fetch(`${foyer.url('app')}/api/onboarding/speculative`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
    body: JSON.stringify({ email, plan_id: 'pro' }),
    signal: AbortSignal.timeout(timeoutMs),
  })

/** A sign-up that must be accepted at the first try. */
export async function signUp(foyer: Foyer, email: string): Promise<Session> {
  const response = await post(foyer, email, crypto.randomUUID())
  expect(response.status).toBe(201)
  return Session.parse(await response.json())
}

export interface Persisted {
  readonly session: Session
  readonly requests: number
}

/** As the page does it: whatever happens to the answer, the same request is sent again. */
export async function signUpPersistently(
  foyer: Foyer,
  email: string,
  within: AbortSignal,
): Promise<Persisted> {
  const idempotencyKey = crypto.randomUUID()
  for (let requests = 1; ; requests += 1) {
    within.throwIfAborted()
    const body = await post(foyer, email, idempotencyKey, ANSWER_TIMEOUT_MS)
      .then((response) => (response.ok ? response.json() : undefined))
      .catch(() => undefined)
    if (body !== undefined) return { session: Session.parse(body), requests }
    await sleep(REPEAT_MS)
  }
}

export async function runStatusOf(foyer: Foyer, { token }: Session): Promise<string> {
  const response = await fetch(`${foyer.url('app')}/api/onboarding/session`, {
    headers: { Authorization: `Bearer ${token}` },
  }).catch(() => undefined)
  return response?.ok ? View.parse(await response.json()).status : 'no answer'
}

export async function untilMerged(
  foyer: Foyer,
  sessions: readonly Session[],
  patience = patiently,
): Promise<void> {
  const statuses = () => Promise.all(sessions.map((session) => runStatusOf(foyer, session)))
  await expect
    .poll(() => statuses().then((all) => new Set(all)), patience)
    .toEqual(new Set(['merged']))
}

/** The ids of the users that the identity provider has for an address. */
async function identitiesOf(foyer: Foyer, token: string, email: string): Promise<string[]> {
  const url = `${foyer.url('identity')}/api/v2/users-by-email?email=${email}`
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
  const users = z.array(z.object({ user_id: z.string() })).parse(await response.json())
  return users.map(({ user_id }) => user_id)
}

async function identityToken(foyer: Foyer): Promise<string> {
  const response = await fetch(`${foyer.url('identity')}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'look',
      client_secret: 'look',
      audience: 'https://identity.local/api/v2/',
    }),
  })
  return Granted.parse(await response.json()).access_token
}

async function listed(url: string, key: string): Promise<number> {
  const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } })
  return Listed.parse(await response.json()).data.length
}

/**
 * Of the people whose address contains `tag`, who have a row: how many there are, and how many of
 * them have exactly one identity (the one their row names), one customer and one mail.
 */
export async function counts(foyer: Foyer, tag: string) {
  const rows =
    await foyer.connect()`SELECT email, auth0_user_id FROM users WHERE email LIKE ${`%${tag}%`}`
  const token = await identityToken(foyer)
  const held = await Promise.all(
    rows.map(async (row) => {
      const email = String(row['email'])
      const identities = await identitiesOf(foyer, token, email)
      return {
        identity: identities.join() === row['auth0_user_id'],
        customers: await listed(
          `${foyer.url('billing')}/v1/customers?email=${email}`,
          'sk_test_look',
        ),
        mails: await listed(`${foyer.url('mail')}/emails?to=${email}`, 're_look'),
      }
    }),
  )
  return {
    rows: rows.length,
    identities: held.filter(({ identity }) => identity).length,
    customers: held.filter(({ customers }) => customers === 1).length,
    mails: held.filter(({ mails }) => mails === 1).length,
  }
}

/** What `counts` gives when each of `count` people has everything once. */
export const each = (count: number) => ({
  rows: count,
  identities: count,
  customers: count,
  mails: count,
})
