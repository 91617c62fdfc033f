import type { SessionView } from '../../contract/onboarding.ts'
import type { SessionState, SessionTimes } from '../../contract/subject-rpc.ts'
import { type Session, type SubjectState, currentView, isOpen } from './state.ts'
import { droppedAt } from './unfinished.ts'

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

/** The sessions that no token opens any more, evicted or ended by a proof, and the devices signed out. */
export const endedSince = (before: SubjectState, after: SubjectState): readonly string[] => [
  ...sessionsEnded(before, after),
  ...(before.members === after.members
    ? []
    : [...before.members.keys()].filter((id) => !after.members.has(id))),
]

function sessionsEnded(before: SubjectState, after: SubjectState): readonly string[] {
  if (before.sessions === after.sessions && before.authEpoch === after.authEpoch) return []
  return [...before.sessions.values()]
    .filter(
      (session) => opens(before, session) && !opens(after, after.sessions.get(session.specId)),
    )
    .map(({ specId }) => specId)
}

const opens = (state: SubjectState, session: Session | undefined): boolean =>
  session !== undefined && !session.ended && session.authEpoch === state.authEpoch

/** Whether something happened that the index is to know. */
export function concernsIndex(before: SubjectState, after: SubjectState): boolean {
  if (before.invitation?.sentAt !== after.invitation?.sentAt) return true
  if (before.sessions === after.sessions) return false
  return [...after.sessions.values()].some((session) => {
    const earlier = before.sessions.get(session.specId)
    if (earlier === undefined) return false
    return (
      isOpen(session) !== isOpen(earlier) ||
      session.archivedAt !== earlier.archivedAt ||
      session.run !== earlier.run
    )
  })
}

/** How the sessions stand, for the index. */
export const sessionStates = (state: SubjectState): readonly SessionState[] =>
  [...state.sessions.values()].map((session) => ({
    specId: session.specId,
    run: session.run,
    openedAt: session.openedAt,
    status: currentView(session).status,
    deadlineAt: session.deadlineAt,
    failure: currentView(session).status === 'failed' ? session.failure : null,
    evicted: session.ended,
    archivedAt: session.archivedAt,
    invitedAt: state.invitation?.sentAt ?? null,
    provenAt: session.authEpoch < state.authEpoch ? (state.proof?.at ?? null) : null,
    origin: session.origin,
    times: timesOf(state, session),
  }))

const timesOf = (state: SubjectState, session: Session): SessionTimes => {
  const { clock, hydratingAt, mergedAt, reclaims, archivedAt } = session
  const { openedAt: runOpenedAt, leasedAt, settledAt, waitedMs } = clock
  return {
    runOpenedAt,
    leasedAt,
    settledAt,
    waitedMs,
    hydratingAt,
    mergedAt,
    reclaims,
    droppedAt: archivedAt === null ? null : droppedAt(state, session),
  }
}
