import { and, asc, isNull, lt, sql } from 'drizzle-orm'
import type { IndexedSession, SessionIndex } from '../../core/ports.ts'
import { isTerminal } from '../../core/onboarding/state.ts'
import type { Database } from './database.ts'
import { onboardingSessions } from './schema.ts'

export function createSessionIndex(database: Database): SessionIndex {
  return {
    async record(sessions, now) {
      if (sessions.length === 0) return
      await database
        .insert(onboardingSessions)
        .values(distinct(sessions).map((session) => rowOf(session, now)))
        .onConflictDoUpdate({
          target: onboardingSessions.specId,
          set: {
            status: sql`excluded.status`,
            settledAt: sql`excluded.settled_at`,
            storageBytes: sql`coalesce(excluded.storage_bytes, ${onboardingSessions.storageBytes})`,
          },
          setWhere: sql`${onboardingSessions.settledAt} is null and excluded.settled_at is not null`,
        })
    },

    async overdueSubjects(openedBefore, limit) {
      const rows = await database
        .select({ subjectKey: onboardingSessions.subjectKey })
        .from(onboardingSessions)
        .where(
          and(
            isNull(onboardingSessions.settledAt),
            lt(onboardingSessions.openedAt, new Date(openedBefore)),
          ),
        )
        .groupBy(onboardingSessions.subjectKey)
        .orderBy(asc(sql`min(${onboardingSessions.openedAt})`))
        .limit(limit)
      return rows.map((row) => row.subjectKey)
    },
  }
}

/** One statement may touch a row once; the last word on a session counts. Sorted against deadlocks. */
const distinct = (sessions: readonly IndexedSession[]): readonly IndexedSession[] =>
  [...new Map(sessions.map((session) => [session.specId, session])).values()].toSorted((a, b) =>
    a.specId < b.specId ? -1 : 1,
  )

const rowOf = (session: IndexedSession, now: number): typeof onboardingSessions.$inferInsert => ({
  specId: session.specId,
  subjectKey: session.subjectKey,
  run: session.run,
  status: session.status,
  openedAt: new Date(session.openedAt),
  settledAt: isTerminal(session.status) ? new Date(now) : null,
  storageBytes: session.storageBytes ?? null,
})
