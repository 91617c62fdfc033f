import { BATCH_SIZE } from '../hydration/deliver.ts'
import { hydrate } from '../hydration/hydrate.ts'
import { withFoyer } from './foyer.ts'

const COUNTS = [1, 2, 4, 8, 16] as const
/** One for each of the most consumers. */
const PEOPLE = 16 * BATCH_SIZE
/** Of each count, one after the other, so that whatever slows the machine down slows several. */
const TURNS = 2

export interface ManyConsumers {
  readonly consumers: number
  readonly perSecond: number
  /** To one consumer. */
  readonly throughputRatio: number
  readonly roundTrips: number
  /** Of the Worker, for one session; `null` where nobody tells. */
  readonly cpuMs: number | null
  /** How many cores the Worker kept busy. */
  readonly cores: number | null
  /** How long Postgres and its endpoint were busy with one session, waiting for a connection included. */
  readonly databaseMs: number
}

export const measureConsumers = (storage: string): Promise<readonly ManyConsumers[]> =>
  withFoyer(storage, async ({ side, services }) => {
    await hydrate(side, services, { people: PEOPLE, consumers: 4 })
    const best = new Map<number, Omit<ManyConsumers, 'throughputRatio'>>()
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const consumers of COUNTS) {
        const one = await hydrate(side, services, { people: PEOPLE, consumers })
        if (one.perSecond < (best.get(consumers)?.perSecond ?? 0)) continue
        best.set(consumers, {
          consumers,
          perSecond: one.perSecond,
          roundTrips: one.calls.database,
          cpuMs: one.cpuMs,
          cores: one.cpuMs === null ? null : (one.cpuMs * one.perSecond) / 1_000,
          databaseMs: one.databaseMs,
        })
      }
    }
    const alone = best.get(1)?.perSecond ?? Number.NaN
    return [...best.values()].map((one) => ({ ...one, throughputRatio: one.perSecond / alone }))
  })
