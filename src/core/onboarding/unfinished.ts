import type { ArchivedSession } from '../../contract/hydration.ts'
import { type Session, type SubjectState, currentView, isLive, isOpen } from './state.ts'

/**
 * Sessions that ended without a proof and are not in the archive yet, oldest first. What became of
 * their run does not matter. An evicted one is forgotten at once: it was one of a crowd.
 */
export const sessionsToArchive = (state: SubjectState, now: number): readonly Session[] =>
  unarchived(state).filter((session) => session.expiresAt <= now)

/** When the next session will have to be archived, epoch milliseconds. */
export const nextArchiveAt = (state: SubjectState): number | null =>
  earliest(unarchived(state).map(({ expiresAt }) => Math.max(expiresAt, state.archive.dueAt)))

const unarchived = (state: SubjectState): readonly Session[] =>
  [...state.sessions.values()].filter(
    (session) =>
      session.archivedAt === null && !session.ended && session.authEpoch === state.authEpoch,
  )

/** What the archive keeps of a session. The same session always gives the same place. */
export function archivedSession(state: SubjectState, session: Session): ArchivedSession {
  const { status, steps } = currentView(session)
  const referrerOrigin = originOf(session.referrer)
  return {
    v: 1,
    specId: session.specId,
    planId: session.planId,
    ...(referrerOrigin === null ? {} : { referrerOrigin }),
    openedAt: session.openedAt,
    expiredAt: session.expiresAt,
    status,
    steps,
    droppedAt: droppedAt(state, session),
  }
}

/** The step that was not there yet for this person, else the mail, else the proof they never gave. */
export function droppedAt(state: SubjectState, session: Session): string {
  const missing = currentView(session).steps.find((step) => step.status !== 'done')
  if (missing) return missing.name
  return state.mail?.status === 'sent' ? 'proof' : 'proof_mail'
}

function originOf(referrer: string | undefined): string | null {
  if (referrer === undefined || !URL.canParse(referrer)) return null
  const { origin } = new URL(referrer)
  return origin === 'null' ? null : origin
}

/**
 * Whether the person is to be asked back, now that a session was archived: once for each account, and
 * only when nobody is still at it.
 */
export const wantsInvitation = (state: SubjectState, now: number): boolean =>
  state.proof === null &&
  state.invitation === null &&
  !state.unsubscribed &&
  ![...state.sessions.values()].some((session) => isLive(state, session, now))

/**
 * When the account may be erased: unproven for as long as it is kept, every session archived, every
 * run over, nothing under way. `null`: not as things stand.
 */
export function erasableAt(state: SubjectState): number | null {
  // One at a time: somebody who was here before is being erased still.
  if (state.condemned !== null) return null
  // Nobody types a wallet, or another issuer's name, that is not theirs.
  if (state.account?.kind !== 'email' || state.proof !== null) return null
  if (unarchived(state).length > 0 || state.invitation?.status === 'due') return null
  if ([...state.sessions.values()].some(isOpen)) return null
  return Math.max(state.retainUntil, state.erasure.dueAt)
}

const earliest = (moments: readonly number[]): number | null =>
  moments.length === 0 ? null : Math.min(...moments)
