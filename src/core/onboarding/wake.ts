import { SESSIONS_MAX, type WakeMessage } from '../../contract/messages.ts'
import { isWorkDue } from './due.ts'
import { type SubjectState, isOpen } from './state.ts'

/**
 * The wake-up to send after a change, or `null`. Work that was already waiting has been announced,
 * and the alarm repeats that; only work that became due just now needs a new announcement.
 */
export function wakeAfter(
  before: SubjectState,
  after: SubjectState,
  now: number,
): WakeMessage | null {
  return isWorkDue(after, now) && !isWorkDue(before, now) ? wakeMessage(after) : null
}

/** The message that tells a consumer to ask this subject what is due. */
export function wakeMessage(state: SubjectState): WakeMessage | null {
  const { subjectKey: key } = state.account ?? state.condemned?.account ?? {}
  if (key === undefined) return null
  const open = [...state.sessions.values()].filter(isOpen)
  return {
    v: 1,
    key,
    sessions: open.slice(-SESSIONS_MAX).map(({ specId, run, openedAt, deadlineAt, origin }) => ({
      specId,
      run,
      openedAt,
      deadlineAt,
      origin,
    })),
    traceparent: open.at(-1)?.traceparent ?? '',
  }
}
