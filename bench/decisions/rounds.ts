import { performance } from 'node:perf_hooks'
import { type Spread, spreadOf } from '../harness/statistics.ts'

/** In which the engine compiles what it will compile. */
const WARM_UP_MS = 300
/** Long enough that neither the clock nor one collection of garbage counts for much. */
const ROUND_MS = 10
const ROUNDS = 31

/** One decision, of whichever person; never null, and used, so that the engine leaves nothing out. */
export type Decide = (person: number) => unknown

/** What one call of each takes, in nanoseconds of this thread's CPU time, round by round: all in turns. */
export type Rounds<Name extends string> = Readonly<Record<Name, readonly number[]>>

export function measureRounds<Name extends string>(
  cases: Readonly<Record<Name, Decide>>,
): Rounds<Name> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of a record are of its key type
  const names = Object.keys(cases) as Name[]
  const amounts = new Map(names.map((name) => [name, amountFor(cases[name])]))
  const rounds = new Map(names.map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const amount = amounts.get(name) ?? 1
      rounds.get(name)?.push((run(cases[name], amount) / amount) * 1e6)
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each name
  return Object.fromEntries(rounds) as Record<Name, number[]>
}

/** How many times as long `name` takes as `other`, round by round. */
export const costRatio = <Name extends string>(
  rounds: Rounds<Name>,
  name: Name,
  other: Name,
): Spread =>
  spreadOf(rounds[name].map((time, round) => time / (rounds[other][round] ?? Number.NaN)))

/** Warms up. @returns how many calls take a round */
function amountFor(decide: Decide): number {
  let calls = 1
  let tookMs = 0
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until;) {
    tookMs = run(decide, calls)
    if (tookMs < ROUND_MS) calls *= 2
  }
  return Math.max(1, Math.round((calls * ROUND_MS) / tookMs))
}

/** @returns milliseconds, without those in which others had the CPU */
function run(decide: Decide, calls: number): number {
  let used = 0
  const before = process.threadCpuUsage()
  for (let call = 0; call < calls; call += 1) used += decide(call) === null ? 0 : 1
  const { user, system } = process.threadCpuUsage(before)
  const tookMs = (user + system) / 1_000
  if (used !== calls) throw new Error('a decision came to nothing')
  return tookMs
}
