import { Client } from 'pg'
import { type Spread, medianOf, spreadOf } from '../harness/statistics.ts'
import { BATCH_SIZE } from '../hydration/deliver.ts'
import { hydrate } from '../hydration/hydrate.ts'
import { type Grown, type Question, withFoyers } from './foyer.ts'
import { seed } from './seed.ts'

const SIZES = [1_000, 10_000, 100_000] as const
const TURNS = 5
/** In each turn; the middle one counts. */
const TIMES_ASKED = 3
const PEOPLE = 4 * BATCH_SIZE
const CONSUMERS = 2

const HYDRATION = 'a session hydrated'
const SEARCH = { method: 'POST', path: '/api/admin/sessions/search' } as const
const QUESTIONS: Readonly<Record<string, Question>> = {
  'the admin overview': { method: 'GET', path: '/api/admin/overview' },
  'the ledger': { method: 'GET', path: '/api/admin/ledger' },
  'the newest sessions': { ...SEARCH, body: {} },
  'failed sessions': { ...SEARCH, body: { state: 'failed' } },
  'sessions with a dead letter': { ...SEARCH, body: { state: 'dead_lettered' } },
  'sessions that are pending for long': { ...SEARCH, body: { state: 'pending_long' } },
  'unfinished sessions': { ...SEARCH, body: { state: 'unfinished' } },
  'the sessions of an address': { ...SEARCH, body: { email: 'seed.1@example.com' } },
}

/** What each thing costs, in milliseconds. */
type Costs = Readonly<Record<string, number>>

export interface Growth {
  readonly name: string
  /** The middle of the turns, by size. */
  readonly costsMs: readonly number[]
  /** With the most sessions as a multiple of with the fewest, in the same turn. */
  readonly growthRatio: Spread
}

export interface StoredSessions {
  readonly sessions: readonly number[]
  readonly hydratedPerSecond: readonly number[]
  readonly growth: readonly Growth[]
}

/**
 * A database of each size, measured in turns: on one that grows meanwhile whatever slows the machine
 * down would look like growth.
 */
export const measureStoredSessions = (storage: string): Promise<StoredSessions> =>
  withFoyers(storage, SIZES, async (sized) => {
    for (const [size, grown] of sized) {
      await fill(grown, size)
      // The engine compiles, and a tick folds what seeding has counted, as ticks would have over a month.
      await measureCosts(grown)
    }
    const turns: ReadonlyMap<number, Costs>[] = []
    while (turns.length < TURNS) {
      const turn = new Map<number, Costs>()
      for (const [size, grown] of sized) turn.set(size, await measureCosts(grown))
      turns.push(turn)
    }
    return growthOf(turns)
  })

async function fill({ services }: Grown, size: number): Promise<void> {
  const client = new Client(services.postgresUrl)
  await client.connect()
  try {
    await seed(client, size)
  } finally {
    await client.end()
  }
}

async function measureCosts(grown: Grown): Promise<Costs> {
  const { side, services } = grown
  const hydrated = await hydrate(side, services, { people: PEOPLE, consumers: CONSUMERS })
  const costs: Record<string, number> = {
    [HYDRATION]: 1_000 / hydrated.perSecond,
    'a session hydrated, its part in the database': hydrated.databaseMs,
    'a tick of the cron': await grown.tick(),
  }
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const asked: number[] = []
    while (asked.length < TIMES_ASKED) asked.push(await grown.asks(question))
    costs[name] = medianOf(asked)
  }
  return costs
}

function growthOf(turns: readonly ReadonlyMap<number, Costs>[]): StoredSessions {
  const sessions = [...(turns[0]?.keys() ?? [])]
  const [fewest, most] = [sessions[0] ?? 0, sessions.at(-1) ?? 0]
  const costOf = (turn: ReadonlyMap<number, Costs>, size: number, name: string) =>
    turn.get(size)?.[name] ?? Number.NaN
  const middle = (size: number, name: string) =>
    medianOf(turns.map((turn) => costOf(turn, size, name)))
  return {
    sessions,
    hydratedPerSecond: sessions.map((size) => 1_000 / middle(size, HYDRATION)),
    growth: Object.keys(turns[0]?.get(fewest) ?? {}).map((name) => ({
      name,
      costsMs: sessions.map((size) => middle(size, name)),
      growthRatio: spreadOf(
        turns.map((turn) => costOf(turn, most, name) / costOf(turn, fewest, name)),
      ),
    })),
  }
}
