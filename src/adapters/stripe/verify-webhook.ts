import { Stripe } from 'stripe'
import { z } from 'zod'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { BillingEvent } from '../../core/billing/events.ts'
import { describeError } from '../log.ts'

/** How old a signature may be: Stripe's own default. A delivery that is tried again is signed anew. */
const TOLERANCE_SECONDS = 300

/** The part of an event that is kept. What `data.object` is depends on the type. */
const Event = z.object({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  created: z.int().nonnegative(),
  data: z.object({ object: z.unknown() }),
})

const CustomerId = z.string().regex(/^cus_\w{1,250}$/)
const AboutCustomer = z.union([
  z.object({ object: z.literal('customer'), id: CustomerId }).transform(({ id }) => id),
  z.object({ customer: CustomerId }).transform(({ customer }) => customer),
])

/**
 * Verifies the signature over the body as it arrived, and reads the event.
 *
 * @param header `Stripe-Signature`
 * @param secrets any of them will do, so that a secret can be replaced without a gap
 * @returns or, for operators, why not
 */
export async function verifyWebhook(
  secrets: readonly string[],
  body: Uint8Array,
  header: string,
): Promise<Result<BillingEvent, string>> {
  const crypto = Stripe.createSubtleCryptoProvider()
  let reason = 'no secret'
  for (const secret of secrets) {
    try {
      return readEvent(
        await Stripe.webhooks.constructEventAsync(body, header, secret, TOLERANCE_SECONDS, crypto),
      )
    } catch (error) {
      reason = describeError(error)
    }
  }
  return fail(reason)
}

function readEvent(signed: unknown): Result<BillingEvent, string> {
  const event = Event.safeParse(signed)
  if (!event.success) return fail('not an event')
  const { id, type, created, data } = event.data
  return ok({
    id,
    type,
    customerId: AboutCustomer.safeParse(data.object).data ?? null,
    createdAt: created * 1_000,
  })
}
