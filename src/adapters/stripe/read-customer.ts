import { z } from 'zod'
import type { StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { BillingCustomer } from '../../core/billing/customer.ts'
import type { ReadCustomer } from '../../core/billing/events.ts'
import type { CallGate } from '../call-gate.ts'
import { type StripeSettings, USER_ID, isMissing, stripeClient, stripeFailure } from './client.ts'

const Subscription = z.object({
  status: z.string().min(1),
  created: z.int(),
  items: z.object({
    data: z.array(
      z.object({ price: z.object({ id: z.string(), lookup_key: z.string().nullable() }) }),
    ),
  }),
})

/** What we use of Stripe's answer: its client takes any JSON without `error` for one. */
const Customer = z.union([
  z.object({ id: z.string().startsWith('cus_'), deleted: z.literal(true) }),
  z.object({
    id: z.string().startsWith('cus_'),
    deleted: z.never().optional(),
    metadata: z.record(z.string(), z.string()),
    // Stripe lists those that were not cancelled, the newest ten.
    subscriptions: z.object({ data: z.array(Subscription) }),
  }),
])

const UNREADABLE: StepFailure = {
  kind: 'unavailable',
  detail: 'stripe answered without a customer',
}

/** A customer and its subscriptions in one call, as they are now. */
export function createReadCustomer(settings: StripeSettings, gate: CallGate): ReadCustomer {
  const stripe = stripeClient(settings)
  const read = async (id: string): Promise<Result<BillingCustomer, StepFailure>> => {
    try {
      const answer = Customer.safeParse(
        await stripe.customers.retrieve(id, { expand: ['subscriptions'] }),
      )
      return answer.success ? ok(customerOf(answer.data)) : fail(UNREADABLE)
    } catch (error) {
      return isMissing(error) ? ok({ kind: 'deleted' }) : fail(stripeFailure(error))
    }
  }
  return (id) => gate(() => read(id))
}

function customerOf(customer: z.infer<typeof Customer>): BillingCustomer {
  if (customer.deleted === true) return { kind: 'deleted' }
  return {
    kind: 'living',
    ours: customer.metadata[USER_ID] !== undefined,
    subscriptions: customer.subscriptions.data.map(({ status, created, items }) => {
      const price = items.data[0]?.price
      return { status, created, plan: price?.lookup_key ?? price?.id ?? null }
    }),
  }
}
