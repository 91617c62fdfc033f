import type {
  HydrationWork,
  MailWork,
  Report,
  StepFailure,
  StepWork,
} from '../contract/hydration.ts'
import type { ReportReply, SubjectRpc } from '../contract/subject-rpc.ts'
import type { HydrationStep } from '../core/hydration/step.ts'
import type { Archive, Mailer } from '../core/ports.ts'
import { withWaits } from '../adapters/budget-waits.ts'
import { describeError, log } from '../adapters/log.ts'
import { erasePerson } from './erase-person.ts'
import { type ChoreDeps, type Tell, eraseAccount, inviteBack, putToArchive } from './chores.ts'

/** The part of a subject's object that a consumer needs. */
export type LeasedSubject = Pick<SubjectRpc, 'lease' | 'report'>

export interface HydrationDeps extends ChoreDeps {
  readonly steps: readonly HydrationStep[]
  readonly mailer: Mailer
  readonly archive: Archive
  readonly now: () => number
  /** Epoch milliseconds after which nothing new is begun and the lease is handed back. */
  readonly stopAt: number
}

/**
 * Does for one subject what is due: mails and the archive beside the steps, the steps one after the
 * other. Every result is told to the object at once, which checkpoints it and shows it.
 *
 * @returns what the object said to each report; empty when nothing was due
 */
export async function hydrateSubject(
  subject: LeasedSubject,
  deps: HydrationDeps,
): Promise<readonly ReportReply[]> {
  const work = await subject.lease()
  if (work === null) return []
  const tell: Tell = async (report) => {
    logFailure(work, report)
    return subject.report(work.fence, [report])
  }
  // All to their end: what one of them reported must not be lost because another was interrupted.
  const replies = await Promise.allSettled(
    work.order !== null
      ? [erasePerson(work, work.order, deps, tell)]
      : work.erase
        ? [eraseAccount(work, deps).then(tell)]
        : buildAccount(work, deps, tell),
  )
  return replies.flatMap((reply) => {
    if (reply.status === 'fulfilled') return reply.value
    log('error', 'hydration.interrupted', {
      subject: work.account.subjectKey,
      fence: work.fence,
      traceparent: work.traceparent,
      error: describeError(reply.reason),
    })
    return []
  })
}

function buildAccount(
  work: HydrationWork,
  deps: HydrationDeps,
  tell: Tell,
): readonly Promise<ReportReply | readonly ReportReply[]>[] {
  const beside = [
    ...(work.mail === null ? [] : [sendMail(work, work.mail, deps).then(tell)]),
    ...(work.archive.length === 0 ? [] : [putToArchive(work.archive, deps).then(tell)]),
    ...(work.invitation === null ? [] : [inviteBack(work, work.invitation, deps).then(tell)]),
  ]
  return [...beside, runSteps(work, deps, tell, Promise.allSettled(beside))]
}

async function sendMail(
  { account }: HydrationWork,
  { id, to }: MailWork,
  { mailer, links }: HydrationDeps,
): Promise<Report> {
  const { resumeUrl } = await links.of({ subjectKey: account.subjectKey, mail: id })
  const sent = await mailer.sendProof({ id, to, resumeUrl })
  return sent.ok ? { type: 'mail_sent' } : { type: 'mail_failed', failure: sent.error }
}

/** @param beside settles when all else that the lease carries was told */
async function runSteps(
  work: HydrationWork,
  deps: HydrationDeps,
  tell: Tell,
  beside: Promise<unknown>,
): Promise<readonly ReportReply[]> {
  const replies: ReportReply[] = []
  const refs = new Map(Object.entries(work.refs))
  for (const step of work.steps) {
    const report = await runStep(step, work, refs, deps)
    // With the lease goes what is open of it, and nobody would hear of what happened to it.
    if (report.type === 'returned') await beside
    const reply = await tell(report)
    replies.push(reply)
    if (report.type !== 'step_done' || !reply.accepted) break
    refs.set(report.step, report.ref)
  }
  return replies
}

async function runStep(
  work: StepWork,
  { account, fence }: HydrationWork,
  refs: ReadonlyMap<string, string>,
  { steps, now, stopAt }: HydrationDeps,
): Promise<Report> {
  if (now() >= stopAt) return { type: 'returned' }
  const step = steps.find(({ name }) => name === work.name)
  if (step === undefined) {
    // Planned by an earlier deploy or under other settings: an operator can bring it back.
    const failure = { kind: 'unavailable', detail: `step ${work.name} is not configured` } as const
    return { type: 'step_failed', step: work.name, failure }
  }
  const { result, waitedMs } = await withWaits(() =>
    step.ensure({ account, work, fence, refs, now: now() }),
  )
  const told = { step: work.name, ...(waitedMs > 0 ? { waitedMs } : {}) }
  return result.ok
    ? { type: 'step_done', ref: result.value, ...told }
    : { type: 'step_failed', failure: result.error, ...told }
}

/** What failed, in the words of the report: a step, the proof mail or a chore. */
function failureIn(report: Report): { step: string; failure: StepFailure } | null {
  switch (report.type) {
    case 'step_failed':
      return report
    case 'mail_failed':
      return { step: 'proof_mail', failure: report.failure }
    case 'chore_failed':
      return { step: report.chore, failure: report.failure }
    case 'step_done':
    case 'mail_sent':
    case 'archived':
    case 'invitation_sent':
    case 'erased':
    case 'order_done':
    case 'returned':
      return null
  }
}

/** What waiting does not mend is for people to look at. */
const levelOf = (kind: StepFailure['kind']): 'error' | 'warn' =>
  kind === 'rejected' || kind === 'conflict' ? 'error' : 'warn'

function logFailure(work: HydrationWork, report: Report): void {
  const failed = failureIn(report)
  if (failed === null) return
  const { kind, detail } = failed.failure
  const { subjectKey: subject } = work.account
  const { fence, traceparent } = work
  log(levelOf(kind), 'hydration.step_failed', {
    subject,
    fence,
    step: failed.step,
    kind,
    detail,
    traceparent,
  })
}
