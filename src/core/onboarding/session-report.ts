import type { SessionReport } from '../../contract/explanation.ts'
import { sessionStates } from './changes.ts'
import { readTraceparent } from '../traceparent.ts'
import type { Entry } from './entries.ts'
import { explain } from './explain.ts'
import { operatorTimeline } from './operator-timeline.ts'
import { type SubjectState, currentView } from './state.ts'

/**
 * Everything an operator may know of one session.
 *
 * @param timeline of the subject, oldest first
 */
export function reportOf(
  state: SubjectState,
  timeline: readonly Entry[],
  specId: string,
  now: number,
): SessionReport {
  const session = state.sessions.get(specId)
  return {
    session: sessionStates(state).find((known) => known.specId === specId) ?? null,
    steps: session === undefined ? [] : currentView(session).steps,
    explanation: explain(state, session, now),
    timeline: operatorTimeline(timeline, specId),
    traceId: readTraceparent(session?.traceparent)?.traceId ?? null,
  }
}
