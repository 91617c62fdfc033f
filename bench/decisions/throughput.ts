import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Client } from 'pg'
import { z } from 'zod'
import { type Services, startServices } from '../harness/services.ts'
import { type WorkerSide, startSide, withSides } from '../harness/side.ts'
import type { Spread } from '../harness/statistics.ts'
import { type Sample, type Turn, figuresOf, takeTurn, throughputRatio } from '../harness/turns.ts'
import { deliver } from './deliver.ts'
import { KNOWN_PAGE, MODEL_SETTINGS, questionOfNewcomers } from './question.ts'
import { type Visitor, messageOf, newVisitors, viewOf } from './visitors.ts'

export const FOYER = join(import.meta.dirname, '..', '..', 'wrangler.toml')
export const EVENTS_QUEUE = 'foyer-behavior-events'
export const QUESTIONS_QUEUE = 'foyer-policy-questions'

/** The most that a batch of that queue has (wrangler.toml), each message of another person. */
const BATCH = 100
/** The first one warms up. */
const TURNS = 5
/** On a slow machine fewer turns have to do. */
const MAX_MS = 25_000

/** `rules` and `cache` decide, by either; `undue`: something stands already, and nothing is decided. */
export type Way = 'rules' | 'cache' | 'undue'

export interface Throughput {
  /** Events that each lead to a decision, or to none. */
  readonly perSecond: Readonly<Record<Way, number>>
  readonly cpuMs: Readonly<Record<Way, number | null>>
  /** Decisions from the cache as a multiple of those by the rules, a second. */
  readonly cacheRulesRatio: Spread
  /** Events with a decision by the rules as a multiple of those without, a second. */
  readonly rulesUndueRatio: Spread
}

/**
 * The whole way in workerd: a delivered batch of events, the people's objects, their decisions, and
 * everything kept in PostgreSQL.
 *
 * @throws Error when a decision is missing, or was not made as it should be
 */
export async function measureThroughput(storage: string): Promise<Throughput> {
  const services = await startServices()
  const { settings } = services
  const start = (name: string, more: Readonly<Record<string, string>>) => () =>
    startSide({ config: FOYER, name, storage, settings: { ...settings, ...more } })
  try {
    return await withSides(
      [start('rules', { RULES_BASELINE_PERCENT: '0' }), start('cache', MODEL_SETTINGS)],
      async ([rules, cache]) => {
        if (rules === undefined || cache === undefined) throw new Error('a side is missing')
        await deliver(cache, QUESTIONS_QUEUE, [questionOfNewcomers()])
        const turns = await takeTurns(rules, cache)
        await expectDecisions(services, turns.length)
        return judge(turns.slice(1))
      },
    )
  } finally {
    await services.stop()
  }
}

async function takeTurns(rules: WorkerSide, cache: WorkerSide): Promise<readonly Turn<Way>[]> {
  const turns: Turn<Way>[] = []
  const startedAt = performance.now()
  while (turns.length < TURNS && (turns.length < 2 || performance.now() - startedAt < MAX_MS)) {
    const bursts = new Map<Way, () => Promise<Sample>>()
    for (const [way, side] of [
      ['rules', rules],
      ['cache', cache],
      ['undue', rules],
    ] as const) {
      const visitors = await newVisitors(side.url, BATCH)
      if (way === 'undue') await decideFor(side, visitors)
      bursts.set(way, () => decideFor(side, visitors))
    }
    turns.push(await takeTurn(bursts, turns.length))
  }
  return turns
}

/** One event of each. */
async function decideFor(side: WorkerSide, visitors: readonly Visitor[]): Promise<Sample> {
  const messages = visitors.map((visitor) => messageOf(visitor, viewOf(KNOWN_PAGE)))
  const before = side.cpuMs()
  const startedAt = performance.now()
  await deliver(side, EVENTS_QUEUE, messages)
  const tookMs = performance.now() - startedAt
  const after = side.cpuMs()
  return {
    perSecond: (visitors.length / tookMs) * 1_000,
    cpuMs: before === null || after === null ? null : (after - before) / visitors.length,
    latenciesMs: [],
  }
}

/** Some are drawn by lot against what the cache says (`EXPLORED_SHARE`). */
const CACHED_SHARE_MIN = 0.8

const Count = z.object({ decisions: z.coerce.number(), cached: z.coerce.number() })

/** One of each person, and for whom the cache has an answer by that. */
async function expectDecisions({ postgresUrl }: Services, turns: number): Promise<void> {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(
      "select count(*) as decisions, count(*) filter (where source = 'cache') as cached from recommendations",
    )
    const { decisions, cached } = Count.parse(rows[0])
    const each = turns * BATCH
    if (decisions !== 3 * each || cached < CACHED_SHARE_MIN * each) {
      throw new Error(`of ${3 * each} people ${decisions} were served, ${cached} from the cache`)
    }
  } finally {
    await client.end()
  }
}

function judge(turns: readonly Turn<Way>[]): Throughput {
  const [rules, cache, undue] = [
    figuresOf(turns, 'rules'),
    figuresOf(turns, 'cache'),
    figuresOf(turns, 'undue'),
  ]
  return {
    perSecond: { rules: rules.perSecond, cache: cache.perSecond, undue: undue.perSecond },
    cpuMs: { rules: rules.cpuMs, cache: cache.cpuMs, undue: undue.cpuMs },
    cacheRulesRatio: throughputRatio(turns, 'cache', 'rules'),
    rulesUndueRatio: throughputRatio(turns, 'rules', 'undue'),
  }
}
