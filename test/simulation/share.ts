import { parentPort, workerData } from 'node:worker_threads'
import { simulate } from './simulate.ts'

/** Every so many-th seed, which keeps the cores equally busy. */
export interface Share {
  readonly from: number
  readonly every: number
  readonly below: number
}

export interface Summary {
  readonly steps: number
  readonly failures: readonly { readonly seed: number; readonly message: string }[]
}

async function runSeeds({ from, every, below }: Share): Promise<Summary> {
  const failures: { seed: number; message: string }[] = []
  let steps = 0
  for (let seed = from; seed < below; seed += every) {
    const outcome = await simulate(seed)
    steps += outcome.steps
    if (outcome.violation !== null) failures.push({ seed, message: outcome.violation.message })
  }
  return { steps, failures }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(await runSeeds(workerData as Share))
