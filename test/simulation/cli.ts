import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Share, Summary } from './share.ts'
import { replayCommand, simulate } from './simulate.ts'
import { tell } from './trace.ts'

const USAGE = `npm run simulate -- --seeds 10000 [--from 1]   many worlds, on all cores
npm run simulate -- --seed 7 [--trace]         one of them, with its story`

/** A failing change fails often: the first ones are enough to look at. */
const SHOWN_MAX = 10

/** One world; with `--trace` its whole story. */
async function replay(seed: number, tells: boolean): Promise<boolean> {
  const { steps, hash, violation, story } = await simulate(seed, { keepsStory: tells })
  for (const happening of story) console.log(tell(happening))
  console.log(`seed ${seed}: ${steps} steps, hash ${hash}, ${violation?.message ?? 'all well'}`)
  return violation === null
}

/** Many worlds, dealt out to the cores. */
async function runMany(from: number, seeds: number): Promise<boolean> {
  const cores = availableParallelism()
  const shares = Array.from({ length: cores }, (_, first): Share => {
    return { from: from + first, every: cores, below: from + seeds }
  })
  const summaries = await Promise.all(shares.map(runShare))
  const failures = summaries
    .flatMap((summary) => summary.failures)
    .toSorted((a, b) => a.seed - b.seed)
  for (const { seed, message } of failures.slice(0, SHOWN_MAX)) {
    console.log(`${message}\n  ${replayCommand(seed)}`)
  }
  const steps = summaries.reduce((sum, summary) => sum + summary.steps, 0)
  console.log(`${seeds} worlds, ${steps} steps, ${failures.length} failed`)
  return failures.length === 0
}

const runShare = (share: Share): Promise<Summary> =>
  new Promise((resolve, reject) => {
    new Worker(join(import.meta.dirname, 'share.ts'), { workerData: share })
      .once('message', resolve)
      .once('error', reject)
  })

async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
    },
  })
  if (values.seed !== undefined) return replay(Number(values.seed), values.trace)
  if (values.seeds !== undefined) return runMany(Number(values.from), Number(values.seeds))
  console.log(USAGE)
  return true
}

process.exitCode = (await run()) ? 0 : 1
