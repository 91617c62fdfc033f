import { z } from 'zod'
import { CREATED, type Call, answerTo, newPeople, signUp } from '../harness/request.ts'

const EVENTS_PATH = '/api/v1/events'

const SignedUp = z.object({ token: z.string(), specId: z.string() })

/** One visit of somebody who clicks around; payloads as an application sends them. */
const PAYLOADS = [
  { eventType: 'page_view', payload: { path: '/projects/4711?tab=tasks', title: 'Roadmap' } },
  { eventType: 'button_click', payload: { path: '/projects/4711', target: 'new-task', x: 612 } },
  { eventType: 'form_submit', payload: { path: '/tasks/new', target: 'task', durationMs: 8123 } },
  { eventType: 'tooltip_dismiss', payload: { path: '/dashboard', target: 'create_project' } },
] as const

/**
 * Some events of somebody who has signed up; the same bytes for every side.
 *
 * @param foyer where the person is to sign up
 * @param events 1 is sent by itself, more as a list
 */
export async function newReport(foyer: URL, events: number): Promise<Call & { body: string }> {
  const [person = ''] = newPeople(1)
  const { token, specId } = SignedUp.parse(await answerTo(foyer, signUp(person), CREATED))
  const reported = Array.from({ length: events }, (_, at) => ({
    userId: specId,
    sessionId: 'visit-20261121',
    eventId: `event-${String(at).padStart(12, '0')}`,
    timestamp: Date.now() - at,
    ...PAYLOADS[at % PAYLOADS.length],
  }))
  return {
    method: 'POST',
    path: EVENTS_PATH,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(events === 1 ? reported[0] : { events: reported }),
  }
}
