import { type Spread, quantile, spreadOf } from '../harness/statistics.ts'
import { CASES, type Comparison } from './closed-loop.ts'
import type { Scenario } from './contender.ts'
import { withBoth } from './sides.ts'

/** Of what the slower side can do at most: both then meet the same arrivals. */
const SHARES = [0.2, 0.4, 0.6, 0.8] as const
/** Enough arrivals for a 99th percentile, and over before fresh objects use up the file descriptors. */
const SECONDS = 1.2
/** In turns, so that a slow moment of the machine does not meet one side only. */
const ROUNDS = 2

interface Waits {
  readonly p50Ms: number
  readonly p99Ms: number
}

/** One rate of arrivals on both sides. */
export interface Step {
  readonly scenario: Scenario
  readonly name: string
  readonly share: number
  readonly perSecond: number
  readonly bare: Waits
  readonly foyer: Waits
  /** Foyer's as a multiple of the bare platform's: below 1 is quicker. */
  readonly p50Ratio: Spread
  readonly p99Ratio: Spread
}

/** @param comparisons of a closed loop on the same storage: what each side can do at most */
export const compareWaits = (
  storage: string,
  comparisons: readonly Comparison[],
): Promise<readonly Step[]> =>
  withBoth(storage, async (both) => {
    const steps: Step[] = []
    for (const { scenario, name } of CASES) {
      const ceiling = ceilingOf(scenario, comparisons)
      for (const share of SHARES) {
        const perSecond = ceiling * share
        const bare: (readonly number[])[] = []
        const foyer: (readonly number[])[] = []
        for (let round = 0; round < ROUNDS; round += 1) {
          bare.push(await both.bare.arrivals(scenario, perSecond, SECONDS))
          foyer.push(await both.foyer.arrivals(scenario, perSecond, SECONDS))
        }
        steps.push({ scenario, name, share, perSecond, ...judge(bare, foyer) })
      }
    }
    return steps
  })

function ceilingOf(scenario: Scenario, comparisons: readonly Comparison[]): number {
  const own = comparisons.find((comparison) => comparison.scenario === scenario)
  if (own === undefined) throw new Error(`nobody has measured ${scenario} at its fastest`)
  return Math.min(own.bare.perSecond, own.foyer.perSecond)
}

function judge(bare: readonly (readonly number[])[], foyer: readonly (readonly number[])[]) {
  const ratioAt = (share: number) =>
    spreadOf(
      foyer.map((waits, round) => quantile(waits, share) / quantile(bare[round] ?? [], share)),
    )
  return {
    bare: waitsOf(bare.flat()),
    foyer: waitsOf(foyer.flat()),
    p50Ratio: ratioAt(0.5),
    p99Ratio: ratioAt(0.99),
  }
}

const waitsOf = (waits: readonly number[]): Waits => ({
  p50Ms: quantile(waits, 0.5),
  p99Ms: quantile(waits, 0.99),
})
