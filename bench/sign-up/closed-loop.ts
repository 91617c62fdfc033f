import { performance } from 'node:perf_hooks'
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
import type { Scenario } from './contender.ts'
import { type Both, withBoth } from './sides.ts'

/** Each on fresh storage and in new processes, since one start may be luckier than another. */
const ROUNDS = 4
/** Before the first alarm rings, after 10 s: neither side then works unasked. */
const ROUND_MAX_MS = 8_000
/** On fast storage a round has seen enough before its time is over. */
const TURNS_PER_ROUND_MAX = 6

interface Case {
  readonly scenario: Scenario
  readonly name: string
  /** Multiples of the connections, so that none idles while the others finish. */
  readonly calls: number
  /** What the product must reach, the bare platform being 1; a fresh object has more work to share. */
  readonly goalRatio: number
}

export const CASES: readonly Case[] = [
  { scenario: 'fresh', name: 'a fresh person', calls: 96, goalRatio: 0.9 },
  { scenario: 'repeat', name: 'a repeat visitor', calls: 240, goalRatio: 0.8 },
  { scenario: 'status', name: 'a status read', calls: 480, goalRatio: 0.8 },
]

export interface Comparison extends Case {
  readonly throughputRatio: Spread
  /** The bare platform's CPU time as a part of the product's. */
  readonly cpuRatio: Spread | null
  readonly bare: Figures
  readonly foyer: Figures
}

type Name = 'bare' | 'foyer'
type Turns = Map<Scenario, Turn<Name>[]>

/** @throws Error when a single call was not answered as it should be */
export async function compareThroughput(storage: string): Promise<readonly Comparison[]> {
  const turns: Turns = new Map(CASES.map(({ scenario }) => [scenario, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    await withBoth(storage, (both) => measureRound(both, turns))
  }
  return CASES.map((one) => {
    const own = turns.get(one.scenario) ?? []
    return {
      ...one,
      throughputRatio: throughputRatio(own, 'foyer', 'bare'),
      cpuRatio: cpuRatio(own, 'foyer', 'bare'),
      bare: figuresOf(own, 'bare'),
      foyer: figuresOf(own, 'foyer'),
    }
  })
}

async function measureRound({ bare, foyer, since }: Both, turns: Turns): Promise<void> {
  const isOver = () => performance.now() - since > ROUND_MAX_MS
  for (let turn = 0; turn < TURNS_PER_ROUND_MAX && !isOver(); turn += 1) {
    for (const { scenario, calls } of CASES) {
      const bursts = new Map<Name, () => Promise<Sample>>([
        ['bare', () => bare.burst(scenario, calls)],
        ['foyer', () => foyer.burst(scenario, calls)],
      ])
      turns.get(scenario)?.push(await takeTurn(bursts, turn))
    }
  }
}
