import { join } from 'node:path'
import { type Side, startSide } from '../side.ts'
import { type Spread, medianOf, spreadOf } from '../statistics.ts'
import { type Report, newReport, send } from './load.ts'

const CONFIGS = {
  bare: join(import.meta.dirname, 'wrangler.toml'),
  foyer: join(import.meta.dirname, '..', '..', 'wrangler.toml'),
}

/** Each on fresh storage and in new processes. */
const ROUNDS = 3
const PAIRS_PER_ROUND = 6
/** Calls in which the engine compiles what it will compile. */
const WARM_UP_CALLS = 400

const SCENARIOS = [
  { name: 'a hundred events a call', events: 100, calls: 320 },
  { name: 'one event a call', events: 1, calls: 640 },
] as const
type Scenario = (typeof SCENARIOS)[number]

interface Sample {
  readonly eventsPerSecond: number
  /** Of the runtime, for one call; `null` where nobody tells. */
  readonly cpuMs: number | null
}

/** The same burst on both sides, one right after the other. */
interface Pair {
  readonly bare: Sample
  readonly foyer: Sample
}

interface Measured {
  readonly bodyBytes: number
  readonly pairs: readonly Pair[]
}

export interface Comparison {
  readonly name: string
  readonly bodyBytes: number
  readonly throughputRatio: Spread
  /** The bare platform's CPU time as a part of the product's. */
  readonly cpuRatio: Spread | null
  readonly bare: Sample
  readonly foyer: Sample
}

/** @throws Error when a single call was not answered 202 */
export async function compareReports(storage: string): Promise<readonly Comparison[]> {
  const rounds: (readonly Measured[])[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound(storage))
  return SCENARIOS.map(({ name }, at) => {
    const measured = rounds.flatMap((round) => round[at] ?? [])
    const pairs = measured.flatMap((one) => one.pairs)
    return { name, bodyBytes: measured[0]?.bodyBytes ?? 0, ...compare(pairs) }
  })
}

/** In the order of the scenarios. */
async function measureRound(storage: string): Promise<readonly Measured[]> {
  const bare = await startSide(CONFIGS.bare, 'bare-events', storage)
  try {
    const foyer = await startSide(CONFIGS.foyer, 'foyer', storage)
    try {
      const measured: Measured[] = []
      for (const scenario of SCENARIOS) measured.push(await measurePairs(bare, foyer, scenario))
      return measured
    } finally {
      await foyer.stop()
    }
  } finally {
    await bare.stop()
  }
}

/** Bare, foyer, foyer, bare, … so that whatever slows the machine down slows both. */
async function measurePairs(bare: Side, foyer: Side, scenario: Scenario): Promise<Measured> {
  const report = await newReport(foyer.url, scenario.events)
  for (const side of [bare, foyer]) await send(side.url, report, WARM_UP_CALLS)
  const pairs: Pair[] = []
  for (let turn = 0; turn < PAIRS_PER_ROUND; turn += 1) {
    const first = await measure(turn % 2 === 0 ? bare : foyer, report, scenario)
    const second = await measure(turn % 2 === 0 ? foyer : bare, report, scenario)
    pairs.push(turn % 2 === 0 ? { bare: first, foyer: second } : { bare: second, foyer: first })
  }
  return { pairs, bodyBytes: report.body.length }
}

async function measure(side: Side, report: Report, { events, calls }: Scenario): Promise<Sample> {
  const before = side.cpuMs()
  const durationMs = await send(side.url, report, calls)
  const after = side.cpuMs()
  return {
    eventsPerSecond: ((calls * events) / durationMs) * 1_000,
    cpuMs: before === null || after === null ? null : (after - before) / calls,
  }
}

function compare(pairs: readonly Pair[]): Omit<Comparison, 'name' | 'bodyBytes'> {
  const cpuRatios = pairs.flatMap(({ bare, foyer }) =>
    bare.cpuMs === null || foyer.cpuMs === null ? [] : [bare.cpuMs / foyer.cpuMs],
  )
  return {
    throughputRatio: spreadOf(
      pairs.map(({ bare, foyer }) => foyer.eventsPerSecond / bare.eventsPerSecond),
    ),
    cpuRatio: cpuRatios.length === 0 ? null : spreadOf(cpuRatios),
    bare: middleOf(pairs.map((pair) => pair.bare)),
    foyer: middleOf(pairs.map((pair) => pair.foyer)),
  }
}

function middleOf(samples: readonly Sample[]): Sample {
  const cpuMs = samples.flatMap((sample) => (sample.cpuMs === null ? [] : [sample.cpuMs]))
  return {
    eventsPerSecond: medianOf(samples.map((sample) => sample.eventsPerSecond)),
    cpuMs: cpuMs.length === 0 ? null : medianOf(cpuMs),
  }
}
