import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
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
import { type Trial, tryProcesses } from '../peers/fastest.ts'
import { startPeer } from '../peers/start-peer.ts'
import { newReport } from './report.ts'

const CONFIGS = {
  bare: join(import.meta.dirname, 'bare', 'wrangler.toml'),
  foyer: join(import.meta.dirname, '..', '..', 'wrangler.toml'),
}

const QUEUED = 202

/** Each on fresh storage and in new processes. */
const ROUNDS = 2
/** A slow machine has one round: none begins after so long. */
const LAST_ROUND_AFTER_MS = 55_000
const TURNS_PER_ROUND = 5
/** Calls in which the engine compiles what it will compile. */
const WARM_UP_CALLS = 400

const SCENARIOS = [
  { name: 'a hundred events a call', events: 100, calls: 320 },
  { name: 'one event a call', events: 1, calls: 640 },
] as const
type Scenario = (typeof SCENARIOS)[number]

/** `peer`: Express and Redis, where Redis is installed. */
type Name = 'bare' | 'foyer' | 'peer'

/** Foyer beside another one. */
interface Beside {
  /** Above 1, Foyer takes more. */
  readonly throughputRatio: Spread
  /** The other's CPU time as a multiple of Foyer's. */
  readonly cpuRatio: Spread | null
}

export interface Comparison extends Beside {
  readonly name: string
  readonly events: number
  readonly bodyBytes: number
  /** Calls, not events; those of `Beside` are of the bare platform. */
  readonly bare: Figures
  readonly foyer: Figures
  readonly peer: Figures | null
  readonly peerThroughputRatio: Spread | null
  readonly peerCpuRatio: Spread | null
}

export interface EventsMeasured {
  readonly comparisons: readonly Comparison[]
  /** Of the peer; the best one first, which was compared. None without a peer. */
  readonly trials: readonly Trial[]
}

interface Measured {
  readonly bodyBytes: number
  readonly turns: readonly Turn<Name>[]
}

/** @throws Error when a single call was not answered 202 */
export async function compareReports(storage: string, hasPeer: boolean): Promise<EventsMeasured> {
  const startedAt = performance.now()
  const load = new LoadGenerator()
  const services = await startServices()
  try {
    const trials = hasPeer ? await tryReports(storage, load) : []
    const rounds: (readonly Measured[])[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const starts = startsOf(storage, services.settings, trials[0]?.processes)
      rounds.push(await measureRound(starts, load))
      if (performance.now() - startedAt > LAST_ROUND_AFTER_MS) break
    }
    const comparisons = SCENARIOS.map((scenario, at) =>
      judge(
        scenario,
        rounds.flatMap((round) => round[at] ?? []),
      ),
    )
    return { comparisons, trials }
  } finally {
    load.close()
    await services.stop()
  }
}

function tryReports(storage: string, load: LoadGenerator): Promise<readonly Trial[]> {
  const [{ events, calls }] = SCENARIOS
  return tryProcesses('express', storage, async (side) =>
    send(side, load, await newReport(side.url, events), calls),
  )
}

const send = (
  side: Side,
  load: LoadGenerator,
  report: Awaited<ReturnType<typeof newReport>>,
  amount: number,
): Promise<Sample> => measureBurst(side, load, { calls: [report], amount, expected: QUEUED })

type Starts = readonly (readonly [Name, () => Promise<Side>])[]

/** @param processes of the peer; none without one */
function startsOf(
  storage: string,
  settings: Services['settings'],
  processes: number | undefined,
): Starts {
  const startWorker = (name: 'bare' | 'foyer', title: string) => () =>
    startSide({ config: CONFIGS[name], name: title, storage, settings })
  return [
    ['bare', startWorker('bare', 'bare-events')],
    ['foyer', startWorker('foyer', 'foyer')],
    ...(processes === undefined
      ? []
      : [['peer', () => startPeer('express', { storage, processes })] as const]),
  ]
}

/** In the order of the scenarios. */
const measureRound = (starts: Starts, load: LoadGenerator): Promise<readonly Measured[]> =>
  withSides(
    starts.map(([, start]) => start),
    async (sides) => {
      const named = new Map(
        starts.flatMap(([name], at) => {
          const side = sides[at]
          return side === undefined ? [] : [[name, side] as const]
        }),
      )
      const measured: Measured[] = []
      for (const scenario of SCENARIOS) measured.push(await measureTurns(named, load, scenario))
      return measured
    },
  )

async function measureTurns(
  sides: ReadonlyMap<Name, Side>,
  load: LoadGenerator,
  { events, calls }: Scenario,
): Promise<Measured> {
  const bursts = new Map<Name, () => Promise<Sample>>()
  let bodyBytes = 0
  for (const [name, side] of sides) {
    // The bare platform asks nobody who they are; the others want a token of their own.
    const signUpAt = name === 'bare' ? sides.get('foyer') : side
    if (signUpAt === undefined) throw new Error('a side is missing')
    const report = await newReport(signUpAt.url, events)
    bodyBytes = report.body.length
    await send(side, load, report, WARM_UP_CALLS)
    bursts.set(name, () => send(side, load, report, calls))
  }
  const turns: Turn<Name>[] = []
  while (turns.length < TURNS_PER_ROUND) turns.push(await takeTurn(bursts, turns.length))
  return { turns, bodyBytes }
}

function judge({ name, events }: Scenario, measured: readonly Measured[]): Comparison {
  const turns = measured.flatMap((one) => one.turns)
  const hasPeer = turns.some((turn) => turn.has('peer'))
  return {
    name,
    events,
    bodyBytes: measured[0]?.bodyBytes ?? 0,
    throughputRatio: throughputRatio(turns, 'foyer', 'bare'),
    cpuRatio: cpuRatio(turns, 'foyer', 'bare'),
    bare: figuresOf(turns, 'bare'),
    foyer: figuresOf(turns, 'foyer'),
    peer: hasPeer ? figuresOf(turns, 'peer') : null,
    peerThroughputRatio: hasPeer ? throughputRatio(turns, 'foyer', 'peer') : null,
    peerCpuRatio: hasPeer ? cpuRatio(turns, 'foyer', 'peer') : null,
  }
}
