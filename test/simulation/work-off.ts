import type { WakeMessage } from '../../src/contract/messages.ts'
import { indexedOpening, indexedStatus } from '../../src/core/indexed.ts'
import type { IndexedSession, SessionIndex } from '../../src/core/ports.ts'
import type { HydrationDeps } from '../../src/hydration/hydrate-subject.ts'
import type { Invocation } from './invocation.ts'
import { type WorkingTime, createProviders } from './providers.ts'
import type { World } from './world.ts'

/** `src/hydration/work-off.ts` with the world in place of its bindings. */
export async function workOff(
  world: World,
  invocation: Invocation,
  wakes: readonly WakeMessage[],
  time: WorkingTime,
): Promise<ReadonlySet<string>> {
  const index = world.database.index(invocation)
  await record(index, wakes.flatMap(indexedOpening), time.now())
  const deps = { ...createProviders(world, invocation, time), ...time }
  const keys = [...new Set(wakes.map(({ key }) => key))]
  const outcomes = await Promise.all(keys.map((key) => hydrate(world, invocation, key, deps)))
  await record(
    index,
    outcomes.flatMap((changed) => changed ?? []),
    time.now(),
  )
  return new Set(keys.filter((_key, position) => outcomes[position] === null))
}

async function record(
  index: SessionIndex,
  sessions: readonly IndexedSession[],
  now: number,
): Promise<void> {
  try {
    await index.record(sessions, now)
  } catch {
    // The index follows later.
  }
}

/** @returns `null`: its object did not answer */
async function hydrate(
  { object, stage }: World,
  invocation: Invocation,
  key: string,
  deps: HydrationDeps,
): Promise<readonly IndexedSession[] | null> {
  const subject = object(key)
  try {
    const replies = await stage.decisions.hydrateSubject(
      {
        lease: () => invocation.call('lease', (answer) => subject.lease(answer)),
        report: (fence, reports) =>
          invocation.call('report', (answer) => subject.report(fence, reports, answer)),
      },
      deps,
    )
    const changed = replies.findLast((reply) => reply.changed !== null)?.changed
    return changed ? indexedStatus(key, changed) : []
  } catch {
    return null
  }
}
