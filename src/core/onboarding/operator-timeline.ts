import type { EntryFact, OperatorEntry } from '../../contract/explanation.ts'
import type { Entry } from './entries.ts'

/** More than a session lives through; a person who came back for years has the newest shown. */
export const ENTRIES_SHOWN_MAX = 500

/** What of a subject's timeline concerns one session, from its opening on, as operators may see it. */
export function operatorTimeline(
  timeline: readonly Entry[],
  specId: string,
): readonly OperatorEntry[] {
  const opened = timeline.findIndex((entry) => opens(entry, specId))
  const runs = new Set(timeline.flatMap((entry) => (opens(entry, specId) ? [entry.run] : [])))
  const fences = new Set(
    timeline.flatMap((entry) =>
      entry.type === 'lease_granted' && entry.runs.some((run) => runs.has(run))
        ? [entry.fence]
        : [],
    ),
  )
  return timeline
    .slice(Math.max(0, opened))
    .filter((entry) => concerns(entry, specId, runs, fences))
    .slice(-ENTRIES_SHOWN_MAX)
    .map((entry) => ({ at: entry.at, type: entry.type, facts: factsOf(entry) }))
}

type Opening = Extract<Entry, { type: 'session_opened' | 'run_reopened' }>

const opens = (entry: Entry, specId: string): entry is Opening =>
  (entry.type === 'session_opened' || entry.type === 'run_reopened') && entry.specId === specId

/** What names a session or a run must name this one; what names none is of the person. */
function concerns(
  entry: Entry,
  specId: string,
  runs: ReadonlySet<number>,
  fences: ReadonlySet<number>,
): boolean {
  switch (entry.type) {
    case 'session_opened':
      return entry.specId === specId || entry.evicts === specId
    case 'run_reopened':
    case 'code_refused':
    case 'draft_saved':
      return entry.specId === specId
    case 'sessions_archived':
      return entry.specIds.includes(specId)
    case 'runs_expired':
      return entry.runs.some((run) => runs.has(run))
    case 'lease_granted':
      return entry.runs.length === 0 || fences.has(entry.fence)
    case 'step_done':
    case 'pass_failed':
    case 'call_renewed':
    case 'lease_returned':
      return fences.has(entry.fence)
    case 'mail_sent':
    case 'mail_failed':
    case 'invitation_requested':
    case 'invitation_sent':
    case 'chore_failed':
    case 'unsubscribed':
    case 'code_requested':
    case 'proven':
    case 'onboard_asked':
    case 'member_refreshed':
    case 'member_ended':
    case 'erased':
    case 'erasure_ordered':
    case 'erasure_passed':
    case 'erasure_completed':
      return true
  }
}

/**
 * The facts of an entry that an operator may see, each one named here: a field that an entry gains is
 * hidden until somebody names it. Never the address, a client, a frozen call, a draft or what a step
 * of somebody's own calls its thing.
 */
function factsOf(entry: Entry): Readonly<Record<string, EntryFact>> {
  switch (entry.type) {
    case 'session_opened':
      return {
        specId: entry.specId,
        run: entry.run,
        planId: entry.planId,
        steps: entry.steps,
        expiresAt: entry.expiresAt,
        deadlineAt: entry.deadlineAt,
        newAccount: entry.account !== undefined,
        mailWanted: entry.mail !== undefined,
        evicts: entry.evicts ?? null,
      }
    case 'lease_granted': {
      const { fence, until, runs, mail, chores = [] } = entry
      return { fence, until, runs, mail, chores }
    }
    case 'step_done':
      return { fence: entry.fence, step: entry.step }
    case 'pass_failed': {
      const { fence, step, kind, detail, failed, retryAt } = entry
      return { fence, step, kind, detail, failed, retryAt }
    }
    case 'call_renewed':
      return { fence: entry.fence, step: entry.step, renewals: entry.call.renewals }
    case 'lease_returned':
      return { fence: entry.fence }
    case 'mail_failed':
      return { kind: entry.kind, detail: entry.detail, retryAt: entry.retryAt }
    case 'runs_expired':
      return { runs: entry.runs }
    case 'run_reopened': {
      const { specId, run, steps, deadlineAt } = entry
      return { specId, run, steps, deadlineAt }
    }
    case 'sessions_archived':
      return { specIds: entry.specIds }
    case 'invitation_requested':
      return { once: entry.once }
    case 'chore_failed': {
      const { chore, kind, detail, retryAt } = entry
      return { chore, kind, detail, retryAt }
    }
    case 'code_refused':
    case 'draft_saved':
      return { specId: entry.specId }
    case 'proven':
      return { by: entry.by, specId: entry.specId ?? null, authEpoch: entry.authEpoch }
    case 'member_refreshed':
      return { generation: entry.generation }
    case 'member_ended':
      return { reason: entry.reason }
    case 'mail_sent':
    case 'invitation_sent':
    case 'unsubscribed':
    case 'code_requested':
    case 'onboard_asked':
    case 'erased':
      return {}
    case 'erasure_ordered':
    case 'erasure_completed':
      return { erasure: entry.erasure }
    case 'erasure_passed':
      return { erasure: entry.erasure, againAt: entry.againAt }
  }
}
