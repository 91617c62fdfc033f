import type { SessionView } from '../../contract/onboarding.ts'
import type { RunFailure } from '../../contract/subject-rpc.ts'
import { NO_TRIES, countFailure } from '../hydration/retry.ts'
import { followCalls } from './calls-under-way.ts'
import type {
  CallRenewed,
  Entry,
  LeaseGranted,
  PassFailed,
  RunReopened,
  SessionOpened,
  StepDone,
} from './entries.ts'
import {
  archiveSessions,
  failChore,
  requestInvitation,
  sendInvitation,
} from './evolve-unfinished.ts'
import { endMember, prove, refreshMember, refuseCode, saveDraft } from './evolve-members.ts'
import { challengedBy, changeSessions, show, withoutMail, withoutRuns } from './fold.ts'
import {
  CODE_LIFETIME_MS,
  DAY_MS,
  OPEN_WINDOW_MS,
  PROOF_LINK_LIFETIME_MS,
  REMOVALS_SETTLE_MS,
  RETENTION_FALLBACK_MS,
  SIGNED_IN,
} from './limits.ts'
import { completeErasure, condemn, passErasure, remainder } from './order-erasure.ts'
import { leasedClock, startedClock, stoppedClock, waitedClock, waitingClock } from './run-clock.ts'
import {
  type ProofMail,
  type Session,
  type SubjectState,
  currentView,
  isOpen,
  pendingSteps,
} from './state.ts'

/** The state after one more entry. Total: an entry that was decided is never refused. */
export const evolve = (state: SubjectState, entry: Entry): SubjectState =>
  followCalls(state, changed(state, entry), entry)

function changed(state: SubjectState, entry: Entry): SubjectState {
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
      return settleMail(startClock(state, entry.mail, entry.at), (mail) => ({
        ...mail,
        status: 'sent',
      }))
    case 'mail_failed':
      return settleMail(state, (mail) => ({
        ...mail,
        status: entry.retryAt === null ? 'failed' : 'due',
        dueAt: entry.retryAt ?? mail.dueAt,
        tries: countFailure(mail.tries, entry),
      }))
    case 'runs_expired':
      return withoutRuns(
        changeSessions(state, entry.runs, (session) =>
          endRun(session, 'deadline_exceeded', lastFailure(session), entry.at),
        ),
        entry.runs,
      )
    case 'run_reopened':
      return reopenRun(state, entry)
    case 'sessions_archived':
      return archiveSessions(state, entry.specIds, entry.at)
    case 'invitation_requested':
      return requestInvitation(state, entry)
    case 'invitation_sent':
      return sendInvitation(state, entry.at)
    case 'chore_failed':
      return failChore(state, entry)
    case 'unsubscribed':
      return { ...state, unsubscribed: true }
    case 'code_requested':
      return requestMail(state, entry.mail, entry.at)
    case 'code_refused':
      return refuseCode(state, entry)
    case 'draft_saved':
      return saveDraft(state, entry)
    case 'proven':
      return prove(state, entry)
    case 'onboard_asked':
      return { ...state, recentOpens: opensSince(state, entry.at, SIGNED_IN) }
    case 'member_refreshed':
      return refreshMember(state, entry)
    case 'member_ended':
      return endMember(state, entry.member)
    case 'erased':
      return remainder(entry)
    case 'erasure_ordered':
      return condemn(entry)
    case 'erasure_passed':
      return passErasure(state, entry)
    case 'erasure_completed':
      return completeErasure(state)
  }
}

function openSession(state: SubjectState, entry: SessionOpened): SubjectState {
  const { type: _, at, steps, account, calls, mail, evicts, retainUntil, byLink, ...facts } = entry
  // The one evicted before has been told, and is forgotten.
  const sessions = new Map([...state.sessions].filter(([, session]) => !session.ended))
  const evicted = sessions.get(evicts ?? '')
  if (evicted) sessions.set(evicted.specId, evict(evicted, at))
  sessions.set(entry.specId, {
    ...facts,
    referrer: entry.referrer,
    idempotencyKey: entry.idempotencyKey,
    openedAt: at,
    ended: false,
    dueAt: at,
    tries: NO_TRIES,
    failure: null,
    codeTries: 0,
    draft: {},
    draftChanges: 0,
    archivedAt: null,
    origin: byLink ? 'link' : entry.client === SIGNED_IN ? 'signed_in' : 'sign_up',
    clock: startedClock(at),
    hydratingAt: null,
    mergedAt: null,
    reclaims: 0,
    views: [{ specId: entry.specId, status: 'pending', seq: 1, steps: pending(steps) }],
  })
  const next = {
    ...state,
    account: account ?? state.account,
    sessions,
    lastRun: entry.run,
    calls: calls ? new Map([...state.calls, ...Object.entries(calls)]) : state.calls,
    recentOpens: opensSince(state, at, entry.client),
    retainUntil: Math.max(state.retainUntil, retainUntil ?? at + RETENTION_FALLBACK_MS),
  }
  const mailed = mail === undefined ? next : requestMail(next, mail, at)
  return evicted ? withoutRuns(mailed, [evicted.run]) : mailed
}

const opensSince = (state: SubjectState, at: number, client: string) => [
  ...state.recentOpens.filter((open) => open.at > at - OPEN_WINDOW_MS),
  { client, at },
]

const pending = (steps: readonly string[]): SessionView['steps'] =>
  steps.map((name) => ({ name, status: 'pending' }))

/** Its run ends with it, so that a crowd of strangers cannot make a subject's state grow. */
function evict(session: Session, at: number): Session {
  const ended = { ...session, ended: true }
  return isOpen(ended) ? endRun(ended, 'session_evicted', lastFailure(ended), at) : ended
}

/** Until it is sent nobody has read it: its code counts as long as it is being sent. */
const requestMail = (state: SubjectState, id: string, at: number): SubjectState => ({
  ...challengedBy(state, { id, codeUntil: at + DAY_MS, linkUntil: at + DAY_MS, tries: 0 }),
  mail: { id, status: 'due', requestedAt: at, dueAt: at, tries: NO_TRIES },
  mailsRequestedAt: [...state.mailsRequestedAt.filter((requested) => requested > at - DAY_MS), at],
})

function startClock(state: SubjectState, id: string, at: number): SubjectState {
  const challenge = state.challenges.get(id)
  if (challenge === undefined) return state
  const codeUntil = at + CODE_LIFETIME_MS
  const linkUntil = at + PROOF_LINK_LIFETIME_MS
  const counting = { ...challenge, codeUntil, linkUntil }
  return { ...state, challenges: new Map(state.challenges).set(id, counting) }
}

function grantLease(state: SubjectState, entry: LeaseGranted): SubjectState {
  const { at, fence, until, runs, mail, chores = [] } = entry
  const { invitation, lease } = state
  return {
    ...changeSessions(state, runs, (session) => {
      const leased = {
        ...session,
        clock: leasedClock(session.clock, at),
        hydratingAt: session.hydratingAt ?? at,
        reclaims: session.reclaims + (lease?.runs.includes(session.run) === true ? 1 : 0),
      }
      return currentView(session).status === 'pending'
        ? show(leased, { status: 'hydrating' })
        : leased
    }),
    lastFence: fence,
    lease: { fence, until, runs, mail, chores, callsBefore: state.callsUntil },
    callsUntil: makesThings(entry) ? until + REMOVALS_SETTLE_MS : state.callsUntil,
    condemned:
      state.condemned !== null && chores.includes('ordered_erasure')
        ? { ...state.condemned, passBegunAt: at }
        : state.condemned,
    removalsUntil: chores.includes('erasure') ? at + REMOVALS_SETTLE_MS : state.removalsUntil,
    invitation:
      invitation !== null && chores.includes('invitation')
        ? { ...invitation, handedOut: true }
        : invitation,
  }
}

/** What an erasure would have to take away again. */
const makesThings = ({ runs, chores = [] }: LeaseGranted): boolean =>
  runs.length > 0 || chores.includes('archive')

function finishStep(state: SubjectState, entry: StepDone): SubjectState {
  const covered = state.lease?.runs ?? []
  const next = changeSessions(state, covered, (session) => {
    const view = currentView(session)
    const steps = view.steps.map((step) =>
      step.name === entry.step ? { ...step, status: 'done' as const } : step,
    )
    if (!pendingSteps(view).some((step) => step.name === entry.step)) return session
    const clock = waitedClock(session.clock, entry.waitedMs)
    if (!steps.every((step) => step.status === 'done'))
      return show({ ...session, clock }, { steps })
    const { at } = entry
    const merged = { ...session, clock: stoppedClock(clock, at), mergedAt: session.mergedAt ?? at }
    return show(merged, { status: 'merged', steps })
  })
  return withoutRuns(
    { ...next, refs: new Map(next.refs).set(entry.step, entry.ref) },
    closedRuns(next, covered),
  )
}

function failPass(state: SubjectState, entry: PassFailed): SubjectState {
  const covered = state.lease?.runs ?? []
  const next = changeSessions(state, covered, (session) => {
    const failure = { step: entry.step, kind: entry.kind, detail: entry.detail }
    const clock = waitedClock(session.clock, entry.waitedMs)
    const tried = { ...session, clock, failure, tries: countFailure(session.tries, entry) }
    if (entry.failed.includes(session.run)) return endRun(tried, 'step_failed', failure, entry.at)
    const isWait = entry.kind === 'rate_limited'
    return {
      ...tried,
      dueAt: entry.retryAt,
      clock: isWait ? waitingClock(clock, entry.at) : clock,
    }
  })
  return withoutRuns(next, covered)
}

function reopenRun(state: SubjectState, entry: RunReopened): SubjectState {
  const session = state.sessions.get(entry.specId)
  if (session === undefined) return state
  const { at, run, deadlineAt } = entry
  const { error: _, ...view } = currentView(session)
  const reopened: Session = {
    ...session,
    run,
    dueAt: at,
    deadlineAt,
    tries: NO_TRIES,
    failure: null,
    clock: startedClock(at),
    views: [
      ...session.views,
      { ...view, seq: view.seq + 1, status: 'pending', steps: pending(entry.steps) },
    ],
  }
  const sessions = new Map(state.sessions).set(session.specId, reopened)
  return { ...state, sessions, lastRun: run }
}

/** What a session is told when its run fails: enough to act on, nothing about anybody else. */
const FAILURE_MESSAGES = {
  step_failed: 'The account could not be set up. Please try again.',
  session_evicted: 'Too many sign-ups were begun for this address. Please try again.',
  deadline_exceeded: 'Setting up the account took too long. Please try again.',
} as const

function endRun(
  session: Session,
  code: keyof typeof FAILURE_MESSAGES,
  failure: RunFailure,
  at: number,
): Session {
  const failedStep = code === 'step_failed' ? failure.step : null
  const steps = currentView(session).steps.map((view) =>
    view.name === failedStep ? { ...view, status: 'failed' as const } : view,
  )
  const error = { code, message: FAILURE_MESSAGES[code] }
  const clock = stoppedClock(session.clock, at)
  return show({ ...session, failure, clock }, { status: 'failed', steps, error })
}

/** Of a run that time or a crowd ended: what kept it from being finished before. */
const lastFailure = (session: Session): RunFailure =>
  session.failure ?? {
    step: pendingSteps(currentView(session))[0]?.name ?? '',
    kind: 'unavailable',
    detail: 'nobody came',
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

const settleMail = (state: SubjectState, change: (mail: ProofMail) => ProofMail): SubjectState =>
  state.mail === null ? state : withoutMail({ ...state, mail: change(state.mail) })
