import type { Entry } from './entries.ts'
import type { Lease, SubjectState } from './state.ts'

/** What a consumer reports when every call before it was answered. */
const ANSWERED: ReadonlySet<Entry['type']> = new Set([
  'step_done',
  'mail_sent',
  'mail_failed',
  'sessions_archived',
  'invitation_sent',
])

/**
 * Keeps `callsUntil`, up to which a call of a consumer may still arrive and make something outside. A
 * lease that ended with answers leaves things as it found them; one that lapsed, failed or lost a run
 * leaves the time that it had, and the time in which nothing is on its way any more.
 */
export function followCalls(before: SubjectState, after: SubjectState, entry: Entry): SubjectState {
  if (before.lease === null || before.lease === after.lease) return after
  if (entry.type === 'lease_granted') return after
  const isAnswered =
    ANSWERED.has(entry.type) || (entry.type === 'lease_returned' && isQuiet(before.lease))
  if (after.lease === null) {
    return isAnswered ? { ...after, callsUntil: before.lease.callsBefore } : after
  }
  return isAnswered ? after : { ...after, lease: { ...after.lease, callsBefore: after.callsUntil } }
}

/** Steps are done one after the other, and none is begun any more; the archive is written beside them. */
const isQuiet = ({ chores }: Lease): boolean => !chores.includes('archive')
