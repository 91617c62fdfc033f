import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { runLetterId } from '../../core/dead-letters/letters.ts'
import { fingerprintOfRun } from '../../core/dead-letters/fingerprint.ts'
import { isTerminal } from '../../core/onboarding/state.ts'
import type { IndexedSession } from '../../core/ports.ts'
import type { Database } from './database.ts'
import { deadLetters as letters, onboardingSessions as sessions } from './schema.ts'

// What the index does to dead letters, in the transaction in which it learns of a run's end.

/**
 * A failed run's letter, once. The index row has the say: a late word of an earlier run makes none, nor
 * does an evicted session, which nobody can reopen.
 */
export function keepRunLetters(database: Database, recorded: readonly IndexedSession[]) {
  const failed = recorded.flatMap(({ specId, run, status, failure, evicted }) =>
    status === 'failed' && failure !== null && !evicted
      ? [
          {
            id: runLetterId(specId, run),
            spec_id: specId,
            run,
            fingerprint: fingerprintOfRun(failure),
          },
        ]
      : [],
  )
  return database.execute(sql`
    insert into ${letters}
      (id, source, fingerprint, subject_key, spec_id, run, step, kind, detail, failed_at)
    select failed.id, 'run', failed.fingerprint, ${sessions.subjectKey}, ${sessions.specId},
      ${sessions.run}, ${sessions.failureStep}, ${sessions.failureKind},
      ${sessions.failureDetail}, ${sessions.settledAt}
    from jsonb_to_recordset(${JSON.stringify(failed)}::jsonb)
      as failed (id text, spec_id uuid, run integer, fingerprint text)
    join ${sessions} on ${sessions.specId} = failed.spec_id and ${sessions.run} = failed.run
    where ${sessions.status} = 'failed' and ${sessions.failureStep} is not null
      and ${sessions.subjectKey} is not null
    order by failed.id
    on conflict do nothing`)
}

/**
 * Letters of earlier runs of sessions that are over: whatever came of the later run came of them.
 *
 * @returns of each one the replay that it belongs to
 */
export function settleRunLetters(
  database: Database,
  recorded: readonly IndexedSession[],
  now: number,
) {
  const over = recorded.filter(({ status }) => isTerminal(status)).map(({ specId }) => specId)
  const superseded = database
    .select({ id: letters.id })
    .from(letters)
    .innerJoin(sessions, eq(sessions.specId, letters.specId))
    .where(
      and(
        inArray(letters.specId, over),
        isNull(letters.settledAt),
        sql`${letters.run} < ${sessions.run}`,
        inArray(sessions.status, ['merged', 'failed']),
      ),
    )
    .orderBy(asc(letters.failedAt), asc(letters.id))
    .for('update', { of: letters })
  return database
    .update(letters)
    .set({
      // A failed run without a letter is one that nobody can reopen.
      state: sql`(
        select case
          when ${sessions.status} = 'merged' then 'resolved'
          when exists (
            select 1 from ${letters} later
            where later.spec_id = ${sessions.specId} and later.run = ${sessions.run}
          ) then 'failed_again'
          else 'gone'
        end
        from ${sessions} where ${sessions.specId} = ${letters.specId})`,
      lookAt: null,
      settledAt: new Date(now),
    })
    .where(inArray(letters.id, superseded))
    .returning({ replayId: letters.replayId })
}

/** A person is erased: their letters lead to nobody any more. */
export function closeLettersOf(database: Database, subjectKey: string) {
  const own = database
    .select({ id: letters.id })
    .from(letters)
    .where(eq(letters.subjectKey, subjectKey))
    .orderBy(asc(letters.failedAt), asc(letters.id))
    .for('update')
  return database
    .update(letters)
    .set({
      subjectKey: null,
      body: null,
      lookAt: null,
      state: sql`case when ${letters.settledAt} is null then 'gone' else ${letters.state} end`,
      settledAt: sql`coalesce(${letters.settledAt}, now())`,
    })
    .where(inArray(letters.id, own))
}
