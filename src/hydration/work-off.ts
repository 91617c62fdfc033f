import type { WakeMessage } from '../contract/messages.ts'
import { createProviders, createStores } from '../adapters/hydration-adapters.ts'
import { describeError, log } from '../adapters/log.ts'
import { inSpan } from '../adapters/trace.ts'
import { createReplayDeps } from '../adapters/replay-deps.ts'
import { driveReplays } from '../core/dead-letters/drive.ts'
import { indexedOpening, indexedStatus } from '../core/indexed.ts'
import type { IndexedSession, SessionIndex } from '../core/ports.ts'
import { type Bindings, parseSettings } from '../env.ts'
import { type HydrationDeps, hydrateSubject } from './hydrate-subject.ts'

/** Of a queue, or of the request that waits itself. */
export interface Wake extends WakeMessage {
  readonly messageId?: string
}

/**
 * Does what is due for the subjects of these wake-ups, and lets the index know: before, so that it
 * has heard of them whatever happens, and after. Replays that waited for one of them go on.
 *
 * @param stopAt epoch milliseconds after which nothing new is begun; well inside the lease
 * @returns the keys of those whose object did not answer
 */
export async function workOff(
  env: Bindings,
  wakes: readonly Wake[],
  stopAt: number,
): Promise<ReadonlySet<string>> {
  const { index } = createStores(parseSettings(env))
  await record(index, wakes.flatMap(indexedOpening))
  const providers = createProviders(env, stopAt)
  const deps = { ...providers, now: Date.now, stopAt }
  // Several wake-ups of one subject are one.
  const newest = new Map(wakes.map((wake) => [wake.key, wake]))
  const keys = [...newest.keys()]
  providers.company.expect(keys)
  const outcomes = await Promise.all(
    [...newest.values()].map(async (wake) => {
      const changed = await hydrateTraced(env, wake, deps)
      providers.company.leave(wake.key)
      return changed
    }),
  )
  await providers.settle()
  const replays = await record(
    index,
    outcomes.flatMap((changed) => changed ?? []),
  )
  if (replays.length > 0) await driveReplays(createReplayDeps(env), replays)
  return new Set(keys.filter((_key, position) => outcomes[position] === null))
}

/**
 * The index follows; when the database is down it follows later, by the next wake-up or the cron.
 *
 * @returns the replays that may now go on
 */
async function record(
  index: SessionIndex,
  sessions: readonly IndexedSession[],
): Promise<readonly string[]> {
  try {
    return await index.record(sessions, Date.now())
  } catch (error) {
    log('warn', 'hydration.not_indexed', { count: sessions.length, error: describeError(error) })
    return []
  }
}

function hydrateTraced(
  env: Bindings,
  { key, traceparent, sessions, messageId }: Wake,
  deps: HydrationDeps,
): Promise<readonly IndexedSession[] | null> {
  const specId = sessions.at(-1)?.specId
  const of = {
    traceparent,
    ...(messageId === undefined ? {} : { messageId }),
    ...(specId === undefined ? {} : { specId }),
  }
  return inSpan('hydration.process', of, async ({ tell }) => {
    const changed = await hydrate(env, key, deps)
    tell({ outcome: changed === null ? 'no_answer' : (changed.at(-1)?.status ?? 'unchanged') })
    return changed
  })
}

/** Never throws. @returns `null`: its object did not answer */
async function hydrate(
  env: Bindings,
  key: string,
  deps: HydrationDeps,
): Promise<readonly IndexedSession[] | null> {
  try {
    const replies = await hydrateSubject(env.SUBJECTS.getByName(key), deps)
    const changed = replies.findLast((reply) => reply.changed !== null)?.changed
    return changed ? indexedStatus(key, changed) : []
  } catch (error) {
    log('error', 'hydration.interrupted', { subject: key, error: describeError(error) })
    return null
  }
}
