import { expect, test } from 'vitest'
import type { Verdict } from '../../src/contract/learning.ts'
import { verdictOn } from '../../src/core/experiment/verdict.ts'

const ABOVE = { lower: 0.01, upper: 0.03 }
const BELOW = { lower: -0.03, upper: -0.01 }
const INSIDE = { lower: -0.01, upper: 0.03 }
const TOUCHING = { lower: 0, upper: 0.03 }

test.each<{
  interval: { lower: number; upper: number } | null
  over: boolean
  verdict: Verdict
}>([
  { interval: null, over: false, verdict: 'too_early' },
  { interval: null, over: true, verdict: 'stopped' },
  { interval: INSIDE, over: false, verdict: 'undecided' },
  { interval: TOUCHING, over: false, verdict: 'undecided' },
  { interval: INSIDE, over: true, verdict: 'stopped' },
  { interval: ABOVE, over: false, verdict: 'better' },
  { interval: ABOVE, over: true, verdict: 'better' },
  { interval: BELOW, over: false, verdict: 'worse' },
  { interval: BELOW, over: true, verdict: 'worse' },
])('A14: $interval, over: $over is $verdict, unless the groups are wrong', (row) => {
  const { interval, over, verdict } = row
  expect(verdictOn({ sampleRatioTripped: false, interval, over })).toBe(verdict)
  expect(verdictOn({ sampleRatioTripped: true, interval, over })).toBe('sample_ratio_mismatch')
})
