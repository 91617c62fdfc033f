import { afterAll, beforeAll, expect, test } from 'vitest'
import { Stripe } from 'stripe'
import { Foyer, patiently } from '../support/foyer.ts'
import { signUp } from '../support/people.ts'

// Black box: the local Stripe sends its webhooks to the Worker by itself.

let foyer: Foyer

beforeAll(async () => {
  foyer = await Foyer.create()
  await foyer.start()
})

afterAll(() => foyer.cleanUp())

test('S11: what billing says of a customer reaches the account that has it', async () => {
  await signUp(foyer, 'subscriber@example.com')
  const row = async () =>
    (
      await foyer.connect()`SELECT stripe_customer_id, billing_status, billing_plan
        FROM users WHERE email = 'subscriber@example.com'`
    )[0]
  await expect.poll(row, patiently).toBeDefined()
  const { port } = new URL(foyer.url('billing'))
  const stripe = new Stripe('sk_test_look', { protocol: 'http', host: '127.0.0.1', port })
  const subscription = await stripe.subscriptions.create({
    customer: String((await row())?.['stripe_customer_id']),
    items: [{ price: 'price_pro' }],
  })
  await expect.poll(row, patiently).toMatchObject({ billing_status: 'active', billing_plan: 'pro' })
  await stripe.subscriptions.cancel(subscription.id)
  await expect.poll(row, patiently).toMatchObject({ billing_status: 'none', billing_plan: null })
})
