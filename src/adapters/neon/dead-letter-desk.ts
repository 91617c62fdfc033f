import { type SQL, and, asc, count, desc, eq, isNull, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { LetterGroup, LetterPage, LetterView, ReplayView } from '../../contract/admin.ts'
import type { PreviewCounts } from '../../core/dead-letters/preview.ts'
import type { Database } from './database.ts'
import { isWakeUp } from './dead-letters.ts'
import {
  deadLetters as letters,
  operatorActions as actions,
  replays,
  onboardingSessions as sessions,
} from './schema.ts'

/** More kinds of failure than anybody can look at at once. */
const GROUPS_MAX = 100
const SAMPLES_MAX = 5

// What operators read. Each function throws when the database cannot.

/** Groups with letters that are not settled, the largest first. */
export async function listGroups(database: Database): Promise<readonly LetterGroup[]> {
  const rows = await database
    .select({
      fingerprint: letters.fingerprint,
      source: letters.source,
      step: letters.step,
      kind: letters.kind,
      sampleDetail: sql<string>`(array_agg(${letters.detail} order by ${letters.failedAt} desc))[1]`,
      open: inState('open'),
      replaying: inState('replaying'),
      oldest: milliseconds(sql`min(${letters.failedAt})`),
      newest: milliseconds(sql`max(${letters.failedAt})`),
      replay: replays.id,
    })
    .from(letters)
    .leftJoin(
      replays,
      and(eq(replays.fingerprint, letters.fingerprint), eq(replays.state, 'running')),
    )
    .where(isNull(letters.settledAt))
    .groupBy(letters.fingerprint, letters.source, letters.step, letters.kind, replays.id)
    .orderBy(desc(count()), asc(letters.fingerprint))
    .limit(GROUPS_MAX)
  return rows
}

/** A page of a group, the oldest first; `next` is where the following one begins. */
export async function listLetters(
  database: Database,
  fingerprint: string,
  { limit, after, state }: LetterPage,
): Promise<{ readonly letters: readonly LetterView[]; readonly next: string | null }> {
  const rows = await database
    .select(VIEW)
    .from(letters)
    .where(
      and(
        eq(letters.fingerprint, fingerprint),
        state === undefined ? undefined : eq(letters.state, state),
        after === undefined
          ? undefined
          : sql`(${letters.failedAt}, ${letters.id}) > (
              select last.failed_at, last.id from ${letters} last where last.id = ${after})`,
      ),
    )
    .orderBy(asc(letters.failedAt), asc(letters.id))
    .limit(limit)
  return { letters: rows, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) }
}

/** `null`: no letter has this fingerprint. */
export async function countForPreview(
  database: Database,
  fingerprint: string,
): Promise<PreviewCounts | null> {
  const isOpen = eq(letters.state, 'open')
  const [counted, samples] = await database.batch([
    database
      .select({
        known: count(),
        step: sql<string | null>`max(${letters.step})`,
        letters: sql<number>`(count(*) filter (where ${isOpen} and ${isReplayable}))::int`,
        people: sql<number>`(count(distinct ${letters.subjectKey}) filter (where ${isOpen} and ${isReplayable}))::int`,
        notReplayable: sql<number>`(count(*) filter (where ${isOpen} and not ${isReplayable}))::int`,
        replay: sql<string | null>`(
          select ${replays.id} from ${replays}
          where ${replays.fingerprint} = ${fingerprint} and ${replays.state} = 'running')`,
      })
      .from(letters)
      .leftJoin(sessions, eq(sessions.specId, letters.specId))
      .where(eq(letters.fingerprint, fingerprint)),
    database
      .select(VIEW)
      .from(letters)
      .leftJoin(sessions, eq(sessions.specId, letters.specId))
      .where(and(eq(letters.fingerprint, fingerprint), isOpen, isReplayable))
      .orderBy(asc(letters.failedAt), asc(letters.id))
      .limit(SAMPLES_MAX),
  ])
  const [row] = counted
  if (row === undefined || row.known === 0) return null
  const { known: _, ...counts } = row
  return { ...counts, samples }
}

/** A wake-up; a run that the index, too, knows as the session's last and failed. */
const isReplayable = sql`(
  ${isWakeUp}
  or coalesce(${sessions.run} = ${letters.run} and ${sessions.status} = 'failed', false))`

/** `null`: there is no such replay. */
export async function readReplay(database: Database, id: string): Promise<ReplayView | null> {
  const [row] = await database
    .select({
      id: replays.id,
      fingerprint: replays.fingerprint,
      state: replays.state,
      stage: replays.stage,
      operator: actions.operator,
      reason: actions.reason,
      requestedAt: milliseconds(replays.requestedAt),
      endedAt: sql<number | null>`${milliseconds(replays.endedAt)}`,
      stoppedAs: replays.stoppedAs,
      stoppedAtLetter: replays.stoppedAtLetter,
      letters: replays.letters,
      counts: {
        open: inState('open'),
        replaying: inState('replaying'),
        resolved: inState('resolved'),
        failed_again: inState('failed_again'),
        dismissed: inState('dismissed'),
        gone: inState('gone'),
      },
    })
    .from(replays)
    .innerJoin(actions, and(eq(actions.replayId, replays.id), eq(actions.action, 'replay')))
    .leftJoin(letters, eq(letters.replayId, replays.id))
    .where(eq(replays.id, id))
    .groupBy(replays.id, actions.id)
  return row ?? null
}

const milliseconds = (moment: SQL | PgColumn) =>
  sql<number>`(extract(epoch from ${moment}) * 1000)::float8`

const inState = (state: LetterView['state']) =>
  sql<number>`(count(*) filter (where ${letters.state} = ${state}))::int`

const VIEW = {
  id: letters.id,
  source: letters.source,
  specId: letters.specId,
  run: letters.run,
  step: letters.step,
  kind: letters.kind,
  detail: letters.detail,
  state: letters.state,
  failedAt: milliseconds(letters.failedAt),
  settledAt: sql<number | null>`${milliseconds(letters.settledAt)}`,
  replay: letters.replayId,
  stage: letters.stage,
}
