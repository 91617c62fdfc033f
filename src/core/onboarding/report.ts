import type { Chore, Report, StepFailure } from '../../contract/hydration.ts'
import { countFailure, isExhausted, retryAt } from '../hydration/retry.ts'
import { type Decision, type DecisionContext, EntryLog } from './decision.ts'
import { reportOrderDone } from './order-erasure.ts'
import {
  reportArchived,
  reportChoreFailed,
  reportErased,
  reportInvitationSent,
} from './report-chores.ts'
import { type ProofMail, type Session, type SubjectState, isOpen } from './state.ts'

export interface ReportOutcome {
  /** False: the fence is old and nothing was written. */
  readonly accepted: boolean
}

/** Takes in what a consumer saw, provided that it still holds the lease. */
export function decideReport(
  state: SubjectState,
  fence: number,
  reports: readonly Report[],
  context: DecisionContext,
): Decision<ReportOutcome> {
  const log = new EntryLog(state)
  for (const report of reports) {
    if (log.state.lease?.fence !== fence) break
    apply(log, fence, report, context)
  }
  return { entries: log.entries, reply: { accepted: state.lease?.fence === fence } }
}

function apply(log: EntryLog, fence: number, report: Report, context: DecisionContext): void {
  const at = context.now
  switch (report.type) {
    case 'step_done':
      return log.append({ ...report, at, fence })
    case 'step_failed':
      return failStep(log, fence, report, context)
    case 'mail_sent':
      return withOpenMail(log.state, (mail) => log.append({ at, type: 'mail_sent', mail: mail.id }))
    case 'mail_failed':
      return withOpenMail(log.state, (mail) => failMail(log, mail, report.failure, context))
    case 'archived':
      return withChore(log, 'archive', () => reportArchived(log, report.specIds, context))
    case 'invitation_sent':
      return withChore(log, 'invitation', () => reportInvitationSent(log, context))
    case 'erased':
      return withChore(log, 'erasure', () => reportErased(log, context))
    case 'order_done':
      return withChore(log, 'ordered_erasure', () => reportOrderDone(log, context))
    case 'chore_failed':
      return withChore(log, report.chore, () =>
        reportChoreFailed(log, report.chore, report.failure, context),
      )
    case 'returned':
      return log.append({ at, type: 'lease_returned', fence })
  }
}

type StepFailed = Extract<Report, { readonly type: 'step_failed' }>

function failStep(
  log: EntryLog,
  fence: number,
  { step, failure, waitedMs }: StepFailed,
  { now, random, newId }: DecisionContext,
): void {
  const { kind, detail } = failure
  const spent = failure.callSpent ? log.state.calls.get(step) : undefined
  if (spent) {
    const call = { ...spent, key: newId(), mintedAt: now, renewals: spent.renewals + 1 }
    log.append({ at: now, type: 'call_renewed', fence, step, call })
  }
  const covered = coveredSessions(log.state)
  const failures = Math.max(0, ...covered.map((session) => session.tries.failures)) + 1
  log.append({
    at: now,
    type: 'pass_failed',
    fence,
    step,
    kind,
    detail,
    failed: covered
      .filter((session) => isExhausted(countFailure(session.tries, failure), kind))
      .map((session) => session.run),
    retryAt: retryAt(failure, failures, now, random()),
    ...(waitedMs === undefined ? {} : { waitedMs }),
  })
}

function failMail(
  log: EntryLog,
  mail: ProofMail,
  failure: StepFailure,
  { now, random }: DecisionContext,
): void {
  const { kind, detail } = failure
  const tries = countFailure(mail.tries, failure)
  log.append({
    at: now,
    type: 'mail_failed',
    mail: mail.id,
    kind,
    detail,
    retryAt: isExhausted(tries, kind) ? null : retryAt(failure, tries.failures, now, random()),
  })
}

function coveredSessions(state: SubjectState): readonly Session[] {
  const runs = state.lease?.runs ?? []
  return [...state.sessions.values()].filter(
    (session) => runs.includes(session.run) && isOpen(session),
  )
}

/** What comes of a chore is reported once, by the lease that carries it. */
function withChore({ state }: EntryLog, chore: Chore, act: () => void): void {
  if (state.lease?.chores.includes(chore) === true) act()
}

/** A mail is reported once; after a newer one took its place its report means nothing. */
function withOpenMail(state: SubjectState, act: (mail: ProofMail) => void): void {
  if (state.lease?.mail === true && state.mail?.status === 'due') act(state.mail)
}
