import type { ErasureOrder, HydrationWork, Report, StepFailure } from '../contract/hydration.ts'
import { type Result, fail, ok } from '../contract/result.ts'
import type { ReportReply } from '../contract/subject-rpc.ts'
import { stepsFor } from '../core/hydration/step.ts'
import type { EmptiedStores } from '../core/ports.ts'
import type { ChoreDeps, Tell } from './chores.ts'
import { receiptOf } from '../core/look-after-erasure.ts'

type Emptying = readonly [store: string, empty: () => Promise<Result<null, StepFailure>>]

/**
 * Takes a person out of every store, since somebody ordered it. Each can be done twice; the first that
 * cannot now ends the pass, and the next one begins with all of them again. Who looks last, when
 * nothing of before can arrive any more, has the object forget whom it was about, and then writes the
 * receipt; whoever dies in between leaves that to `lookAfterErasure`.
 */
export async function erasePerson(
  work: HydrationWork,
  order: ErasureOrder,
  deps: ChoreDeps,
  tell: Tell,
): Promise<ReportReply> {
  const { erasures, now } = deps
  const emptied = await emptyStores(work, order, deps)
  if (!emptied.ok) return tell(failed(emptied.error))
  if (!order.isFinal) return tell({ type: 'order_done' })
  const kept = await erasures.keep(emptied.value)
  if (!kept.ok) return tell(failed(kept.error))
  const reply = await tell({ type: 'order_done' })
  if (reply.accepted) await erasures.close(receiptOf(emptied.value, now()))
  return reply
}

async function emptyStores(
  work: HydrationWork,
  order: ErasureOrder,
  deps: ChoreDeps,
): Promise<Result<EmptiedStores, StepFailure>> {
  const begun = await deps.erasures.begin(order, work.account.subjectKey)
  if (!begun.ok) return begun
  const stores: { store: string; emptiedAt: number }[] = []
  for (const [store, empty] of emptyings(work, order, deps)) {
    const emptied = await empty()
    if (!emptied.ok) return fail(emptied.error)
    stores.push({ store, emptiedAt: deps.now() })
  }
  return ok({ erasure: order.erasure, orderedAt: order.orderedAt, stores })
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
