import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { z } from 'zod'
import { SIGN_UP_PATH, newPeople, signUpBody } from '../request.ts'

const EVENTS_PATH = '/api/v1/events'
const QUEUED = 202
/** As many as keep the runtime busy; more only wait longer. */
const CONNECTIONS = 16
/** A call that takes longer has failed. */
const TIMEOUT_SECONDS = 10

const SignedUp = z.object({ token: z.string(), specId: z.string() })

/** Who reports, and what: the same bytes for both sides. */
export interface Report {
  readonly token: string
  readonly body: string
}

/** One visit of somebody who clicks around; payloads as an application sends them. */
const PAYLOADS = [
  { eventType: 'page_view', payload: { path: '/projects/4711?tab=tasks', title: 'Roadmap' } },
  { eventType: 'button_click', payload: { path: '/projects/4711', target: 'new-task', x: 612 } },
  { eventType: 'form_submit', payload: { path: '/tasks/new', target: 'task', durationMs: 8123 } },
  { eventType: 'tooltip_dismiss', payload: { path: '/dashboard', target: 'create_project' } },
] as const

/** @param foyer where the person is to sign up */
export async function newReport(foyer: URL, events: number): Promise<Report> {
  const [person = ''] = newPeople(1)
  const response = await fetch(new URL(SIGN_UP_PATH, foyer), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: signUpBody(person),
  })
  const { token, specId } = SignedUp.parse(await response.json())
  const reported = Array.from({ length: events }, (_, at) => ({
    userId: specId,
    sessionId: 'visit-20261121',
    eventId: `event-${String(at).padStart(12, '0')}`,
    timestamp: Date.now() - at,
    ...PAYLOADS[at % PAYLOADS.length],
  }))
  return { token, body: JSON.stringify(events === 1 ? reported[0] : { events: reported }) }
}

/** How long so many calls took, as fast as the answers came. */
export function send(url: URL, { token, body }: Report, calls: number): Promise<number> {
  const faults: string[] = []
  let endedAt = 0
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const cannon = autocannon(
      {
        url: new URL(EVENTS_PATH, url).href,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
        connections: CONNECTIONS,
        amount: calls,
        timeout: TIMEOUT_SECONDS,
      },
      (error: Error | null, { errors }) => {
        if (error) return reject(error)
        if (errors > 0) faults.push(`${errors} failed connections`)
        const [fault] = faults
        if (fault !== undefined) return reject(new Error(`${faults.length} calls failed: ${fault}`))
        resolve(endedAt - startedAt)
      },
    )
    cannon.on('response', (_client, status) => {
      endedAt = performance.now()
      if (status !== QUEUED) faults.push(`status ${status}`)
    })
  })
}
