import { type Spread, medianOf, quantile, spreadOf } from './statistics.ts'

/** One burst of work on one side. */
export interface Sample {
  readonly perSecond: number
  /** CPU time of the side for one call, in milliseconds; `null` where nobody tells. */
  readonly cpuMs: number | null
  readonly latenciesMs: readonly number[]
}

/** The same burst on every side, one right after the other. */
export type Turn<Name extends string> = ReadonlyMap<Name, Sample>

/**
 * The same burst on every side; each turn begins with another, so that whatever slows the machine down
 * slows all.
 *
 * @param index how many turns there were before
 */
export async function takeTurn<Name extends string>(
  bursts: ReadonlyMap<Name, () => Promise<Sample>>,
  index: number,
): Promise<Turn<Name>> {
  const contenders = [...bursts]
  const first = index % contenders.length
  const samples = new Map<Name, Sample>()
  for (const [name, burst] of [...contenders.slice(first), ...contenders.slice(0, first)]) {
    samples.set(name, await burst())
  }
  return samples
}

/** How many times as much `name` does in the same time as `other`. */
export const throughputRatio = <Name extends string>(
  turns: readonly Turn<Name>[],
  name: Name,
  other: Name,
): Spread =>
  spreadOf(turns.map((turn) => sampleOf(turn, name).perSecond / sampleOf(turn, other).perSecond))

/** The CPU time of `other` as a multiple of that of `name`: above 1, `name` needs less. */
export function cpuRatio<Name extends string>(
  turns: readonly Turn<Name>[],
  name: Name,
  other: Name,
): Spread | null {
  const ratios = turns.flatMap((turn) => {
    const [own, others] = [sampleOf(turn, name).cpuMs, sampleOf(turn, other).cpuMs]
    return own === null || others === null ? [] : [others / own]
  })
  return ratios.length === 0 ? null : spreadOf(ratios)
}

/** The middle of a side's bursts. */
export interface Figures {
  readonly perSecond: number
  readonly cpuMs: number | null
  readonly p50Ms: number
  readonly p99Ms: number
}

export function figuresOf<Name extends string>(turns: readonly Turn<Name>[], name: Name): Figures {
  const samples = turns.map((turn) => sampleOf(turn, name))
  const cpuMs = samples.flatMap((sample) => (sample.cpuMs === null ? [] : [sample.cpuMs]))
  const latenciesMs = samples.flatMap((sample) => sample.latenciesMs)
  return {
    perSecond: medianOf(samples.map((sample) => sample.perSecond)),
    cpuMs: cpuMs.length === 0 ? null : medianOf(cpuMs),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  }
}

function sampleOf<Name extends string>(turn: Turn<Name>, name: Name): Sample {
  const sample = turn.get(name)
  if (sample === undefined) throw new Error(`${name} did not take part`)
  return sample
}
