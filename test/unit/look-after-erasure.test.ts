import { expect, test } from 'vitest'
import { ok } from '../../src/contract/result.ts'
import type { ErasureReceipt } from '../../src/core/ports.ts'
import { lookAfterErasure } from '../../src/core/look-after-erasure.ts'

const NOW = 1_000_000
const emptied = {
  erasure: 'order',
  orderedAt: 1,
  stores: [{ store: 'account', emptiedAt: 2 }],
}

/** @returns the receipts that were written */
async function lookAfter(
  kept: typeof emptied | null,
  status: { readonly erasing?: string | null },
): Promise<readonly ErasureReceipt[]> {
  const written: ErasureReceipt[] = []
  await lookAfterErasure(
    { erasure: 'order', subjectKey: 'key', emptied: kept },
    { wake: async () => ({ sessions: [], dueAt: null, storageBytes: 0, ...status }) },
    {
      close: async (receipt) => {
        written.push(receipt)
        return ok(null)
      },
    },
    NOW,
  )
  return written
}

test.each([
  ['knows of no order any more', null],
  ['carries out another one', 'a later order'],
])('B7: an object that %s has said its last word of this one', async (_what, erasing) => {
  const [receipt, ...others] = await lookAfter(emptied, { erasing })
  expect(others).toEqual([])
  expect(receipt).toEqual({
    erasure: 'order',
    orderedAt: 1,
    completedAt: NOW,
    stores: [
      { store: 'account', emptiedAt: 2 },
      { store: 'object', emptiedAt: NOW },
    ],
  })
})

test.each([
  ['of an object that still carries it out', emptied, { erasing: 'order' }],
  ['of one that an earlier release answers for, and which does not say', emptied, {}],
  ['when no store has said anything', null, { erasing: null }],
])('B7: there is no receipt %s', async (_what, kept, status) => {
  expect(await lookAfter(kept, status)).toEqual([])
})
