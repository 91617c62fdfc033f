import type { Chore, StepFailure } from '../../contract/hydration.ts'
import { NO_BUDGET_DETAIL } from '../hydration/failure.ts'
import { UNHURRIED_BACKOFF_MAX_MS, countFailure, isExhausted, retryAt } from '../hydration/retry.ts'
import type { DecisionContext, EntryLog } from './decision.ts'
import { MAIL_KEY_LIFETIME_MS } from './limits.ts'
import type { Invitation, Retry, SubjectState } from './state.ts'
import { erasableAt, wantsInvitation } from './unfinished.ts'

/** Only sessions that were handed out and are still here. The last one archived calls the person back. */
export function reportArchived(
  log: EntryLog,
  specIds: readonly string[],
  { now, newId, mailRepeats }: DecisionContext,
): void {
  const archived = specIds.filter((specId) => log.state.sessions.get(specId)?.archivedAt === null)
  log.append({ at: now, type: 'sessions_archived', specIds: archived })
  if (!wantsInvitation(log.state, now)) return
  const once = mailRepeats === 'at_least_once'
  log.append({ at: now, type: 'invitation_requested', invitation: newId(), once })
}

export function reportInvitationSent(log: EntryLog, { now }: DecisionContext): void {
  const { invitation } = log.state
  if (invitation?.status !== 'due') return
  log.append({ at: now, type: 'invitation_sent', invitation: invitation.id })
}

/**
 * The account is gone outside. Whoever came back meanwhile keeps theirs: the next run finds what is
 * missing and makes it again.
 */
export function reportErased(log: EntryLog, { now }: DecisionContext): void {
  const { state } = log
  const at = erasableAt(state)
  if (at === null || at > now) {
    const chore = { at: now, type: 'chore_failed', chore: 'erasure' } as const
    log.append({ ...chore, kind: 'conflict', detail: 'the person came back', retryAt: now })
    return
  }
  const { lastRun: run, lastFence: fence, authEpoch, unsubscribed } = state
  log.append({ at: now, type: 'erased', run, fence, authEpoch, unsubscribed })
}

export function reportChoreFailed(
  log: EntryLog,
  chore: Chore,
  failure: StepFailure,
  { now, random }: DecisionContext,
): void {
  const { kind, detail } = failure
  const failures = triesOf(log.state, chore) + 1
  const next = retryAt(failure, failures, now, random(), UNHURRIED_BACKOFF_MAX_MS)
  const { invitation } = log.state
  const over = chore === 'invitation' && invitation !== null && isOver(invitation, failure, next)
  log.append({ at: now, type: 'chore_failed', chore, kind, detail, retryAt: over ? null : next })
}

const triesOf = (state: SubjectState, chore: Chore): number =>
  retryOf(state, chore)?.tries.failures ?? 0

function retryOf(state: SubjectState, chore: Chore): Retry | null {
  switch (chore) {
    case 'archive':
    case 'erasure':
    case 'invitation':
      return state[chore]
    case 'ordered_erasure':
      return state.condemned
  }
}

/**
 * Nobody is ever invited twice, so a sending that may have happened is repeated only while the
 * provider knows its key. Archiving and erasing are never given up.
 */
function isOver(invitation: Invitation, failure: StepFailure, next: number): boolean {
  const { kind, detail } = failure
  if (isExhausted(countFailure(invitation.tries, failure), kind)) return true
  const notSent = kind === 'rate_limited' || detail === NO_BUDGET_DETAIL
  if (invitation.once && !notSent) return true
  return next > invitation.requestedAt + MAIL_KEY_LIFETIME_MS
}
