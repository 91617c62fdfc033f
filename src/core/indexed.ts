import type { WakeMessage } from '../contract/messages.ts'
import type { SubjectStatus } from '../contract/subject-rpc.ts'
import { RUN_DEADLINE_MS } from './onboarding/limits.ts'
import type { IndexedSession, OverdueSession } from './ports.ts'

const UNTOUCHED = {
  failure: null,
  evicted: false,
  archivedAt: null,
  invitedAt: null,
  provenAt: null,
} as const

/** What a wake-up tells the index: these sessions exist, and should be over soon. */
export const indexedOpening = ({ key, sessions }: WakeMessage): readonly IndexedSession[] =>
  sessions.map((session) => ({
    ...UNTOUCHED,
    ...session,
    subjectKey: key,
    status: 'pending',
    deadlineAt: session.deadlineAt ?? session.openedAt + RUN_DEADLINE_MS,
    dueAt: session.openedAt,
  }))

/**
 * What a subject's object tells the index; its size with its oldest session, so that it counts once. One
 * that made room tells it no more, and takes back what it has told.
 */
export function indexedStatus(
  subjectKey: string,
  { sessions, dueAt, storageBytes }: SubjectStatus,
): readonly IndexedSession[] {
  const oldest = sessions.find(({ evicted }) => !evicted)
  return sessions.map((session) => ({
    ...session,
    subjectKey,
    // Who made room is looked after with the others.
    dueAt: session.evicted ? null : dueAt,
    ...(session.evicted ? { storageBytes: 0 } : session === oldest ? { storageBytes } : {}),
  }))
}

/** A session that its object has forgotten: it was evicted long ago. */
export const indexedForgotten = (session: OverdueSession): IndexedSession => ({
  ...UNTOUCHED,
  ...session,
  status: 'failed',
  deadlineAt: session.openedAt + RUN_DEADLINE_MS,
  dueAt: null,
  storageBytes: 0,
})
