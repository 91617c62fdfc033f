import type { SessionView } from '../../contract/onboarding.ts'
import type { SessionState } from '../../contract/subject-rpc.ts'
import { type Session, type SubjectState, currentView, isOpen } from './state.ts'

/** What each session that existed before is to be shown, by specId. */
export function viewsSince(
  before: SubjectState,
  after: SubjectState,
): readonly (readonly [specId: string, views: readonly SessionView[]])[] {
  if (before.sessions === after.sessions) return []
  return [...before.sessions.values()].flatMap(({ specId, views }) => {
    const shown = after.sessions.get(specId)?.views.slice(views.length) ?? []
    return shown.length === 0 ? [] : [[specId, shown] as const]
  })
}

/** The sessions that no token opens any more. */
export const endedSince = (before: SubjectState, after: SubjectState): readonly string[] =>
  before.sessions === after.sessions
    ? []
    : [...before.sessions.values()]
        .filter(({ specId, ended }) => !ended && after.sessions.get(specId)?.ended !== false)
        .map(({ specId }) => specId)

/** The sessions whose run has become terminal. */
export const settledSince = (before: SubjectState, after: SubjectState): readonly SessionState[] =>
  [...after.sessions.values()]
    .filter((session) => {
      const earlier = before.sessions.get(session.specId)
      return !isOpen(session) && earlier !== undefined && isOpen(earlier)
    })
    .map(stateOf)

/** How a session stands, for the index. */
export const stateOf = (session: Session): SessionState => ({
  specId: session.specId,
  run: session.run,
  openedAt: session.openedAt,
  status: currentView(session).status,
})
