import { expect, test } from 'vitest'
import { replayCommand, simulate } from './simulate.ts'

/** Each with people, faults and clocks of its own. */
const SEEDS_MIN = 2_000
/** A fast machine looks further. */
const RUN_MS = 60_000

test('every invariant holds after every step of two thousand worlds', async () => {
  const until = performance.now() + RUN_MS
  const failures: string[] = []
  let seed = 0
  while (failures.length < 3 && (seed < SEEDS_MIN || performance.now() < until)) {
    seed += 1
    const { violation } = await simulate(seed)
    if (violation !== null) failures.push(`${violation.message}\n  ${replayCommand(seed)}`)
  }
  console.log(`${seed} worlds`)
  expect(failures.join('\n')).toBe('')
})
