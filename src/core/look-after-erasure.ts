import type { SubjectRpc } from '../contract/subject-rpc.ts'
import type { EmptiedStores, ErasureReceipt, ErasureRecords, StalledErasure } from './ports.ts'

/**
 * Wakes the object that carries out the order. One that has said its last word, and whose consumer died
 * on hearing it, is taken at it: the receipt is written.
 *
 * Throws when the object does not answer.
 *
 * @param now epoch milliseconds
 */
export async function lookAfterErasure(
  { erasure, emptied }: StalledErasure,
  subject: Pick<SubjectRpc, 'wake'>,
  records: Pick<ErasureRecords, 'close'>,
  now: number,
): Promise<void> {
  const { erasing } = await subject.wake()
  const isOver = erasing !== undefined && erasing !== erasure
  if (isOver && emptied !== null) await records.close(receiptOf(emptied, now))
}

/** The object is the last that loses them: until then its order says whom the others are to lose. */
export const receiptOf = (emptied: EmptiedStores, completedAt: number): ErasureReceipt => ({
  ...emptied,
  completedAt,
  stores: [...emptied.stores, { store: 'object', emptiedAt: completedAt }],
})
