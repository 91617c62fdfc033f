import { type SQL, inArray, lt, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { SessionTimes } from '../../contract/subject-rpc.ts'
import type { IndexedSession, SessionIndex } from '../../core/ports.ts'
import { isTerminal } from '../../core/onboarding/state.ts'
import type { Database } from './database.ts'
import { keepRunLetters, settleRunLetters } from './run-letters.ts'
import { onboardingSessions } from './schema.ts'

/** PostgreSQL takes 65,535 parameters in a statement; a row has twenty-five. */
const ROWS_MAX = 1_000

export function createSessionIndex(database: Database): SessionIndex {
  return {
    async record(sessions, now) {
      const known = distinct(sessions)
      const replays = new Set<string>()
      for (let from = 0; from < known.length; from += ROWS_MAX) {
        const chunk = known.slice(from, from + ROWS_MAX)
        for (const id of await recordChunk(database, chunk, now)) replays.add(id)
      }
      return [...replays]
    },

    async takeOverdue(dueBefore, limit, againAt) {
      const overdue = database
        .select({ specId: onboardingSessions.specId })
        .from(onboardingSessions)
        .where(lt(onboardingSessions.dueAt, new Date(dueBefore)))
        .orderBy(onboardingSessions.dueAt)
        .limit(limit)
        // Two ticks at a time share the work.
        .for('update', { skipLocked: true })
      const rows = await database
        .update(onboardingSessions)
        .set({ dueAt: new Date(againAt) })
        .where(inArray(onboardingSessions.specId, overdue))
        .returning()
      return rows.flatMap(({ specId, subjectKey, run, openedAt }) =>
        subjectKey === null ? [] : [{ specId, subjectKey, run, openedAt: openedAt.getTime() }],
      )
    },
  }
}

/** @returns the replays of the letters that were settled */
async function recordChunk(
  database: Database,
  sessions: readonly IndexedSession[],
  now: number,
): Promise<readonly string[]> {
  const upserted = upsert(
    database,
    sessions.map((session) => rowOf(session, now)),
  )
  if (!sessions.some(({ status }) => isTerminal(status))) {
    await upserted
    return []
  }
  const [, , settled] = await database.batch([
    upserted,
    keepRunLetters(database, sessions),
    settleRunLetters(database, sessions, now),
  ])
  return settled.flatMap(({ replayId }) => replayId ?? [])
}

type Row = typeof onboardingSessions.$inferInsert

const { run, status, settledAt, failureStep, failureKind, failureDetail } = onboardingSessions
const { archivedAt, invitedAt, provenAt, erasedAt, storageBytes } = onboardingSessions
const { runOpenedAt, leasedAt, waitedMs, hydratingAt, mergedAt } = onboardingSessions
const { reclaims, droppedAt } = onboardingSessions

/**
 * What is over stays over; only a later run begins again. An erasure says so of sessions that were not:
 * of whoever came back meanwhile their object knows better.
 */
const isOver = sql`(excluded.run = ${run} and ${settledAt} is not null and ${erasedAt} is null)`
const unlessOver = (kept: PgColumn, said: SQL): SQL =>
  sql`case when ${isOver} then ${kept} else ${said} end`

/** What a wake-up does not know of a run somebody else may have told. */
const ofRun = (column: PgColumn): SQL =>
  sql`coalesce(excluded.${sql.identifier(column.name)}, case when excluded.run = ${run} then ${column} end)`

const upsert = (database: Database, rows: readonly Row[]) =>
  database
    .insert(onboardingSessions)
    .values([...rows])
    .onConflictDoUpdate({
      target: onboardingSessions.specId,
      set: {
        subjectKey: sql`excluded.subject_key`,
        run: sql`excluded.run`,
        status: unlessOver(status, sql`excluded.status`),
        settledAt: unlessOver(settledAt, sql`excluded.settled_at`),
        failureStep: unlessOver(failureStep, sql`excluded.failure_step`),
        failureKind: unlessOver(failureKind, sql`excluded.failure_kind`),
        failureDetail: unlessOver(failureDetail, sql`excluded.failure_detail`),
        archivedAt: sql`coalesce(${archivedAt}, excluded.archived_at)`,
        invitedAt: sql`coalesce(${invitedAt}, excluded.invited_at)`,
        provenAt: sql`coalesce(${provenAt}, excluded.proven_at)`,
        deadlineAt: sql`excluded.deadline_at`,
        dueAt: sql`excluded.due_at`,
        runOpenedAt: unlessOver(runOpenedAt, ofRun(runOpenedAt)),
        leasedAt: unlessOver(leasedAt, ofRun(leasedAt)),
        waitedMs: unlessOver(waitedMs, sql`excluded.waited_ms`),
        hydratingAt: sql`coalesce(${hydratingAt}, excluded.hydrating_at)`,
        mergedAt: sql`coalesce(${mergedAt}, excluded.merged_at)`,
        reclaims: sql`greatest(${reclaims}, excluded.reclaims)`,
        droppedAt: sql`coalesce(${droppedAt}, excluded.dropped_at)`,
        // Its object still knows it: whoever was being erased came back.
        erasedAt: null,
        storageBytes: sql`coalesce(excluded.storage_bytes, ${storageBytes})`,
      },
      // A late word of an earlier run, or of the time before the end, says nothing.
      setWhere: sql`excluded.run > ${run}
        or (excluded.run = ${run} and (${settledAt} is null or excluded.settled_at is not null))`,
    })

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
  deadlineAt: new Date(session.deadlineAt),
  openedAt: new Date(session.openedAt),
  settledAt: isTerminal(session.status) ? new Date(session.times?.settledAt ?? now) : null,
  storageBytes: session.storageBytes ?? null,
  dueAt: dateOf(session.dueAt),
  failureStep: session.failure?.step ?? null,
  failureKind: session.failure?.kind ?? null,
  failureDetail: session.failure?.detail ?? null,
  archivedAt: dateOf(session.archivedAt),
  invitedAt: dateOf(session.invitedAt),
  provenAt: dateOf(session.provenAt),
  origin: session.origin ?? 'sign_up',
  ...timesOf(session.times),
})

const timesOf = (times: SessionTimes | undefined): Partial<Row> =>
  times === undefined
    ? {}
    : {
        runOpenedAt: new Date(times.runOpenedAt),
        leasedAt: dateOf(times.leasedAt),
        waitedMs: times.waitedMs,
        hydratingAt: dateOf(times.hydratingAt),
        mergedAt: dateOf(times.mergedAt),
        reclaims: times.reclaims,
        droppedAt: times.droppedAt,
      }

const dateOf = (moment: number | null): Date | null => (moment === null ? null : new Date(moment))
