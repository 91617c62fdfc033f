import { join } from 'node:path'
import { LoadGenerator } from '../harness/load.ts'
import { measureBurst } from '../harness/measured-burst.ts'
import { type Services, startServices } from '../harness/services.ts'
import { type Side, startSide, withSides } from '../harness/side.ts'
import type { Spread } from '../harness/statistics.ts'
import {
  type Figures,
  type Sample,
  type Turn,
  cpuRatio,
  figuresOf,
  takeTurn,
  throughputRatio,
} from '../harness/turns.ts'
import { newReport } from './report.ts'

const CONFIGS = {
  bare: join(import.meta.dirname, 'bare', 'wrangler.toml'),
  foyer: join(import.meta.dirname, '..', '..', 'wrangler.toml'),
}

const QUEUED = 202

/** Each on fresh storage and in new processes. */
const ROUNDS = 2
const TURNS_PER_ROUND = 6
/** Calls in which the engine compiles what it will compile. */
const WARM_UP_CALLS = 400

const SCENARIOS = [
  { name: 'a hundred events a call', events: 100, calls: 320 },
  { name: 'one event a call', events: 1, calls: 640 },
] as const
type Scenario = (typeof SCENARIOS)[number]

type Name = 'bare' | 'foyer'

export interface Comparison {
  readonly name: string
  readonly events: number
  readonly bodyBytes: number
  readonly throughputRatio: Spread
  /** The bare platform's CPU time as a part of the product's. */
  readonly cpuRatio: Spread | null
  /** Calls, not events. */
  readonly bare: Figures
  readonly foyer: Figures
}

interface Measured {
  readonly bodyBytes: number
  readonly turns: readonly Turn<Name>[]
}

/** @throws Error when a single call was not answered 202 */
export async function compareReports(storage: string): Promise<readonly Comparison[]> {
  const load = new LoadGenerator()
  const services = await startServices()
  try {
    const rounds: (readonly Measured[])[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push(await measureRound(storage, services.settings, load))
    }
    return SCENARIOS.map(({ name, events }, at) => {
      const measured = rounds.flatMap((round) => round[at] ?? [])
      const turns = measured.flatMap((one) => one.turns)
      return {
        name,
        events,
        bodyBytes: measured[0]?.bodyBytes ?? 0,
        throughputRatio: throughputRatio(turns, 'foyer', 'bare'),
        cpuRatio: cpuRatio(turns, 'foyer', 'bare'),
        bare: figuresOf(turns, 'bare'),
        foyer: figuresOf(turns, 'foyer'),
      }
    })
  } finally {
    load.close()
    await services.stop()
  }
}

/** In the order of the scenarios. */
const measureRound = (
  storage: string,
  settings: Services['settings'],
  load: LoadGenerator,
): Promise<readonly Measured[]> =>
  withSides(
    [
      () => startSide({ config: CONFIGS.bare, name: 'bare-events', storage, settings }),
      () => startSide({ config: CONFIGS.foyer, name: 'foyer', storage, settings }),
    ],
    async ([bare, foyer]) => {
      if (bare === undefined || foyer === undefined) throw new Error('a side is missing')
      const measured: Measured[] = []
      for (const scenario of SCENARIOS) {
        measured.push(await measureTurns({ bare, foyer }, load, scenario))
      }
      return measured
    },
  )

async function measureTurns(
  { bare, foyer }: Readonly<Record<Name, Side>>,
  load: LoadGenerator,
  { events, calls }: Scenario,
): Promise<Measured> {
  const report = await newReport(foyer.url, events)
  const burst = (side: Side, amount: number) =>
    measureBurst(side, load, { calls: [report], amount, expected: QUEUED })
  for (const side of [bare, foyer]) await burst(side, WARM_UP_CALLS)
  const bursts = new Map<Name, () => Promise<Sample>>([
    ['bare', () => burst(bare, calls)],
    ['foyer', () => burst(foyer, calls)],
  ])
  const turns: Turn<Name>[] = []
  while (turns.length < TURNS_PER_ROUND) turns.push(await takeTurn(bursts, turns.length))
  return { turns, bodyBytes: report.body.length }
}
