import { availableParallelism } from 'node:os'
import { type Side, withSides } from '../harness/side.ts'
import { medianOf } from '../harness/statistics.ts'
import { type Sample, takeTurn } from '../harness/turns.ts'
import { type PeerName, startPeer } from './start-peer.ts'

const TURNS = 3
/** Each process of a cluster gets a part of the calls, and has as much to compile as a single one. */
const WARM_UP_BURSTS = 2

/** What a peer does with so many processes. */
export interface Trial {
  readonly processes: number
  readonly perSecond: number
}

/**
 * How a peer does best on this machine, in one process or in one for each core: they share the cores
 * with their store and with the load.
 *
 * @returns the best one first
 */
export function tryProcesses(
  name: PeerName,
  storage: string,
  burst: (side: Side) => Promise<Sample>,
): Promise<readonly [Trial, ...Trial[]]> {
  const counts = [...new Set([1, availableParallelism()])]
  return withSides(
    counts.map((processes) => () => startPeer(name, { storage, processes })),
    async (sides) => {
      for (const side of sides) {
        for (let times = 0; times < WARM_UP_BURSTS; times += 1) await burst(side)
      }
      const bursts = new Map(sides.map((side, at) => [String(at), () => burst(side)]))
      const seen = counts.map((): number[] => [])
      for (let turn = 0; turn < TURNS; turn += 1) {
        const samples = await takeTurn(bursts, turn)
        for (const [at, { perSecond }] of samples) seen[Number(at)]?.push(perSecond)
      }
      const trials = counts
        .map((processes, at) => ({ processes, perSecond: medianOf(seen[at] ?? []) }))
        .toSorted((left, right) => right.perSecond - left.perSecond)
      const [best, ...others] = trials
      if (best === undefined) throw new Error('there is no core')
      return [best, ...others]
    },
  )
}
