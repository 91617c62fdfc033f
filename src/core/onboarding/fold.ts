import type { Chore } from '../../contract/hydration.ts'
import type { SessionView } from '../../contract/onboarding.ts'
import { CHALLENGES_MAX } from './limits.ts'
import {
  type Challenge,
  type Lease,
  type Session,
  type SubjectState,
  currentView,
  isOpen,
} from './state.ts'

// What the parts of `evolve` share: small changes to a state, each of them whole.

/** The session with one more view. */
export function show(session: Session, change: Partial<SessionView>): Session {
  const view = { ...currentView(session), ...change, seq: session.views.length + 1 }
  return { ...session, views: [...session.views, view] }
}

/** Changes the sessions of these runs that are still open. */
export function changeSessions(
  state: SubjectState,
  runs: readonly number[],
  change: (session: Session) => Session,
): SubjectState {
  const sessions = new Map(state.sessions)
  for (const session of state.sessions.values()) {
    if (!runs.includes(session.run) || !isOpen(session)) continue
    sessions.set(session.specId, change(session))
  }
  return { ...state, sessions }
}

/** Takes runs out of the lease; with nothing left in it, it is over. */
export const withoutRuns = (state: SubjectState, closed: readonly number[]): SubjectState =>
  narrowLease(state, (lease) => ({
    ...lease,
    runs: lease.runs.filter((run) => !closed.includes(run)),
  }))

export const withoutMail = (state: SubjectState): SubjectState =>
  narrowLease(state, (lease) => ({ ...lease, mail: false }))

export const withoutChore = (state: SubjectState, done: Chore): SubjectState =>
  narrowLease(state, (lease) => ({
    ...lease,
    chores: lease.chores.filter((chore) => chore !== done),
  }))

function narrowLease(state: SubjectState, narrow: (lease: Lease) => Lease): SubjectState {
  if (state.lease === null) return state
  const lease = narrow(state.lease)
  const over = lease.runs.length === 0 && !lease.mail && lease.chores.length === 0
  return { ...state, lease: over ? null : lease }
}

/** Another mail that proves the address; the oldest ones count no more. */
export function challengedBy(state: SubjectState, challenge: Challenge): SubjectState {
  const newest = [...state.challenges.values()].slice(-(CHALLENGES_MAX - 1))
  return {
    ...state,
    challenges: new Map([...newest, challenge].map((one) => [one.id, one])),
  }
}
