import { eq } from 'drizzle-orm'
import { connect } from '../../../src/adapters/neon/database.ts'
import { deadLetters, onboardingSessions, users } from '../../../src/adapters/neon/schema.ts'
import { parseSettings } from '../../../src/env.ts'
import { bindings } from './api.ts'

/** What the world outside the Worker holds, asked of the local services themselves. */
const database = connect(parseSettings(bindings))

export const rowsOf = (email: string) => database.select().from(users).where(eq(users.email, email))

export const rowsOfKey = (subjectKey: string) =>
  database.select().from(users).where(eq(users.subjectKey, subjectKey))

export const indexOf = (specId: string) =>
  database.select().from(onboardingSessions).where(eq(onboardingSessions.specId, specId))

export const indexOfKey = (subjectKey: string) =>
  database.select().from(onboardingSessions).where(eq(onboardingSessions.subjectKey, subjectKey))

export const deadLetter = (id: string) =>
  database.select().from(deadLetters).where(eq(deadLetters.id, id))

export interface Customer {
  readonly id: string
  readonly email: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export async function customersOf(email: string): Promise<readonly Customer[]> {
  const response = await fetch(
    `${bindings.STRIPE_API_BASE}/v1/customers?email=${encodeURIComponent(email)}`,
    { headers: { Authorization: 'Bearer sk_test_look' } },
  )
  return (await response.json<{ data: readonly Customer[] }>()).data
}

/** Among the newest hundred: for people whom nobody can look up by an address. */
export async function customersWith(userId: string): Promise<readonly Customer[]> {
  const response = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers?limit=100`, {
    headers: { Authorization: 'Bearer sk_test_look' },
  })
  const { data } = await response.json<{ data: readonly Customer[] }>()
  return data.filter(({ metadata }) => metadata['foyer_user_id'] === userId)
}

export interface Auth0User {
  readonly user_id: string
  readonly email: string
  readonly email_verified: boolean
  readonly app_metadata?: Readonly<Record<string, unknown>>
}

/** The local Auth0's Management API, as one of its operators uses it. */
export async function auth0(method: string, path: string, body?: unknown): Promise<Response> {
  const granted = await fetch(`${bindings.AUTH0_API_BASE}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'look',
      client_secret: 'look',
      audience: 'https://identity.test/api/v2/',
    }),
  })
  const { access_token } = await granted.json<{ access_token: string }>()
  return fetch(`${bindings.AUTH0_API_BASE}/api/v2${path}`, {
    method,
    headers: { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

export async function identitiesOf(email: string): Promise<readonly Auth0User[]> {
  const response = await auth0('GET', `/users-by-email?email=${encodeURIComponent(email)}`)
  return response.json<readonly Auth0User[]>()
}

export async function deleteCustomer(id: string): Promise<void> {
  const response = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers/${id}`, {
    method: 'DELETE',
    headers: { Authorization: 'Bearer sk_test_look' },
  })
  if (!response.ok) throw new Error(await response.text())
}

export interface Mail {
  readonly id: string
  readonly to: readonly string[]
  readonly subject: string
}

export async function mailsTo(email: string): Promise<readonly Mail[]> {
  const response = await fetch(
    `${bindings.RESEND_API_BASE}/emails?to=${encodeURIComponent(email)}`,
    { headers: { Authorization: 'Bearer re_look' } },
  )
  return (await response.json<{ data: readonly Mail[] }>()).data
}

type Service = 'AUTH0' | 'DATABASE' | 'OPENAI' | 'RESEND' | 'STRIPE'

function addressOf(service: Service): string {
  if (service === 'DATABASE') return bindings.DATABASE_HTTP_URL
  return service === 'OPENAI' ? bindings.OPENAI_BASE_URL : bindings[`${service}_API_BASE`]
}

/** How often the local model was asked. */
export async function modelCalls(): Promise<number> {
  const response = await fetch(new URL('/_control', bindings.OPENAI_BASE_URL))
  return (await response.json<{ calls: number }>()).calls
}

/** The plain text of a mail. */
export async function mailBody(id: string): Promise<string> {
  const response = await fetch(`${bindings.RESEND_API_BASE}/emails/${id}`, {
    headers: { Authorization: 'Bearer re_look' },
  })
  return (await response.json<{ text: string }>()).text
}

/** Makes a local service misbehave; `null` mends it. */
export async function fault(service: Service, kind: unknown): Promise<void> {
  const response = await fetch(new URL('/_control', addressOf(service)), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fault: kind }),
  })
  if (!response.ok) throw new Error(await response.text())
}
