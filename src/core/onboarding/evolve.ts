import type { SessionView } from '../../contract/onboarding.ts'
import { NO_TRIES, countFailure } from '../hydration/retry.ts'
import type {
  CallRenewed,
  Entry,
  LeaseGranted,
  PassFailed,
  SessionOpened,
  StepDone,
} from './entries.ts'
import { DAY_MS, OPEN_WINDOW_MS } from './limits.ts'
import {
  type Lease,
  type ProofMail,
  type Session,
  type SubjectState,
  currentView,
  isOpen,
  pendingSteps,
} from './state.ts'

/** The state after one more entry. Total: an entry that was decided is never refused. */
export function evolve(state: SubjectState, entry: Entry): SubjectState {
  switch (entry.type) {
    case 'session_opened':
      return openSession(state, entry)
    case 'lease_granted':
      return grantLease(state, entry)
    case 'step_done':
      return finishStep(state, entry)
    case 'pass_failed':
      return failPass(state, entry)
    case 'call_renewed':
      return renewCall(state, entry)
    case 'lease_returned':
      return { ...state, lease: null }
    case 'mail_sent':
      return settleMail(state, (mail) => ({ ...mail, status: 'sent' }))
    case 'mail_failed':
      return settleMail(state, (mail) => ({
        ...mail,
        status: entry.retryAt === null ? 'failed' : 'due',
        dueAt: entry.retryAt ?? mail.dueAt,
        tries: countFailure(mail.tries, entry.kind),
      }))
    case 'runs_expired':
      return narrowLease(
        changeSessions(state, entry.runs, (session) => endRun(session, 'deadline_exceeded')),
        entry.runs,
      )
  }
}

function openSession(state: SubjectState, entry: SessionOpened): SubjectState {
  const { type: _, at, steps, account, calls, mail, evicts, ...facts } = entry
  // The one evicted before has been told, and is forgotten.
  const sessions = new Map([...state.sessions].filter(([, session]) => !session.ended))
  const evicted = sessions.get(evicts ?? '')
  if (evicted) sessions.set(evicted.specId, evict(evicted))
  sessions.set(entry.specId, {
    ...facts,
    referrer: entry.referrer,
    idempotencyKey: entry.idempotencyKey,
    openedAt: at,
    ended: false,
    dueAt: at,
    tries: NO_TRIES,
    views: [
      {
        specId: entry.specId,
        status: 'pending',
        seq: 1,
        steps: steps.map((name) => ({ name, status: 'pending' })),
      },
    ],
  })
  const next = {
    ...state,
    account: account ?? state.account,
    sessions,
    lastRun: entry.run,
    calls: calls ? new Map([...state.calls, ...Object.entries(calls)]) : state.calls,
    mail: mail === undefined ? state.mail : requestedMail(mail, at),
    mailsRequestedAt:
      mail === undefined
        ? state.mailsRequestedAt
        : [...state.mailsRequestedAt.filter((requested) => requested > at - DAY_MS), at],
    recentOpens: [
      ...state.recentOpens.filter((open) => open.at > at - OPEN_WINDOW_MS),
      { client: entry.client, at },
    ],
  }
  return evicted ? narrowLease(next, [evicted.run]) : next
}

/** Its run ends with it, so that a crowd of strangers cannot make a subject's state grow. */
function evict(session: Session): Session {
  const ended = { ...session, ended: true }
  return isOpen(ended) ? endRun(ended, 'session_evicted') : ended
}

const requestedMail = (id: string, at: number): ProofMail => ({
  id,
  status: 'due',
  requestedAt: at,
  dueAt: at,
  tries: NO_TRIES,
})

function grantLease(state: SubjectState, entry: LeaseGranted): SubjectState {
  const { fence, until, runs, mail } = entry
  return {
    ...changeSessions(state, runs, (session) =>
      currentView(session).status === 'pending' ? show(session, { status: 'hydrating' }) : session,
    ),
    lastFence: fence,
    lease: { fence, until, runs, mail },
  }
}

function finishStep(state: SubjectState, entry: StepDone): SubjectState {
  const covered = state.lease?.runs ?? []
  const next = changeSessions(state, covered, (session) => {
    const view = currentView(session)
    const steps = view.steps.map((step) =>
      step.name === entry.step ? { ...step, status: 'done' as const } : step,
    )
    if (!pendingSteps(view).some((step) => step.name === entry.step)) return session
    const merged = steps.every((step) => step.status === 'done')
    return show(session, merged ? { status: 'merged', steps } : { steps })
  })
  return narrowLease(
    { ...next, refs: new Map(next.refs).set(entry.step, entry.ref) },
    closedRuns(next, covered),
  )
}

function failPass(state: SubjectState, entry: PassFailed): SubjectState {
  const covered = state.lease?.runs ?? []
  const next = changeSessions(state, covered, (session) => {
    const tried = { ...session, tries: countFailure(session.tries, entry.kind) }
    return entry.failed.includes(session.run)
      ? endRun(tried, 'step_failed', entry.step)
      : { ...tried, dueAt: entry.retryAt }
  })
  return narrowLease(next, covered)
}

/** What a session is told when its run fails: enough to act on, nothing about anybody else. */
const FAILURE_MESSAGES = {
  step_failed: 'The account could not be set up. Please try again.',
  session_evicted: 'Too many sign-ups were begun for this address. Please try again.',
  deadline_exceeded: 'Setting up the account took too long. Please try again.',
} as const

function endRun(session: Session, code: keyof typeof FAILURE_MESSAGES, step?: string): Session {
  const steps = currentView(session).steps.map((view) =>
    view.name === step ? { ...view, status: 'failed' as const } : view,
  )
  return show(session, {
    status: 'failed',
    steps,
    error: { code, message: FAILURE_MESSAGES[code] },
  })
}

function show(session: Session, change: Partial<SessionView>): Session {
  const view = { ...currentView(session), ...change, seq: session.views.length + 1 }
  return { ...session, views: [...session.views, view] }
}

function changeSessions(
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

/** A new key, and nothing that the old one led to counts any more. */
function renewCall(state: SubjectState, entry: CallRenewed): SubjectState {
  const refs = new Map(state.refs)
  refs.delete(entry.step)
  return { ...state, refs, calls: new Map(state.calls).set(entry.step, entry.call) }
}

const closedRuns = (state: SubjectState, runs: readonly number[]): readonly number[] => {
  const open = new Set([...state.sessions.values()].filter(isOpen).map((session) => session.run))
  return runs.filter((run) => !open.has(run))
}

function settleMail(state: SubjectState, change: (mail: ProofMail) => ProofMail): SubjectState {
  if (state.mail === null) return state
  const next = { ...state, mail: change(state.mail) }
  return state.lease === null
    ? next
    : { ...next, lease: unlessEmpty({ ...state.lease, mail: false }) }
}

function narrowLease(state: SubjectState, closed: readonly number[]): SubjectState {
  if (state.lease === null) return state
  const runs = state.lease.runs.filter((run) => !closed.includes(run))
  return { ...state, lease: unlessEmpty({ ...state.lease, runs }) }
}

const unlessEmpty = (lease: Lease): Lease | null =>
  lease.runs.length === 0 && !lease.mail ? null : lease
