import type { Stripe } from 'stripe'
import type { FrozenCall, StepFailure } from '../../contract/hydration.ts'
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
import {
  type CustomerAnswer,
  type CustomerLookup,
  knownCustomers,
  ownCustomers,
  madeSoonAfter,
} from '../stripe/own-customers.ts'
import { BILLING_STEP } from './names.ts'

/** Stripe may forget a key after 24 h; an hour less leaves room for clocks and retries. */
const KEY_LIFETIME_MS = 23 * 3_600_000
/** Ten calls: of people without an address, a thousand others may have come within the hour. */
const LOOKUP_PAGES_MAX = 10
/** One address has one customer of ours; a team may have made some more by hand. */
const LOOKUP_MAX = 100

export const billingStepDefinition: StepDefinition = {
  name: BILLING_STEP,
  // A wallet has no address: its customer is found by our id alone.
  freeze: ({ kind, identity, userId }) => ({
    ...(kind === 'email' ? { email: identity } : {}),
    metadata: { [USER_ID]: userId },
  }),
}

/** What the step asks of Stripe; each call throws what Stripe's own client throws, or `CallRefused`. */
export interface CustomerApi extends CustomerLookup {
  create(body: FrozenCall['body'], idempotencyKey: string): Promise<CustomerAnswer>
  retrieve(id: string): Promise<CustomerAnswer>
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
  async tell(input) {
    try {
      return ok(await tellCustomer(customers, input))
    } catch (error) {
      return isMissing(error) ? ok(null) : fail(stripeFailure(error))
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
    search: async (userId) => {
      const query = `metadata['${USER_ID}']:'${userId}'`
      return (await ask(() => customers.search({ query, limit: LOOKUP_MAX }))).data
    },
    listCreated: async (gte, lte) => {
      const found: Stripe.Customer[] = []
      for (let page = 0; page < LOOKUP_PAGES_MAX; page += 1) {
        const after = found.at(-1)?.id
        const next = {
          created: { gte, lte },
          limit: LOOKUP_MAX,
          ...(after && { starting_after: after }),
        }
        const { data, has_more: more } = await ask(() => customers.list(next))
        found.push(...data)
        if (!more) return found
      }
      return null
    },
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
  const isForgotten = now - call.mintedAt > KEY_LIFETIME_MS
  if (call.renewals === 0 && !isForgotten) return createCustomer(customers, call)
  const madeUntil = isForgotten ? call.mintedAt + KEY_LIFETIME_MS : call.mintedAt
  const found = await ownCustomers(customers, account, madeUntil, now)
  if (!found.ok) return found
  const [own] = found.value
  return own === undefined ? createCustomer(customers, call) : ok(own)
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

/** Every customer of this account, also one whose answer never reached us. */
async function removeCustomer(
  customers: CustomerApi,
  { account, refs, now }: RemovalInput,
): Promise<Result<null, StepFailure>> {
  const found = await ownCustomers(customers, account, madeSoonAfter(account, now), now)
  if (!found.ok) return found
  const ids = new Set(found.value)
  const ref = refs.get(billingStepDefinition.name)
  // Found under another address, where somebody has changed it by hand.
  if (ref !== undefined) ids.add(ref)
  for (const id of ids) await removeIfThere(customers, id)
  return ok(null)
}

/** Whoever's answer was lost, or still is on its way, has a customer that only Stripe knows of. */
async function tellCustomer(
  customers: CustomerApi,
  { account, refs }: CountInput,
): Promise<object | null> {
  const ref = refs.get(BILLING_STEP)
  const ids = ref === undefined ? await knownCustomers(customers, account) : [ref]
  const [first = null, ...others] = await Promise.all([...ids].map((id) => customers.retrieve(id)))
  return others.length === 0 ? first : { object: 'list', data: [first, ...others] }
}

async function countCustomers(
  customers: CustomerApi,
  { account, refs }: CountInput,
): Promise<Result<number, StepFailure>> {
  const ids = await knownCustomers(customers, account)
  const ref = refs.get(billingStepDefinition.name)
  if (ref === undefined || ids.has(ref)) return ok(ids.size)
  // Under another address, where somebody has changed it by hand, not to be found yet, or gone.
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
