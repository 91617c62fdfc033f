import type { SessionView } from '../../contract/onboarding.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { AccessRefusal, SessionClaim } from '../../contract/subject-rpc.ts'
import { visibleEpoch } from './open.ts'
import { type Session, type SubjectState, isLive } from './state.ts'

/** The session a token speaks for, as long as the subject's history lets it. */
export function accessSession(
  state: SubjectState,
  claim: SessionClaim,
  now: number,
): Result<Session, AccessRefusal> {
  const session = state.sessions.get(claim.specId)
  // A token of ours for a session that is not here any more: it was evicted.
  if (session === undefined) return fail('ended')
  if (!isLive(state, session, now)) return fail('ended')
  return visibleEpoch(state, session) === claim.authEpoch ? ok(session) : fail('ended')
}

/**
 * What a client that has seen everything up to `after` has missed; without `after`, where it stands.
 * A client that claims to be ahead is given the present.
 */
export function viewsAfter(session: Session, after: number | null): readonly SessionView[] {
  if (after === null || after > session.views.length) return session.views.slice(-1)
  return session.views.slice(after)
}
