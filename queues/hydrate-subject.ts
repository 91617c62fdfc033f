import type {
  HydrationWork,
  MailWork,
  Report,
  StepFailure,
  StepWork,
} from '../src/contract/hydration.ts'
import type { ReportReply, SubjectRpc } from '../src/contract/subject-rpc.ts'
import type { HydrationStep } from '../src/core/hydration/step.ts'
import type { Mailer } from '../src/core/ports.ts'
import { describeError, log } from '../src/adapters/log.ts'

/** The part of a subject's object that a consumer needs. */
export type LeasedSubject = Pick<SubjectRpc, 'lease' | 'report'>

export interface HydrationDeps {
  readonly steps: readonly HydrationStep[]
  readonly mailer: Mailer
  readonly now: () => number
  /** Epoch milliseconds after which nothing new is begun and the lease is handed back. */
  readonly stopAt: number
}

/**
 * Does for one subject what is due: the proof mail beside the steps, the steps one after the other.
 * Every result is told to the object at once, which checkpoints it and shows it.
 *
 * @returns what the object said to each report; empty when nothing was due
 */
export async function hydrateSubject(
  subject: LeasedSubject,
  deps: HydrationDeps,
): Promise<readonly ReportReply[]> {
  const work = await subject.lease()
  if (work === null) return []
  // Both to their end: what one of them reported must not be lost because the other was interrupted.
  const replies = await Promise.allSettled([
    ...(work.mail === null ? [] : [sendMail(subject, work, work.mail, deps.mailer)]),
    runSteps(subject, work, deps),
  ])
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

async function sendMail(
  subject: LeasedSubject,
  work: HydrationWork,
  mail: MailWork,
  mailer: Mailer,
): Promise<readonly ReportReply[]> {
  const sent = await mailer.sendProof(mail)
  if (sent.ok) return [await subject.report(work.fence, [{ type: 'mail_sent' }])]
  logFailure(work, 'proof mail', sent.error)
  return [await subject.report(work.fence, [{ type: 'mail_failed', failure: sent.error }])]
}

async function runSteps(
  subject: LeasedSubject,
  work: HydrationWork,
  deps: HydrationDeps,
): Promise<readonly ReportReply[]> {
  const replies: ReportReply[] = []
  const refs = new Map(Object.entries(work.refs))
  for (const step of work.steps) {
    const report = await runStep(step, work, refs, deps)
    if (report.type === 'step_failed') logFailure(work, step.name, report.failure)
    const reply = await subject.report(work.fence, [report])
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
  const result = await step.ensure({ account, work, fence, refs, now: now() })
  return result.ok
    ? { type: 'step_done', step: work.name, ref: result.value }
    : { type: 'step_failed', step: work.name, failure: result.error }
}

function logFailure(work: HydrationWork, step: string, { kind, detail }: StepFailure): void {
  const { subjectKey: subject } = work.account
  const { fence, traceparent } = work
  log('warn', 'hydration.step_failed', { subject, fence, step, kind, detail, traceparent })
}
