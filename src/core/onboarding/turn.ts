import { type Decision, type DecisionContext, EntryLog } from './decision.ts'
import { holdsLease } from './due.ts'
import { MAIL_KEY_LIFETIME_MS, RUN_DEADLINE_MS } from './limits.ts'
import { type SubjectState, isOpen } from './state.ts'

/** What time alone makes true: a run past its deadline has failed, a mail is given up. */
function expire(log: EntryLog, now: number): void {
  const runs = [...log.state.sessions.values()]
    .filter((session) => isOpen(session) && session.deadlineAt <= now)
    .map((session) => session.run)
  if (runs.length > 0) log.append({ at: now, type: 'runs_expired', runs })
  const { mail } = log.state
  if (mail?.status === 'due' && mail.requestedAt + RUN_DEADLINE_MS <= now) {
    const kind = 'unavailable'
    const detail = 'deadline exceeded'
    log.append({ at: now, type: 'mail_failed', mail: mail.id, kind, detail, retryAt: null })
  }
  expireInvitation(log, now)
}

/** A consumer died with it: it may have gone out, and nothing could keep a second one from going. */
function expireInvitation(log: EntryLog, now: number): void {
  const { invitation } = log.state
  if (invitation?.status !== 'due' || holdsLease(log.state, now)) return
  const unrepeatable = invitation.once && invitation.handedOut
  if (!unrepeatable && now < invitation.requestedAt + MAIL_KEY_LIFETIME_MS) return
  const detail = unrepeatable ? 'outcome unknown' : 'deadline exceeded'
  const entry = { at: now, type: 'chore_failed', chore: 'invitation', detail } as const
  log.append({ ...entry, kind: 'unknown_outcome', retryAt: null })
}

/** A decision together with the state that follows from it. */
export interface Turn<Reply> extends Decision<Reply> {
  readonly state: SubjectState
}

/**
 * One turn of the object: first what time has made true, whether or not an alarm said so, then the
 * command in that light.
 */
export function takeTurn<Reply>(
  state: SubjectState,
  context: DecisionContext,
  decide: (state: SubjectState, context: DecisionContext) => Decision<Reply>,
): Turn<Reply> {
  const log = new EntryLog(state)
  expire(log, context.now)
  const { entries, reply } = decide(log.state, context)
  for (const entry of entries) log.append(entry)
  return { entries: log.entries, state: log.state, reply }
}

/** Only time passes. */
export const decideNothing = (): Decision<null> => ({ entries: [], reply: null })
