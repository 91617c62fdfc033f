import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoadGenerator } from '../harness/load.ts'
import { measureBurst } from '../harness/measured-burst.ts'
import { CREATED, newPeople, signUp } from '../harness/request.ts'
import { type Spread, spreadOf } from '../harness/statistics.ts'
import { type Turn, figuresOf, takeTurn } from '../harness/turns.ts'
import { BATCH_SIZE, deliver } from '../hydration/deliver.ts'
import { signUpNewcomers } from '../hydration/people.ts'
import { type Grown, withFoyers } from './foyer.ts'

const FEWEST = 1_000
const MOST = 6_000
/** Then what is stored by then has to do. */
const FILL_MAX_MS = 40_000
/** Objects stay in memory for ten seconds or more after their last call, with three files each. */
const FILL_PER_SECOND_MAX = 300
/** Then they have left it. */
const EVICTED_AFTER_MS = 15_000
const CHUNK = 8 * BATCH_SIZE
const CONSUMERS = 4
const TURNS = 7
const BURST_CALLS = 96

export interface StoredObjects {
  readonly sizes: readonly {
    readonly objects: number
    readonly signUpsPerSecond: number
    readonly cpuMs: number | null
  }[]
  /** What a sign-up costs with the most objects as a multiple of that with the fewest. */
  readonly growthRatio: Spread
}

/** Each object has hydrated its person, so that its alarm is a day away. */
export const measureStoredObjects = (storage: string): Promise<StoredObjects> =>
  withFoyers(storage, [FEWEST, MOST], async (sized) => {
    const load = new LoadGenerator()
    try {
      const stored = new Map<number, number>()
      for (const [size, grown] of sized) stored.set(size, await fill(grown, size))
      await sleep(EVICTED_AFTER_MS)
      const bursts = new Map(
        [...sized].map(([size, grown]) => [String(size), () => burst(grown, load)]),
      )
      const turns: Turn<string>[] = []
      while (turns.length < TURNS) turns.push(await takeTurn(bursts, turns.length))
      return {
        sizes: [...stored].map(([size, objects]) => {
          const { perSecond, cpuMs } = figuresOf(turns, String(size))
          return { objects, signUpsPerSecond: perSecond, cpuMs }
        }),
        growthRatio: spreadOf(turns.map(growthIn)),
      }
    } finally {
      load.close()
    }
  })

/** @returns how many were stored before time was over */
async function fill({ side }: Grown, size: number): Promise<number> {
  const begunAt = performance.now()
  let objects = 0
  while (objects < size && performance.now() - begunAt < FILL_MAX_MS) {
    const startedAt = performance.now()
    const newcomers = await signUpNewcomers(side, CHUNK)
    const wakes = newcomers.map(({ wake }) => wake)
    await deliver(side, 'foyer', wakes, CONSUMERS)
    objects += CHUNK
    const restMs = (CHUNK / FILL_PER_SECOND_MAX) * 1_000 - (performance.now() - startedAt)
    if (restMs > 0) await sleep(restMs)
  }
  return objects
}

const burst = ({ side }: Grown, load: LoadGenerator) =>
  measureBurst(side, load, {
    calls: newPeople(BURST_CALLS).map(signUp),
    amount: BURST_CALLS,
    expected: CREATED,
  })

const growthIn = (turn: Turn<string>): number => {
  const perSecond = (size: number) => turn.get(String(size))?.perSecond ?? Number.NaN
  return perSecond(FEWEST) / perSecond(MOST)
}
