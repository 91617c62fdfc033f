import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Calls, type Services, startServices } from '../harness/services.ts'
import { type WorkerSide, startSide, withSides } from '../harness/side.ts'
import { type Spread, medianOf } from '../harness/statistics.ts'
import {
  type Figures,
  type Turn,
  cpuRatio,
  figuresOf,
  takeTurn,
  throughputRatio,
} from '../harness/turns.ts'
import { BATCH_SIZE } from './deliver.ts'
import { type Hydrated, hydrate, measureDelivery } from './hydrate.ts'

const BARE = join(import.meta.dirname, 'bare', 'wrangler.toml')
export const FOYER = join(import.meta.dirname, '..', '..', 'wrangler.toml')

/** Batches under way at a time, of both sides: enough to keep two cores busy. */
export const CONSUMERS = 4
const PEOPLE = 8 * BATCH_SIZE
const TURNS = 5

/** No identity and no billing: the row in Postgres is the account. A proof needs its mail. */
export const WITHOUT_PROVIDERS = {
  AUTH0_DOMAIN: '',
  AUTH0_CLIENT_ID: '',
  AUTH0_CLIENT_SECRET: '',
  STRIPE_SECRET_KEY: '',
  STRIPE_WEBHOOK_SECRET: '',
}

const CASES = [
  { name: 'with identity, billing and mail', settings: {} },
  { name: 'with mail alone', settings: WITHOUT_PROVIDERS },
] as const

type Name = 'bare' | 'foyer'

export interface Comparison {
  readonly name: string
  readonly throughputRatio: Spread
  /** The bare platform's CPU time as a part of the product's. */
  readonly cpuRatio: Spread | null
  readonly bare: Figures
  readonly foyer: Figures
  /** Of the product, for one session. */
  readonly calls: Calls
}

/** @throws Error when a single session was not merged */
export async function compareHydration(storage: string): Promise<readonly Comparison[]> {
  const services = await startServices()
  try {
    const comparisons: Comparison[] = []
    for (const one of CASES) comparisons.push(await compareCase(storage, services, one))
    return comparisons
  } finally {
    await services.stop()
  }
}

const compareCase = (
  storage: string,
  services: Services,
  { name, settings: own }: (typeof CASES)[number],
): Promise<Comparison> => {
  const settings = { ...services.settings, ...own }
  return withSides(
    [
      () => startSide({ config: BARE, name: 'bare-hydration', storage, settings }),
      () => startSide({ config: FOYER, name: 'foyer', storage, settings }),
    ],
    async ([bare, foyer]) => {
      if (bare === undefined || foyer === undefined) throw new Error('a side is missing')
      const turns: Turn<Name>[] = []
      const calls: Calls[] = []
      const bursts = new Map<Name, () => Promise<Hydrated>>([
        ['bare', () => writeBare(bare, services)],
        [
          'foyer',
          async () => {
            const hydrated = await hydrate(foyer, services, {
              people: PEOPLE,
              consumers: CONSUMERS,
            })
            calls.push(hydrated.calls)
            return hydrated
          },
        ],
      ])
      // The engine compiles in the first, which is not counted.
      await takeTurn(bursts, 0)
      calls.length = 0
      while (turns.length < TURNS) turns.push(await takeTurn(bursts, turns.length))
      return {
        name,
        throughputRatio: throughputRatio(turns, 'foyer', 'bare'),
        cpuRatio: cpuRatio(turns, 'foyer', 'bare'),
        bare: figuresOf(turns, 'bare'),
        foyer: figuresOf(turns, 'foyer'),
        calls: middleOf(calls),
      }
    },
  )
}

/** The rows of as many people as the product's. */
function writeBare(bare: WorkerSide, services: Services): Promise<Hydrated> {
  const wakes = Array.from({ length: PEOPLE }, () => ({
    key: randomBytes(32).toString('base64url'),
    sessions: [{ specId: randomUUID(), openedAt: Date.now() }],
  }))
  return measureDelivery(bare, 'bare-hydration', services, wakes, CONSUMERS)
}

const middleOf = (calls: readonly Calls[]): Calls => ({
  database: medianOf(calls.map(({ database }) => database)),
  billing: medianOf(calls.map(({ billing }) => billing)),
  identity: medianOf(calls.map(({ identity }) => identity)),
  mail: medianOf(calls.map(({ mail }) => mail)),
})
