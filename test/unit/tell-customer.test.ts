import { expect, test } from 'vitest'
import { type CustomerApi, billingStepWith } from '../../src/adapters/steps/billing.ts'
import { USER_ID } from '../../src/adapters/stripe/client.ts'
import type { AccountFacts } from '../../src/contract/hydration.ts'

const account: AccountFacts = {
  userId: 'user',
  subjectKey: 'key',
  kind: 'email',
  identity: 'ada@example.com',
  planId: 'free',
  createdAt: 0,
}

const made = (id: string, userId: string) => ({ id, metadata: { [USER_ID]: userId } })
const refuse = () => Promise.reject(new Error('a telling makes and takes nothing'))

/** What Stripe tells of the account, where it has these customers under the address. */
function told(customers: readonly ReturnType<typeof made>[], refs: ReadonlyMap<string, string>) {
  const api: CustomerApi = {
    create: refuse,
    remove: refuse,
    retrieve: async (id) => customers.find((one) => one.id === id) ?? refuse(),
    listByEmail: async () => customers,
    search: refuse,
    listCreated: refuse,
  }
  return billingStepWith(api).tell?.({ account, refs })
}

test('B7: a customer of whom only Stripe knows is told of', async () => {
  const [lost, foreign] = [made('cus_lost', 'user'), made('cus_foreign', 'somebody')]
  expect(await told([foreign, lost], new Map())).toEqual({ ok: true, value: lost })
})

test('B7: so are several', async () => {
  const both = [made('cus_one', 'user'), made('cus_two', 'user')]
  const value = { object: 'list', data: both }
  expect(await told(both, new Map())).toEqual({ ok: true, value })
})

test('B7: where there is none, nothing is told', async () => {
  expect(await told([made('cus_foreign', 'somebody')], new Map())).toEqual({
    ok: true,
    value: null,
  })
})

test('B7: the one that the account names is asked for by its id', async () => {
  const [named, other] = [made('cus_named', 'user'), made('cus_other', 'user')]
  const refs = new Map([['billing', 'cus_named']])
  expect(await told([named, other], refs)).toEqual({ ok: true, value: named })
})
