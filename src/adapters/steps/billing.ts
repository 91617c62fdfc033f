import type { Stripe } from 'stripe'
import type { AccountFacts, FrozenCall, StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type {
  CountInput,
  HydrationStep,
  RemovalInput,
  StepDefinition,
  StepInput,
} from '../../core/hydration/step.ts'
import type { CallGate } from '../call-gate.ts'
import { gatedClient } from '../gated-client.ts'
import {
  type StripeSettings,
  USER_ID,
  isMissing,
  stripeClient,
  stripeFailure,
} from '../stripe/client.ts'
import { BILLING_STEP } from './names.ts'

/** Stripe may forget a key after 24 h; an hour less leaves room for clocks and retries. */
const KEY_LIFETIME_MS = 23 * 3_600_000
/** One address has one customer of ours; a team may have made some more by hand. */
const LOOKUP_MAX = 100

export const billingStepDefinition: StepDefinition = {
  name: BILLING_STEP,
  freeze: (account) => ({ email: account.identity, metadata: { [USER_ID]: account.userId } }),
}

/** As far as a step reads it: anything that calls itself Stripe may have answered. */
export interface CustomerAnswer {
  readonly id?: unknown
  readonly deleted?: unknown
  readonly metadata?: Readonly<Record<string, string>>
}

/** What the step asks of Stripe; each call throws what Stripe's own client throws, or `CallRefused`. */
export interface CustomerApi {
  create(body: FrozenCall['body'], idempotencyKey: string): Promise<CustomerAnswer>
  retrieve(id: string): Promise<CustomerAnswer>
  /** At most a hundred, the newest. */
  listByEmail(email: string): Promise<readonly CustomerAnswer[]>
  remove(id: string): Promise<CustomerAnswer>
}

/** The Stripe customer of an account, created once under its frozen key and body. */
export const createBillingStep = (settings: StripeSettings, gate: CallGate): HydrationStep =>
  billingStepWith(customerApi(stripeClient(settings), gate))

export const billingStepWith = (customers: CustomerApi): HydrationStep => ({
  ...billingStepDefinition,
  async ensure(input) {
    try {
      return await ensureCustomer(customers, input)
    } catch (error) {
      return fail(stripeFailure(error))
    }
  },
  async remove(input) {
    try {
      return await removeCustomer(customers, input)
    } catch (error) {
      return fail(stripeFailure(error))
    }
  },
  async count(input) {
    try {
      return await countCustomers(customers, input)
    } catch (error) {
      return fail(stripeFailure(error))
    }
  },
})

function customerApi({ customers }: Stripe, gate: CallGate): CustomerApi {
  const ask = gatedClient(gate, stripeFailure)
  return {
    create: (body, idempotencyKey) => ask(() => customers.create(body, { idempotencyKey })),
    retrieve: (id) => ask(() => customers.retrieve(id)),
    remove: (id) => ask(() => customers.del(id)),
    listByEmail: async (email) =>
      (await ask(() => customers.list({ email, limit: LOOKUP_MAX }))).data,
  }
}

async function ensureCustomer(
  customers: CustomerApi,
  { account, work: { call }, refs, now }: StepInput,
): Promise<Result<string, StepFailure>> {
  const ref = refs.get(billingStepDefinition.name)
  if (ref !== undefined) return confirmCustomer(customers, ref)
  if (call === null) throw new Error('billing was leased without its frozen call')
  // What an older key made, or a forgotten one, would be made a second time.
  const lookFirst = call.renewals > 0 || now - call.mintedAt > KEY_LIFETIME_MS
  const found = lookFirst ? await findCustomer(customers, account) : null
  return found === null ? createCustomer(customers, call) : ok(found)
}

/** A known customer is asked for, too: a returning person costs one call, like a new one. */
async function confirmCustomer(
  customers: CustomerApi,
  ref: string,
): Promise<Result<string, StepFailure>> {
  try {
    const customer = await customers.retrieve(ref)
    return customer.deleted === true ? fail(GONE) : idOf(customer)
  } catch (error) {
    if (isMissing(error)) return fail(GONE)
    throw error
  }
}

/** Deleted by hand: the person gets another one, and sees nothing of it. */
const GONE: StepFailure = {
  kind: 'unavailable',
  detail: 'stripe customer is gone',
  callSpent: true,
}

/** By address and our metadata: listing is consistent at once, searching lags. */
async function findCustomer(customers: CustomerApi, account: AccountFacts): Promise<string | null> {
  const listed = await customers.listByEmail(account.identity)
  const own = listed.find(({ metadata }) => metadata?.[USER_ID] === account.userId)
  return typeof own?.id === 'string' ? own.id : null
}

async function createCustomer(
  customers: CustomerApi,
  call: FrozenCall,
): Promise<Result<string, StepFailure>> {
  try {
    return idOf(await customers.create(call.body, call.key))
  } catch (error) {
    const failure = stripeFailure(error)
    // Stripe stores what a call came to, and would answer this key with it for a day.
    const stored = failure.kind === 'unknown_outcome' || failure.kind === 'rejected'
    return fail(stored ? { ...failure, callSpent: true } : failure)
  }
}

/**
 * Every customer of this account, also one whose answer never reached us. Listing is consistent at
 * once, so nobody is left behind.
 */
async function removeCustomer(
  customers: CustomerApi,
  { account, refs }: RemovalInput,
): Promise<Result<null, StepFailure>> {
  const ids = await ownCustomers(customers, account)
  const ref = refs.get(billingStepDefinition.name)
  // Found under another address, where somebody has changed it by hand.
  if (ref !== undefined) ids.add(ref)
  for (const id of ids) await removeIfThere(customers, id)
  return ok(null)
}

/** The ids of all customers under this address that carry our id. */
async function ownCustomers(customers: CustomerApi, account: AccountFacts): Promise<Set<string>> {
  const found = await customers.listByEmail(account.identity)
  const own = found.filter(({ metadata }) => metadata?.[USER_ID] === account.userId)
  return new Set(own.map(({ id }) => String(id)))
}

async function countCustomers(
  customers: CustomerApi,
  { account, refs }: CountInput,
): Promise<Result<number, StepFailure>> {
  const ids = await ownCustomers(customers, account)
  const ref = refs.get(billingStepDefinition.name)
  if (ref === undefined || ids.has(ref)) return ok(ids.size)
  // Under another address, where somebody has changed it by hand, or gone.
  const known = await confirmCustomer(customers, ref)
  if (known.ok) return ok(ids.size + 1)
  return known.error === GONE ? ok(ids.size) : known
}

async function removeIfThere(customers: CustomerApi, id: string): Promise<void> {
  try {
    await customers.remove(id)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** The client takes any JSON without `error` for success, so a proxy's page could pass for one. */
const idOf = ({ id }: { readonly id?: unknown }): Result<string, StepFailure> =>
  typeof id === 'string' && id.startsWith('cus_')
    ? ok(id)
    : fail({ kind: 'unavailable', detail: 'stripe answered without a customer' })
