import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Contender, type Sample, type Scenario } from './contender.ts'
import { LoadGenerator } from './load.ts'
import { startSide } from './side.ts'
import { type Spread, medianOf, quantile, spreadOf } from './statistics.ts'

export type { Spread } from './statistics.ts'

export const CONFIGS = {
  bare: join(import.meta.dirname, 'bare', 'wrangler.toml'),
  foyer: join(import.meta.dirname, '..', 'wrangler.toml'),
}

/** Each on fresh storage and in new processes. */
const ROUNDS = 5
/** Shorter than the 10 s after which the first alarm rings: neither side then works unasked. */
const ROUND_MAX_MS = 8_000
/** On fast storage a round has seen enough before its time is over. */
const PAIRS_PER_ROUND_MAX = 8

/** What the product must reach, the bare platform being 1; a fresh object has more work to share. */
const SCENARIOS: readonly { readonly scenario: Scenario; name: string; goalRatio: number }[] = [
  { scenario: 'fresh', name: 'a fresh person', goalRatio: 0.9 },
  { scenario: 'repeat', name: 'a repeat visitor', goalRatio: 0.8 },
]

export interface Figures {
  readonly requestsPerSecond: number
  /** `null` where nobody tells. */
  readonly cpuMs: number | null
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Comparison {
  readonly name: string
  readonly goalRatio: number
  readonly throughputRatio: Spread
  /** The bare platform's CPU time as a part of the product's. */
  readonly cpuRatio: Spread | null
  readonly bare: Figures
  readonly foyer: Figures
}

/** The same burst on both sides, one right after the other. */
interface Pair {
  readonly scenario: Scenario
  readonly bare: Sample
  readonly foyer: Sample
}

/** @throws Error when a single sign-up was not answered 201 */
export async function compareSignUps(storage: string): Promise<readonly Comparison[]> {
  const load = new LoadGenerator()
  try {
    const pairs: Pair[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      pairs.push(...(await measureRound(storage, load)))
    }
    return SCENARIOS.map(({ scenario, name, goalRatio }) => ({
      name,
      goalRatio,
      ...compare(pairs.filter((pair) => pair.scenario === scenario)),
    }))
  } finally {
    load.close()
  }
}

async function measureRound(storage: string, load: LoadGenerator): Promise<readonly Pair[]> {
  const bare = await startSide(CONFIGS.bare, 'bare', storage)
  try {
    const foyer = await startSide(CONFIGS.foyer, 'foyer', storage)
    try {
      return await measurePairs(new Contender(bare, load), new Contender(foyer, load))
    } finally {
      await foyer.stop()
    }
  } finally {
    await bare.stop()
  }
}

/** Bare, foyer, foyer, bare, … so that whatever slows the machine down slows both. */
async function measurePairs(bare: Contender, foyer: Contender): Promise<readonly Pair[]> {
  const startedAt = performance.now()
  await bare.warmUp()
  await foyer.warmUp()
  const pairs: Pair[] = []
  for (let turn = 0; turn < PAIRS_PER_ROUND_MAX; turn += 1) {
    if (performance.now() - startedAt > ROUND_MAX_MS) break
    for (const { scenario } of SCENARIOS) {
      const first = await (turn % 2 === 0 ? bare : foyer).measure(scenario)
      const second = await (turn % 2 === 0 ? foyer : bare).measure(scenario)
      pairs.push(
        turn % 2 === 0
          ? { scenario, bare: first, foyer: second }
          : { scenario, bare: second, foyer: first },
      )
    }
  }
  return pairs
}

function compare(pairs: readonly Pair[]): Omit<Comparison, 'name' | 'goalRatio'> {
  const cpuRatios = pairs.flatMap(({ bare, foyer }) =>
    bare.cpuMs === null || foyer.cpuMs === null ? [] : [bare.cpuMs / foyer.cpuMs],
  )
  return {
    throughputRatio: spreadOf(pairs.map(({ bare, foyer }) => foyer.perSecond / bare.perSecond)),
    cpuRatio: cpuRatios.length === 0 ? null : spreadOf(cpuRatios),
    bare: figuresOf(pairs.map((pair) => pair.bare)),
    foyer: figuresOf(pairs.map((pair) => pair.foyer)),
  }
}

function figuresOf(samples: readonly Sample[]): Figures {
  const cpuMs = samples.flatMap((sample) => (sample.cpuMs === null ? [] : [sample.cpuMs]))
  const latenciesMs = samples.flatMap((sample) => sample.latenciesMs)
  return {
    requestsPerSecond: medianOf(samples.map((sample) => sample.perSecond)),
    cpuMs: cpuMs.length === 0 ? null : medianOf(cpuMs),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  }
}
