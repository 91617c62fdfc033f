import { quantile } from '../harness/statistics.ts'
import { CASES, type Comparison } from './closed-loop.ts'
import type { Scenario } from './contender.ts'
import { type Both, withBoth } from './sides.ts'

/** Of what the slower side can do at most: both then meet the same arrivals. Those of a row share a start. */
const SHARES = [
  [0.2, 0.4],
  [0.6, 0.8],
] as const
/** Of each rate on each side: a start is over before its first alarms ring, which is work that nobody asked for. */
const SECONDS = 1.5

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
  readonly p50Ratio: number
  readonly p99Ratio: number
}

/** @param comparisons of a closed loop on the same storage: what each side can do at most */
export async function compareWaits(
  storage: string,
  comparisons: readonly Comparison[],
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const { scenario, name } of CASES) {
    const ceiling = ceilingOf(scenario, comparisons)
    for (const shares of SHARES) {
      await withBoth(storage, async (both) => {
        for (const share of shares) {
          const perSecond = ceiling * share
          steps.push({
            scenario,
            name,
            share,
            perSecond,
            ...(await compareAt(both, scenario, perSecond)),
          })
        }
      })
    }
  }
  return steps
}

async function compareAt({ bare, foyer }: Both, scenario: Scenario, perSecond: number) {
  const waits = {
    bare: waitsOf(await bare.arrivals(scenario, perSecond, SECONDS)),
    foyer: waitsOf(await foyer.arrivals(scenario, perSecond, SECONDS)),
  }
  return {
    ...waits,
    p50Ratio: waits.foyer.p50Ms / waits.bare.p50Ms,
    p99Ratio: waits.foyer.p99Ms / waits.bare.p99Ms,
  }
}

function ceilingOf(scenario: Scenario, comparisons: readonly Comparison[]): number {
  const own = comparisons.find((comparison) => comparison.scenario === scenario)
  if (own === undefined) throw new Error(`nobody has measured ${scenario} at its fastest`)
  return Math.min(own.bare.perSecond, own.foyer.perSecond)
}

const waitsOf = (waits: readonly number[]): Waits => ({
  p50Ms: quantile(waits, 0.5),
  p99Ms: quantile(waits, 0.99),
})
