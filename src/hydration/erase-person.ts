import type { ErasureOrder, HydrationWork, Report, StepFailure } from '../contract/hydration.ts'
import type { Result } from '../contract/result.ts'
import { stepsFor } from '../core/hydration/step.ts'
import type { ChoreDeps } from './chores.ts'

type Emptying = readonly [store: string, empty: () => Promise<Result<null, StepFailure>>]

/**
 * Takes a person out of every store, since somebody ordered it. Each can be done twice; the first that
 * cannot now ends the pass, and the next one begins with all of them again. Who looks last, when
 * nothing of before can arrive any more, writes the receipt.
 */
export async function erasePerson(
  work: HydrationWork,
  order: ErasureOrder,
  deps: ChoreDeps,
): Promise<Report> {
  const begun = await deps.erasures.begin(order, work.account.subjectKey)
  if (!begun.ok) return failed(begun.error)
  const stores: { store: string; emptiedAt: number }[] = [
    // In the turn in which it was ordered.
    { store: 'object', emptiedAt: order.orderedAt },
  ]
  for (const [store, empty] of emptyings(work, order, deps)) {
    const emptied = await empty()
    if (!emptied.ok) return failed(emptied.error)
    stores.push({ store, emptiedAt: deps.now() })
  }
  if (!order.isFinal) return { type: 'order_done' }
  const { erasure, orderedAt } = order
  const closed = await deps.erasures.close({ erasure, orderedAt, completedAt: deps.now(), stores })
  return closed.ok ? { type: 'order_done' } : failed(closed.error)
}

const failed = (failure: StepFailure): Report => ({
  type: 'chore_failed',
  chore: 'ordered_erasure',
  failure,
})

/** The row that leads to the others first; a step without a removal of its own has nothing outside. */
function emptyings(
  { account, fence, refs }: HydrationWork,
  order: ErasureOrder,
  { steps, archive, now }: ChoreDeps,
): readonly Emptying[] {
  const known = new Map(Object.entries(refs))
  return [
    ...stepsFor(steps, account)
      .toReversed()
      .flatMap(({ name, remove }): Emptying[] =>
        remove === undefined
          ? []
          : [[name, () => remove({ account, fence, order, refs: known, now: now() })]],
      ),
    ['archive', () => archive.remove(order.sessions)],
  ]
}
