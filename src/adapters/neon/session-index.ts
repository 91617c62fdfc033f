import { and, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { IndexedSession, SessionIndex } from '../../core/ports.ts'
import { isTerminal } from '../../core/onboarding/state.ts'
import type { Database } from './database.ts'
import { onboardingSessions } from './schema.ts'

/** PostgreSQL takes 65,535 parameters in a statement; a row has eight. */
const ROWS_MAX = 1_000

export function createSessionIndex(database: Database): SessionIndex {
  return {
    async record(sessions, now) {
      const rows = distinct(sessions).map((session) => rowOf(session, now))
      for (let from = 0; from < rows.length; from += ROWS_MAX) {
        await upsert(database, rows.slice(from, from + ROWS_MAX))
      }
    },

    async takeOverdue(openedBefore, limit, now) {
      const neglected = database
        .select({ specId: onboardingSessions.specId })
        .from(onboardingSessions)
        .where(
          and(
            isNull(onboardingSessions.settledAt),
            lt(onboardingSessions.openedAt, new Date(openedBefore)),
          ),
        )
        .orderBy(sql`coalesce(${onboardingSessions.sweptAt}, ${onboardingSessions.openedAt})`)
        .limit(limit)
      const rows = await database
        .update(onboardingSessions)
        .set({ sweptAt: new Date(now) })
        .where(inArray(onboardingSessions.specId, neglected))
        .returning()
      return rows.map((row) => ({
        specId: row.specId,
        subjectKey: row.subjectKey,
        run: row.run,
        status: row.status,
        openedAt: row.openedAt.getTime(),
      }))
    },
  }
}

type Row = typeof onboardingSessions.$inferInsert

async function upsert(database: Database, rows: readonly Row[]): Promise<void> {
  await database
    .insert(onboardingSessions)
    .values([...rows])
    .onConflictDoUpdate({
      target: onboardingSessions.specId,
      set: {
        status: sql`excluded.status`,
        settledAt: sql`excluded.settled_at`,
        storageBytes: sql`coalesce(excluded.storage_bytes, ${onboardingSessions.storageBytes})`,
      },
      setWhere: sql`${onboardingSessions.settledAt} is null and excluded.settled_at is not null`,
    })
}

/** One statement may touch a row once; the last word on a session counts. Sorted against deadlocks. */
const distinct = (sessions: readonly IndexedSession[]): readonly IndexedSession[] =>
  [...new Map(sessions.map((session) => [session.specId, session])).values()].toSorted((a, b) =>
    a.specId < b.specId ? -1 : 1,
  )

const rowOf = (session: IndexedSession, now: number): Row => ({
  specId: session.specId,
  subjectKey: session.subjectKey,
  run: session.run,
  status: session.status,
  openedAt: new Date(session.openedAt),
  settledAt: isTerminal(session.status) ? new Date(now) : null,
  storageBytes: session.storageBytes ?? null,
})
