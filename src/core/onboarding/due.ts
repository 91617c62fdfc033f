import type { Chore } from '../../contract/hydration.ts'
import {
  RUN_DEADLINE_MS,
  TELLING_REPEAT_BASE_MS,
  WAKE_REPEAT_BASE_MS,
  WAKE_REPEAT_MAX_MS,
} from './limits.ts'
import { type Session, type SubjectState, isOpen } from './state.ts'
import { erasableAt, nextArchiveAt } from './unfinished.ts'

/** Sessions whose run a consumer may work on now. */
export const dueSessions = (state: SubjectState, now: number): readonly Session[] =>
  [...state.sessions.values()].filter(
    (session) => isOpen(session) && runDueAt(state, session) <= now,
  )

/**
 * Nothing is built while something that an erasure began may still take it away, nor while whoever was
 * here before holds the address elsewhere.
 */
const runDueAt = (state: SubjectState, session: Session): number =>
  state.condemned === null ? Math.max(session.dueAt, state.removalsUntil) : Infinity

export const isMailDue = (state: SubjectState, now: number): boolean =>
  state.mail?.status === 'due' && state.mail.dueAt <= now

/** When each chore is due, epoch milliseconds; `null`: there is none of its kind. */
const CHORES_DUE: Readonly<Record<Chore, (state: SubjectState) => number | null>> = {
  archive: nextArchiveAt,
  invitation: ({ invitation }) => (invitation?.status === 'due' ? invitation.dueAt : null),
  erasure: erasableAt,
  ordered_erasure: ({ condemned }) => condemned?.dueAt ?? null,
}

export const dueChores = (state: SubjectState, now: number): readonly Chore[] =>
  (['archive', 'invitation', 'erasure'] as const).filter((chore) => {
    const dueAt = CHORES_DUE[chore](state)
    return dueAt !== null && dueAt <= now
  })

export const isOrderDue = ({ condemned }: SubjectState, now: number): boolean =>
  condemned !== null && condemned.dueAt <= now

export const holdsLease = (state: SubjectState, now: number): boolean =>
  state.lease !== null && now < state.lease.until

/** Work that nobody is doing: the reason to wake a consumer. */
export const isWorkDue = (state: SubjectState, now: number): boolean =>
  !holdsLease(state, now) &&
  (isOrderDue(state, now) ||
    isMailDue(state, now) ||
    dueSessions(state, now).length > 0 ||
    dueChores(state, now).length > 0)

/**
 * When the object must next look at itself, as a pure function of what it knows: nothing is stored
 * for it, so nothing can disagree with it.
 *
 * @returns epoch milliseconds after `now`, or `null` when nothing is left to do, ever
 */
export function nextWakeAt(state: SubjectState, now: number): number | null {
  const open = [...state.sessions.values()].filter(isOpen)
  const mail = state.mail?.status === 'due' ? state.mail : null
  const dues = [
    ...open.map((session) => runDueAt(state, session)),
    ...(mail ? [mail.dueAt] : []),
    ...Object.values(CHORES_DUE).flatMap((dueAt) => dueAt(state) ?? []),
  ]
  if (dues.length === 0) return null
  const deadlines = [
    ...open.map((session) => session.deadlineAt),
    ...(mail ? [mail.requestedAt + RUN_DEADLINE_MS] : []),
  ]
  const work =
    state.lease !== null && now < state.lease.until
      ? [state.lease.until]
      : dues.map((dueAt) => repeatAfter(dueAt, now))
  return Math.max(Math.min(...deadlines, ...work), now + 1)
}

/**
 * Whether an alarm that is set to `armedAt` will do for `wakeAt`: one that comes too soon looks, finds
 * nothing due and sets the next. One that should have rung by now was lost, and does for nothing.
 */
export const isArmedFor = (armedAt: number | null, wakeAt: number, now: number): boolean =>
  armedAt !== null && now < armedAt && armedAt <= wakeAt

/**
 * The moments at which work due since `dueAt` is announced again: the gaps double, then stay. They
 * depend on `dueAt` alone, so that no traffic in between can push them away.
 */
export const repeatAfter = (dueAt: number, now: number): number =>
  afterGaps(dueAt, now, WAKE_REPEAT_BASE_MS)

/**
 * The same of what Postgres has not been told since `pendingSince`: never before the first gap, also where
 * that was noted by a clock that is ahead of `now`.
 *
 * @returns epoch milliseconds after `now`; `null`: nothing is to be told
 */
export const tellAgainAt = (pendingSince: number | null, now: number): number | null =>
  pendingSince === null
    ? null
    : afterGaps(pendingSince, Math.max(pendingSince, now), TELLING_REPEAT_BASE_MS)

function afterGaps(since: number, now: number, firstGapMs: number): number {
  let at = since
  for (let gap = firstGapMs; at <= now; gap = Math.min(gap * 2, WAKE_REPEAT_MAX_MS)) at += gap
  return at
}
