import { Stripe } from 'stripe'
import { stripeClient } from '../../../src/adapters/stripe/client.ts'
import { bindings, fetchWorker } from './api.ts'

/** The local Stripe, as somebody with another key sees it. */
export const stripe = stripeClient({
  STRIPE_SECRET_KEY: 'sk_test_look',
  STRIPE_API_BASE: bindings.STRIPE_API_BASE,
})

export const subscribe = (customer: string, price = 'price_pro') =>
  stripe.subscriptions.create({ customer, items: [{ price }] })

/** A customer's events, the oldest first. */
export async function eventsOf(customer: string): Promise<Stripe.Event[]> {
  const { data } = await stripe.events.list({ limit: 100 })
  return data
    .filter(({ data: { object } }) => {
      const { id, customer: of } = object as { id?: string; customer?: string }
      return id === customer || of === customer
    })
    .toReversed()
}

/** As `testBindings` has them; one is being replaced by the other. */
export const [NEW_SECRET, OLD_SECRET] = ['whsec_new', 'whsec_old']

export interface Signing {
  readonly secret?: string
  /** Epoch seconds. */
  readonly timestamp?: number
  readonly scheme?: string
}

export const signatureOf = (payload: string, signing: Signing = {}): Promise<string> =>
  Stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret: NEW_SECRET,
    cryptoProvider: Stripe.createSubtleCryptoProvider(),
    ...signing,
  })

export const postWebhook = (payload: string, signature?: string): Promise<Response> =>
  fetchWorker('/webhooks/stripe', {
    method: 'POST',
    body: payload,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      ...(signature === undefined ? {} : { 'Stripe-Signature': signature }),
    },
  })

export async function deliver(event: object, signing?: Signing): Promise<Response> {
  const payload = JSON.stringify(event)
  return postWebhook(payload, await signatureOf(payload, signing))
}
