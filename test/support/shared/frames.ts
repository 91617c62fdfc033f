import type { RunStatus } from '../../../src/contract/onboarding.ts'

interface ShownFrame {
  readonly seq: number
  readonly status: RunStatus
}

/** What a session is shown when nothing fails: its opening, its lease, then one frame for each step. */
export function framesOf(steps: readonly unknown[]): readonly ShownFrame[] {
  const between = steps.slice(1).map(() => 'hydrating' as const)
  const statuses = ['pending', 'hydrating', ...between, 'merged'] as const
  return statuses.map((status, position) => ({ seq: position + 1, status }))
}

export const shown = ({ seq, status }: ShownFrame): ShownFrame => ({ seq, status })
