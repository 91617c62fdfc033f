import type { Entry, Erased, ErasureOrdered } from './entries.ts'

/** Whether an entry changes what is kept of those before it. */
export const isForgetful = ({ type }: Entry): boolean =>
  type === 'erased' || type === 'erasure_ordered' || type === 'erasure_completed'

/**
 * The timeline after `added`. It is append-only but for two things: what forgets a person takes all
 * before it along, and what says that they are nowhere takes who they were out of the order. The fold
 * stays what it was.
 */
export function afterForgetting(kept: readonly Entry[], added: readonly Entry[]): readonly Entry[] {
  const from = added.findLastIndex(({ type }) => type === 'erased' || type === 'erasure_ordered')
  const timeline = from < 0 ? [...kept, ...added] : added.slice(from)
  return timeline.some(({ type }) => type === 'erasure_completed')
    ? timeline.map((entry) => (entry.type === 'erasure_ordered' ? tombstoneOf(entry) : entry))
    : timeline
}

const tombstoneOf = ({
  at,
  run,
  fence,
  authEpoch,
  unsubscribed,
  spentNonces,
}: ErasureOrdered): Erased => ({
  type: 'erased',
  at,
  run,
  fence,
  authEpoch,
  unsubscribed,
  ...(spentNonces && { spentNonces }),
})
