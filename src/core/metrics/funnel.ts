import { type Counts, type Window, shareOf } from './counts.ts'

/** The way of a sign-up; who reached a step has reached those before it. */
export const FUNNEL_STEPS = ['accepted', 'hydrating', 'merged', 'proven', 'activated'] as const
export type FunnelStep = (typeof FUNNEL_STEPS)[number]

export interface FunnelRow {
  readonly step: FunnelStep
  readonly reached: number
  /** Of those who reached the step before, the share that did not come this far; `null`: nobody did. */
  readonly dropoff: number | null
}

/**
 * Sessions by the step that they have reached until now. Together are those that were opened in the same
 * time.
 */
export function funnelOf(counts: Counts, window: Window): readonly FunnelRow[] {
  const reached = FUNNEL_STEPS.map((step) => counts.count('funnel_sessions_total', [step], window))
  return FUNNEL_STEPS.map((step, position) => {
    const before = reached[position - 1]
    const here = reached[position] ?? 0
    const left = before === undefined ? null : shareOf(before - here, before)
    // A proof may come before the merge: for a moment more have reached the later step.
    return { step, reached: here, dropoff: left === null ? null : Math.max(0, left) }
  })
}
