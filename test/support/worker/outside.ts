import { eq } from 'drizzle-orm'
import { connect } from '../../../src/adapters/neon/database.ts'
import { deadLetters, onboardingSessions, users } from '../../../src/adapters/neon/schema.ts'
import { parseSettings } from '../../../src/env.ts'
import { bindings } from './api.ts'

/** What the world outside the Worker holds, asked of the local services themselves. */
const database = connect(parseSettings(bindings))

export const rowsOf = (email: string) => database.select().from(users).where(eq(users.email, email))

export const indexOf = (specId: string) =>
  database.select().from(onboardingSessions).where(eq(onboardingSessions.specId, specId))

export const deadLetter = (id: string) =>
  database.select().from(deadLetters).where(eq(deadLetters.id, id))

export interface Customer {
  readonly id: string
  readonly email: string
  readonly metadata: Readonly<Record<string, string>>
}

export async function customersOf(email: string): Promise<readonly Customer[]> {
  const response = await fetch(
    `${bindings.STRIPE_API_BASE}/v1/customers?email=${encodeURIComponent(email)}`,
    { headers: { Authorization: 'Bearer sk_test_look' } },
  )
  return (await response.json<{ data: readonly Customer[] }>()).data
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

/** Makes a local service misbehave; `null` mends it. */
export async function fault(service: 'STRIPE' | 'RESEND', kind: unknown): Promise<void> {
  const response = await fetch(`${bindings[`${service}_API_BASE`]}/_control`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fault: kind }),
  })
  if (!response.ok) throw new Error(await response.text())
}
