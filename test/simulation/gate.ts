import type { CallGate } from '../../src/adapters/call-gate.ts'
import { fail } from '../../src/contract/result.ts'

/** `src/adapters/budget-gate.ts` with a budget that is never used up: no call is begun too late. */
export const openGate =
  (stopAt: number, now: () => number): CallGate =>
  async (call) =>
    now() < stopAt ? call() : fail({ kind: 'rate_limited', detail: 'no time left for a call' })
