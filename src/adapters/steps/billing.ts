import { Stripe } from 'stripe'
import type { AccountFacts, FrozenCall, StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { providerFailure } from '../../core/hydration/failure.ts'
import type { HydrationStep, StepDefinition, StepInput } from '../../core/hydration/step.ts'
import { describeError } from '../log.ts'

/** Stripe answers within a second or not for a while; the lease must outlast a few of these. */
const CALL_TIMEOUT_MS = 5_000
/** Stripe may forget a key after 24 h; an hour less leaves room for clocks and retries. */
const KEY_LIFETIME_MS = 23 * 3_600_000
/** One address has one customer of ours; a team may have made some more by hand. */
const LOOKUP_MAX = 100

/** Under this key the customer's metadata carries our id: how a lost customer is recognised. */
const USER_ID = 'foyer_user_id'

export interface BillingSettings {
  readonly STRIPE_SECRET_KEY: string
  readonly STRIPE_API_BASE?: string | undefined
}

export const billingStepDefinition: StepDefinition = {
  name: 'billing',
  freeze: (account) => ({ email: account.identity, metadata: { [USER_ID]: account.userId } }),
}

/** The Stripe customer of an account, created once under its frozen key and body. */
export function createBillingStep(settings: BillingSettings): HydrationStep {
  const stripe = stripeClient(settings)
  return {
    ...billingStepDefinition,
    async ensure(input) {
      try {
        return await ensureCustomer(stripe, input)
      } catch (error) {
        return fail(billingFailure(error))
      }
    },
  }
}

function stripeClient({ STRIPE_SECRET_KEY, STRIPE_API_BASE }: BillingSettings): Stripe {
  const base = STRIPE_API_BASE === undefined ? null : new URL(STRIPE_API_BASE)
  return new Stripe(STRIPE_SECRET_KEY, {
    httpClient: Stripe.createFetchHttpClient(),
    timeout: CALL_TIMEOUT_MS,
    // The subject's object decides about retries.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && {
      protocol: base.protocol === 'http:' ? 'http' : 'https',
      host: base.hostname,
      port: base.port,
    }),
  })
}

async function ensureCustomer(
  stripe: Stripe,
  { account, work: { call }, refs, now }: StepInput,
): Promise<Result<string, StepFailure>> {
  const ref = refs.get(billingStepDefinition.name)
  if (ref !== undefined) return confirmCustomer(stripe, ref)
  if (call === null) throw new Error('billing was leased without its frozen call')
  // What an older key made, or a forgotten one, would be made a second time.
  const lookFirst = call.renewals > 0 || now - call.mintedAt > KEY_LIFETIME_MS
  const found = lookFirst ? await findCustomer(stripe, account) : null
  return found === null ? createCustomer(stripe, call) : ok(found)
}

/** A known customer is asked for, too: a returning person costs one call, like a new one. */
async function confirmCustomer(stripe: Stripe, ref: string): Promise<Result<string, StepFailure>> {
  try {
    const customer = await stripe.customers.retrieve(ref)
    return customer.deleted === true ? fail(GONE) : idOf(customer)
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError && error.code === 'resource_missing') {
      return fail(GONE)
    }
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
async function findCustomer(stripe: Stripe, account: AccountFacts): Promise<string | null> {
  const { data } = await stripe.customers.list({ email: account.identity, limit: LOOKUP_MAX })
  return data.find((customer) => customer.metadata[USER_ID] === account.userId)?.id ?? null
}

async function createCustomer(
  stripe: Stripe,
  call: FrozenCall,
): Promise<Result<string, StepFailure>> {
  try {
    return idOf(await stripe.customers.create(call.body, { idempotencyKey: call.key }))
  } catch (error) {
    const failure = billingFailure(error)
    // Stripe stores what a call came to, and would answer this key with it for a day.
    const stored = failure.kind === 'unknown_outcome' || failure.kind === 'rejected'
    return fail(stored ? { ...failure, callSpent: true } : failure)
  }
}

/** The client takes any JSON without `error` for success, so a proxy's page could pass for one. */
const idOf = ({ id }: { readonly id?: unknown }): Result<string, StepFailure> =>
  typeof id === 'string' && id.startsWith('cus_')
    ? ok(id)
    : fail({ kind: 'unavailable', detail: 'stripe answered without a customer' })

function billingFailure(error: unknown): StepFailure {
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    return { kind: 'rejected', detail: 'stripe key was used with another body' }
  }
  if (error instanceof Stripe.errors.StripeError) {
    // Its message may quote the address; type and code do not.
    const status = error.statusCode ?? null
    return providerFailure(
      'stripe',
      status,
      error.code ?? error.type,
      error.headers?.['retry-after'],
    )
  }
  return { kind: 'unknown_outcome', detail: `stripe ${describeError(error)}` }
}
