import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type WorkerSide, startSide, withSides } from '../harness/side.ts'
import { LoadGenerator } from '../harness/load.ts'
import { startServices } from '../harness/services.ts'
import { Contender } from './contender.ts'

export const FOYER = join(import.meta.dirname, '..', '..', 'wrangler.toml')
const BARE = join(import.meta.dirname, 'bare', 'wrangler.toml')

export interface Both {
  readonly bare: Contender
  readonly foyer: Contender
  /** When the first of their people came, in milliseconds of `performance.now()`. */
  readonly since: number
}

/** The product beside the bare platform, both warm, each in new processes on fresh storage. */
export async function withBoth<T>(storage: string, work: (both: Both) => Promise<T>): Promise<T> {
  const load = new LoadGenerator()
  // The product counts what it answers there; its processes are not among those that are measured.
  const services = await startServices()
  const { settings } = services
  const start = (config: string, name: string) => () =>
    startSide({ config, name, storage, settings })
  try {
    return await withSides<WorkerSide, T>(
      [start(BARE, 'bare'), start(FOYER, 'foyer')],
      async ([bareSide, foyerSide]) => {
        if (bareSide === undefined || foyerSide === undefined) throw new Error('a side is missing')
        const since = performance.now()
        const bare = await Contender.warm(bareSide, load)
        return work({ bare, foyer: await Contender.warm(foyerSide, load), since })
      },
    )
  } finally {
    load.close()
    await services.stop()
  }
}
