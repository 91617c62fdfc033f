import { and, asc, eq, inArray, isNull, lte, sql } from 'drizzle-orm'
import { z } from 'zod'
import { WakeMessage } from '../../contract/messages.ts'
import type { BegunLetter } from '../../core/dead-letters/letters.ts'
import type { RunningReplay } from '../../core/dead-letters/replay.ts'
import type { ReplayStore } from '../../core/dead-letters/store.ts'
import type { Database } from './database.ts'
import { deadLetters as letters, operatorActions as actions, replays } from './schema.ts'

// Letters are locked in the order of `failed_at, id` wherever several are, as the index does.

export function createReplayStore(database: Database): ReplayStore {
  return {
    running: (id) => readRunning(database, id),

    async listRunning(limit) {
      const rows = await database
        .select({ id: replays.id })
        .from(replays)
        .where(eq(replays.state, 'running'))
        .orderBy(asc(replays.giveUpAt))
        .limit(limit)
      return rows.map(({ id }) => id)
    },

    begin: (...turn) => begin(database, ...turn),
    end: (...turn) => end(database, ...turn),

    async takeUnheard(now, limit, againAt) {
      const unheard = database
        .select({ id: letters.id })
        .from(letters)
        .where(and(eq(letters.state, 'replaying'), lte(letters.lookAt, new Date(now))))
        .orderBy(asc(letters.failedAt), asc(letters.id))
        .limit(limit)
        // Two ticks at a time share the work.
        .for('update', { skipLocked: true })
      const taken = await database
        .update(letters)
        .set({ lookAt: new Date(againAt) })
        .where(inArray(letters.id, unheard))
        .returning({
          ...TASK,
          replayRuns: sql<boolean>`exists (
            select 1 from ${replays} own
            where own.id = ${letters}.replay_id and own.state = 'running')`,
        })
      return taken.map(({ replayRuns, ...row }) => ({ ...letterOf(row), replayRuns }))
    },

    async close(letter, as, now) {
      await database
        .update(letters)
        .set({ state: as, lookAt: null, settledAt: new Date(now) })
        .where(and(eq(letters.id, letter), isNull(letters.settledAt)))
    },

    async release(letter) {
      await database
        .update(letters)
        .set({ state: 'open', lookAt: null })
        .where(and(eq(letters.id, letter), eq(letters.state, 'replaying')))
    },
  }
}

const TASK = {
  id: letters.id,
  source: letters.source,
  subjectKey: letters.subjectKey,
  specId: letters.specId,
  run: letters.run,
  body: letters.body,
}

const Task = z.discriminatedUnion('source', [
  z.object({ source: z.literal('run'), specId: z.string(), run: z.int() }),
  z
    .object({ source: z.literal('message'), body: WakeMessage })
    .transform(({ source, body }) => ({ source, wake: body })),
])

const letterOf = ({
  id,
  subjectKey,
  ...task
}: Readonly<Record<string, unknown>> & {
  readonly id: string
  readonly subjectKey: string | null
}): BegunLetter => ({ id, subjectKey: z.string().parse(subjectKey), task: Task.parse(task) })

async function readRunning(database: Database, id: string): Promise<RunningReplay | null> {
  const isUnderWay = eq(letters.state, 'replaying')
  const isResolved = eq(letters.state, 'resolved')
  const [row] = await database
    .select({
      id: replays.id,
      version: replays.version,
      stage: replays.stage,
      giveUpAt: replays.giveUpAt,
      waiting: countWhere(eq(letters.state, 'open')),
      underWay: countWhere(isUnderWay),
      inStage: countWhere(
        sql`${letters.stage} = ${replays.stage} and (${isUnderWay} or ${isResolved})`,
      ),
      resolved: countWhere(isResolved),
      failure: firstFailure,
    })
    .from(replays)
    .leftJoin(letters, eq(letters.replayId, replays.id))
    .where(and(eq(replays.id, id), eq(replays.state, 'running')))
    .groupBy(replays.id)
  return row === undefined ? null : { ...row, giveUpAt: row.giveUpAt.getTime() }
}

const countWhere = (condition: ReturnType<typeof eq>) =>
  sql<number>`(count(*) filter (where ${condition}))::int`

/** The next run of the same session has a letter of its own, which says how it failed. */
const firstFailure = sql<RunningReplay['failure']>`(
  select json_build_object(
    'letter', failed.id,
    'same', coalesce(later.fingerprint = ${replays.fingerprint}, false))
  from ${letters} failed
  left join ${letters} later on later.spec_id = failed.spec_id and later.run > failed.run
  where failed.replay_id = ${replays.id} and failed.state = 'failed_again'
  order by failed.settled_at, failed.id, later.run limit 1)`

/** A turn is one statement: the replay moves and its letters begin, both or nothing. */
async function begin(
  database: Database,
  replay: RunningReplay,
  { stage, count }: Parameters<ReplayStore['begin']>[1],
  { giveUpAt, lookAt }: Parameters<ReplayStore['begin']>[2],
): Promise<readonly BegunLetter[]> {
  const turn = database.$with('turn').as(
    database
      .update(replays)
      .set({ stage, version: replay.version + 1, giveUpAt: new Date(giveUpAt) })
      .where(
        and(
          isUnmoved(replay),
          sql`not exists (
            select 1 from ${letters}
            where ${letters.replayId} = ${replay.id} and ${letters.state} = 'failed_again')`,
        ),
      )
      .returning({ id: replays.id }),
  )
  const next = database
    .select({ id: letters.id })
    .from(letters)
    .where(
      and(
        eq(letters.replayId, replay.id),
        eq(letters.state, 'open'),
        sql`exists (select 1 from ${turn})`,
      ),
    )
    .orderBy(asc(letters.failedAt), asc(letters.id))
    .limit(count)
    .for('update')
  const begun = await database
    .with(turn)
    .update(letters)
    .set({ state: 'replaying', stage, lookAt: new Date(lookAt) })
    .where(inArray(letters.id, next))
    .returning(TASK)
  return begun.map(letterOf)
}

async function end(
  database: Database,
  replay: RunningReplay,
  move: Parameters<ReplayStore['end']>[1],
  outcome: string,
  now: number,
): Promise<void> {
  const stop =
    move.as === 'done'
      ? { state: 'done' as const }
      : { state: 'stopped' as const, stoppedAs: move.as, stoppedAtLetter: move.letter }
  const ended = database.$with('ended').as(
    database
      .update(replays)
      .set({ ...stop, version: replay.version + 1, endedAt: new Date(now) })
      .where(isUnmoved(replay))
      .returning({ id: replays.id }),
  )
  await database
    .with(ended)
    .update(actions)
    .set({ outcome, endedAt: new Date(now) })
    .where(
      and(
        eq(actions.action, 'replay'),
        inArray(actions.replayId, database.select({ id: ended.id }).from(ended)),
      ),
    )
}

const isUnmoved = ({ id, version }: RunningReplay) =>
  and(eq(replays.id, id), eq(replays.version, version), eq(replays.state, 'running'))
