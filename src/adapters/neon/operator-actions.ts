import { and, desc, eq, sql } from 'drizzle-orm'
import type { ActionPage, ActionView, OperatorRequest } from '../../contract/admin.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { GIVE_UP_MS } from '../../core/dead-letters/replay.ts'
import type { Database } from './database.ts'
import { isWakeUp } from './dead-letters.ts'
import { deadLetters as letters, operatorActions as actions, replays } from './schema.ts'

/** One statement marks them all in about a second; the rest of a larger group is asked for again. */
const REPLAY_LETTERS_MAX = 10_000

// What operators do: each is one statement together with its line in the audit. All throw when the
// database cannot.

export type ReplayRefusal =
  | { readonly code: 'unknown_group' | 'nothing_to_replay' }
  | { readonly code: 'replay_running'; readonly replay: string }

/** Plans a replay of the letters that the group has open now, the oldest first. */
export async function startReplay(
  database: Database,
  fingerprint: string,
  { operator, reason }: OperatorRequest,
  now: number,
): Promise<Result<string, ReplayRefusal>> {
  const id = crypto.randomUUID()
  const at = new Date(now).toISOString()
  const giveUpAt = new Date(now + GIVE_UP_MS).toISOString()
  const { rows } = await database.execute(sql`
    with planned as (
      select id from ${letters}
      where fingerprint = ${fingerprint} and state = 'open' and (source = 'run' or ${isWakeUp})
      order by failed_at, id limit ${REPLAY_LETTERS_MAX} for update
    ), replay as (
      insert into ${replays}
        (id, fingerprint, state, stage, letters, requested_at, give_up_at)
      select ${id}::uuid, ${fingerprint}, 'running', 1, count(*),
        ${at}::timestamptz, ${giveUpAt}::timestamptz
      from planned having count(*) > 0
      on conflict do nothing
      returning id
    ), audited as (
      insert into ${actions} (id, action, operator, reason, fingerprint, replay_id, at)
      select id, 'replay', ${operator}, ${reason}, ${fingerprint}, id, ${at}::timestamptz
      from replay
    )
    update ${letters} set replay_id = replay.id, stage = null
    from replay where ${letters.id} in (select id from planned)
    returning ${letters.id}`)
  return rows.length > 0 ? ok(id) : fail(await refusalOf(database, fingerprint))
}

async function refusalOf(database: Database, fingerprint: string): Promise<ReplayRefusal> {
  const [running] = await database
    .select({ id: replays.id })
    .from(replays)
    .where(and(eq(replays.fingerprint, fingerprint), eq(replays.state, 'running')))
  if (running) return { code: 'replay_running', replay: running.id }
  const [known] = await database
    .select({ id: letters.id })
    .from(letters)
    .where(eq(letters.fingerprint, fingerprint))
    .limit(1)
  return { code: known ? 'nothing_to_replay' : 'unknown_group' }
}

/** Begins nothing more; what is under way ends as it will. Nothing to do for one that is over. */
export async function stopReplay(
  database: Database,
  id: string,
  { operator, reason }: OperatorRequest,
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString()
  await database.execute(sql`
    with stopped as (
      update ${replays}
      set state = 'stopped', stopped_as = 'by_operator', version = version + 1,
        ended_at = ${at}::timestamptz
      where id = ${id}::uuid and state = 'running'
      returning id, fingerprint
    ), audited as (
      update ${actions} set outcome = 'stopped, by_operator', ended_at = ${at}::timestamptz
      where action = 'replay' and replay_id in (select id from stopped)
    )
    insert into ${actions}
      (id, action, operator, reason, fingerprint, replay_id, at, outcome, ended_at)
    select ${crypto.randomUUID()}::uuid, 'stop', ${operator}, ${reason}, fingerprint, id,
      ${at}::timestamptz, 'stopped', ${at}::timestamptz
    from stopped`)
}

/**
 * Puts the open letters of a group aside. A replay that is going on loses those whose turn has not
 * come.
 *
 * @returns how many
 */
export async function dismissGroup(
  database: Database,
  fingerprint: string,
  { operator, reason }: OperatorRequest,
  now: number,
): Promise<number> {
  const at = new Date(now).toISOString()
  const { rows } = await database.execute<{ dismissed: number }>(sql`
    with own as (
      select id from ${letters} where fingerprint = ${fingerprint} and state = 'open'
      order by failed_at, id for update
    ), dismissed as (
      update ${letters} set state = 'dismissed', settled_at = ${at}::timestamptz
      where id in (select id from own)
      returning id
    ), counted as (select count(*)::int as dismissed from dismissed having count(*) > 0)
    insert into ${actions} (id, action, operator, reason, fingerprint, at, outcome, ended_at)
    select ${crypto.randomUUID()}::uuid, 'dismiss', ${operator}, ${reason}, ${fingerprint},
      ${at}::timestamptz, counted.dismissed || ' dismissed', ${at}::timestamptz
    from counted
    returning (select dismissed from counted)`)
  return rows[0]?.dismissed ?? 0
}

/** The newest first. */
export async function listActions(
  database: Database,
  { limit, after }: ActionPage,
): Promise<{ readonly actions: readonly ActionView[]; readonly next: string | null }> {
  const rows = await database
    .select()
    .from(actions)
    .where(
      after === undefined
        ? undefined
        : sql`(${actions.at}, ${actions.id}) < (
            select last.at, last.id from ${actions} last where last.id = ${after})`,
    )
    .orderBy(desc(actions.at), desc(actions.id))
    .limit(limit)
  return {
    actions: rows.map(({ replayId, at, endedAt, ...action }) => ({
      ...action,
      replay: replayId,
      at: at.getTime(),
      endedAt: endedAt?.getTime() ?? null,
    })),
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  }
}
