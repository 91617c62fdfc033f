import type { ArchivedSession, HydrationWork, MailWork, Report } from '../contract/hydration.ts'
import type { ReportReply } from '../contract/subject-rpc.ts'
import { type HydrationStep, stepsFor } from '../core/hydration/step.ts'
import type { Archive, ErasureRecords, MailLinks, Mailer } from '../core/ports.ts'

/** Tells the object what happened, under the lease. */
export type Tell = (report: Report) => Promise<ReportReply>

export interface ChoreDeps {
  readonly steps: readonly HydrationStep[]
  readonly mailer: Mailer
  readonly archive: Archive
  readonly erasures: ErasureRecords
  readonly links: MailLinks
  readonly now: () => number
}

/** Each session to its own place, so that a repetition writes the same again. */
export async function putToArchive(
  sessions: readonly ArchivedSession[],
  { archive }: ChoreDeps,
): Promise<Report> {
  const put = await archive.put(sessions)
  return put.ok
    ? { type: 'archived', specIds: sessions.map(({ specId }) => specId) }
    : { type: 'chore_failed', chore: 'archive', failure: put.error }
}

export async function inviteBack(
  { account }: HydrationWork,
  { id, to }: MailWork,
  { mailer, links }: ChoreDeps,
): Promise<Report> {
  const urls = await links.of({ subjectKey: account.subjectKey, mail: id })
  const sent = await mailer.sendInvitation({ id, to, ...urls })
  return sent.ok
    ? { type: 'invitation_sent' }
    : { type: 'chore_failed', chore: 'invitation', failure: sent.error }
}

/** What the steps made goes in the opposite order: the row that leads to the others last made, first gone. */
export async function eraseAccount(
  { account, fence, refs }: HydrationWork,
  { steps, now }: ChoreDeps,
): Promise<Report> {
  const known = new Map(Object.entries(refs))
  for (const step of stepsFor(steps, account).toReversed()) {
    const removed = await step.remove?.({ account, fence, order: null, refs: known, now: now() })
    if (removed?.ok === false) {
      return { type: 'chore_failed', chore: 'erasure', failure: removed.error }
    }
  }
  return { type: 'erased' }
}
