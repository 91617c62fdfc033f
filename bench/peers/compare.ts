import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { LoadGenerator } from '../harness/load.ts'
import { type Services, startServices } from '../harness/services.ts'
import { type Side, startSide, withSides } from '../harness/side.ts'
import type { Spread } from '../harness/statistics.ts'
import {
  type Figures,
  type Turn,
  cpuRatio,
  figuresOf,
  takeTurn,
  throughputRatio,
} from '../harness/turns.ts'
import { Contestant, type Name, type Scenario, knowsAgain } from './contestant.ts'
import { type Trial, tryProcesses } from './fastest.ts'
import { type PeerName, startPeer } from './start-peer.ts'

const FOYER = join(import.meta.dirname, '..', '..', 'wrangler.toml')

/** Each on fresh storage and in new processes, since one start may be luckier than another. */
const ROUNDS = 2
/** A slow machine has one round: none begins after so long. */
const LAST_ROUND_AFTER_MS = 45_000
/** Well before the first alarm rings at Foyer (10 s): nobody then works unasked. */
const ROUND_MAX_MS = 7_000
/** On a fast machine a round has seen enough before its time is over. */
const TURNS_PER_ROUND_MAX = 6

const SCENARIOS: readonly Scenario[] = ['fresh', 'repeat']

/** Foyer beside one peer in one scenario. */
export interface Comparison {
  readonly scenario: Scenario
  readonly peer: PeerName
  /** Above 1, Foyer takes more. */
  readonly throughputRatio: Spread
  /** The peer's CPU time as a multiple of Foyer's. */
  readonly cpuRatio: Spread | null
}

export interface Standing {
  readonly scenario: Scenario
  readonly name: Name
  readonly figures: Figures
}

export interface PeersMeasured {
  /** How often all took their turn; of one alone nobody can tell how far it strays. */
  readonly turns: number
  readonly comparisons: readonly Comparison[]
  readonly standings: readonly Standing[]
  /** The best one first; that one was compared. */
  readonly trials: Readonly<Partial<Record<PeerName, readonly Trial[]>>>
}

type Processes = ReadonlyMap<PeerName, number>
type Turns = Record<Scenario, Turn<Name>[]>

/** @throws Error when a single call was not answered as it should be */
export async function comparePeers(
  storage: string,
  peers: readonly PeerName[],
): Promise<PeersMeasured> {
  const startedAt = performance.now()
  const load = new LoadGenerator()
  const services = await startServices()
  try {
    const trials: Partial<Record<PeerName, readonly Trial[]>> = {}
    const processes = new Map<PeerName, number>()
    for (const peer of peers) {
      const [best, ...others] = await trySignUps(peer, storage, load)
      processes.set(peer, best.processes)
      trials[peer] = [best, ...others]
    }
    const turns: Turns = { fresh: [], repeat: [] }
    for (let round = 0; round < ROUNDS; round += 1) {
      await measureRound(storage, processes, { services, load, turns })
      if (performance.now() - startedAt > LAST_ROUND_AFTER_MS) break
    }
    return { turns: turns.fresh.length, ...judge(turns, peers), trials }
  } finally {
    load.close()
    await services.stop()
  }
}

function trySignUps(peer: PeerName, storage: string, load: LoadGenerator) {
  const warm = new Map<Side, Contestant>()
  return tryProcesses(peer, storage, async (side) => {
    const contestant = warm.get(side) ?? (await Contestant.warm(peer, side, load))
    warm.set(side, contestant)
    return contestant.burst('fresh')
  })
}

interface Round {
  readonly services: Services
  readonly load: LoadGenerator
  readonly turns: Turns
}

const measureRound = (
  storage: string,
  processes: Processes,
  { services: { settings }, load, turns }: Round,
): Promise<void> =>
  withSides<Side, void>(
    [
      ...[...processes].map(
        ([peer, count]) =>
          () =>
            startPeer(peer, { storage, processes: count }),
      ),
      // The last one: its alarms are set by the first sign-up.
      () => startSide({ config: FOYER, name: 'foyer', storage, settings }),
    ],
    async (sides) => {
      const contestants = new Map<Name, Contestant>()
      for (const [at, name] of [...processes.keys(), 'foyer' as const].entries()) {
        const side = sides[at]
        if (side === undefined) throw new Error(`${name} is missing`)
        contestants.set(name, await Contestant.warm(name, side, load))
      }
      await takeTurns(contestants, turns)
    },
  )

async function takeTurns(contestants: ReadonlyMap<Name, Contestant>, turns: Turns): Promise<void> {
  const startedAt = performance.now()
  const isOver = () => performance.now() - startedAt > ROUND_MAX_MS
  for (let turn = 0; turn < TURNS_PER_ROUND_MAX && !isOver(); turn += 1) {
    for (const scenario of SCENARIOS) {
      const bursts = [...contestants]
        .filter(([name]) => takesPart(name, scenario))
        .map(([name, contestant]) => [name, () => contestant.burst(scenario)] as const)
      turns[scenario].push(await takeTurn(new Map(bursts), turn))
    }
  }
}

const takesPart = (name: Name, scenario: Scenario): boolean =>
  scenario === 'fresh' || knowsAgain(name)

function judge(turns: Turns, peers: readonly PeerName[]) {
  const entered = SCENARIOS.map((scenario) => ({
    scenario,
    peers: peers.filter((peer) => takesPart(peer, scenario)),
  }))
  return {
    standings: entered.flatMap(({ scenario, peers: own }) =>
      (['foyer', ...own] as const).map((name) => ({
        scenario,
        name,
        figures: figuresOf(turns[scenario], name),
      })),
    ),
    comparisons: entered.flatMap(({ scenario, peers: own }) =>
      own.map((peer) => ({
        scenario,
        peer,
        throughputRatio: throughputRatio(turns[scenario], 'foyer', peer),
        cpuRatio: cpuRatio(turns[scenario], 'foyer', peer),
      })),
    ),
  }
}
