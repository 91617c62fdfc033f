import { rm } from 'node:fs/promises'
import { Stripe } from 'stripe'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HttpServer, listen } from '../../scripts/services/http-server.ts'
import {
  type LocalService,
  setFault,
  startInProcess,
  startProcess,
  temporaryFolder,
} from '../support/local-services.ts'
import { freePort } from '../support/ports.ts'

const SECRET = 'whsec_test'
const soon = { timeout: 180_000, interval: 20 }

const connect = (port: number) =>
  new Stripe('sk_test_local', {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(),
  })

/** Who is told: keeps what arrived and answers as the test says. */
class Receiver {
  arrived: { readonly body: string; readonly signature: string }[] = []
  answers: number[] = []
  #server: HttpServer | undefined

  async open(port = 0): Promise<string> {
    this.#server = await listen(async (request) => {
      const body = await request.text()
      this.arrived.push({ body, signature: request.headers.get('stripe-signature') ?? '' })
      return new Response(null, { status: this.answers.shift() ?? 200 })
    }, port)
    return `http://127.0.0.1:${this.#server.port}/hook`
  }

  close(): Promise<void> | undefined {
    return this.#server?.close()
  }

  /** What a receiver that verifies makes of each. */
  read(): (string | false)[] {
    return this.arrived.map(({ body, signature }) => {
      try {
        return Stripe.webhooks.constructEvent(body, signature, SECRET).type
      } catch {
        return false
      }
    })
  }
}

describe('subscriptions', () => {
  let service: LocalService
  let stripe: Stripe

  beforeAll(async () => {
    service = await startInProcess('billing')
    stripe = connect(service.port)
  })
  afterEach(() => setFault(service.url, null))
  afterAll(() => service.stop())

  const subscribed = async () => {
    const customer = await stripe.customers.create({ email: 'ada@example.com' })
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: 'price_pro' }],
    })
    return { customer, subscription }
  }
  const shown = async (id: string) => {
    const customer = await stripe.customers.retrieve(id, { expand: ['subscriptions'] })
    if (customer.deleted) return 'deleted'
    return customer.subscriptions?.data.map(({ id: own, status }) => [own, status])
  }

  test('one is made, read, changed and cancelled', async () => {
    const { customer, subscription } = await subscribed()
    expect(subscription).toMatchObject({ status: 'active', customer: customer.id })
    expect(subscription.items.data[0]?.price).toMatchObject({ id: 'price_pro', lookup_key: 'pro' })
    expect(await stripe.subscriptions.retrieve(subscription.id)).toEqual(subscription)
    const changed = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]?.id ?? '', price: 'price_team' }],
      cancel_at_period_end: true,
      metadata: { seats: '3' },
    })
    expect(changed).toMatchObject({ cancel_at_period_end: true, metadata: { seats: '3' } })
    expect(changed.items.data[0]?.price.lookup_key).toBe('team')
    expect(await stripe.subscriptions.cancel(subscription.id)).toMatchObject({ status: 'canceled' })
    await expect(stripe.subscriptions.cancel(subscription.id)).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
  })

  test('a trial is one', async () => {
    const { customer } = await subscribed()
    const trial = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: 'price_pro' }],
      trial_period_days: 14,
    })
    expect(trial.status).toBe('trialing')
  })

  test('a customer shows those that were not cancelled, when asked to', async () => {
    const { customer, subscription } = await subscribed()
    expect(await shown(customer.id)).toEqual([[subscription.id, 'active']])
    expect(await stripe.customers.retrieve(customer.id)).not.toHaveProperty('subscriptions')
    await stripe.subscriptions.cancel(subscription.id)
    expect(await shown(customer.id)).toEqual([])
    const of = async (status?: 'all') =>
      (await stripe.subscriptions.list({ customer: customer.id, ...(status && { status }) })).data
    expect([await of(), (await of('all')).map(({ id }) => id)]).toEqual([[], [subscription.id]])
  })

  test('they end with their customer', async () => {
    const { customer, subscription } = await subscribed()
    await stripe.customers.del(customer.id)
    expect(await shown(customer.id)).toBe('deleted')
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled')
  })

  test.each([['cus_none'], ['']])('nobody subscribes for %j', async (customer) => {
    await expect(
      stripe.subscriptions.create({ customer, items: [{ price: 'price_pro' }] }),
    ).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' })
  })

  test('what happened is listed, the newest first', async () => {
    const { customer, subscription } = await subscribed()
    const { data } = await stripe.events.list({ limit: 2 })
    expect(data.map(({ type, data: { object } }) => [type, 'id' in object && object.id])).toEqual([
      ['customer.subscription.created', subscription.id],
      ['customer.created', customer.id],
    ])
  })

  test('a call repeated under its key, or stored as failed, is no second event', async () => {
    const { customer } = await subscribed()
    const count = async () => (await stripe.events.list({ limit: 100 })).data.length
    const create = (idempotencyKey: string) =>
      stripe.subscriptions.create(
        { customer: customer.id, items: [{ price: 'price_pro' }] },
        { idempotencyKey },
      )
    const before = await count()
    await create('once')
    await create('once')
    await setFault(service.url, { kind: 'status', status: 500, times: 1 })
    await expect(create('failed')).rejects.toMatchObject({ statusCode: 500 })
    expect(await count()).toBe(before + 1)
  })
})

describe('webhooks', () => {
  let receiver: Receiver
  let service: LocalService
  let stripe: Stripe

  beforeEach(async () => {
    receiver = new Receiver()
    service = await startInProcess('billing', { url: await receiver.open(), secret: SECRET })
    stripe = connect(service.port)
  })
  afterEach(async () => {
    await service.stop()
    await receiver.close()
  })

  const press = (what: string, form: Record<string, string> = {}, headers = {}) =>
    fetch(`${service.url}/_control/${what}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
      redirect: 'manual',
    })
  const newest = async () => (await stripe.events.list({ limit: 1 })).data[0]?.id ?? ''

  test('each event is sent once, in order, signed over the body as it is', async () => {
    const customer = await stripe.customers.create({ name: 'Ada – é' })
    const { id } = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: 'price_pro' }],
    })
    await stripe.subscriptions.update(id, { metadata: { a: 'b' } })
    await stripe.customers.del(customer.id)
    await expect
      .poll(() => receiver.read(), soon)
      .toEqual([
        'customer.created',
        'customer.subscription.created',
        'customer.subscription.updated',
        'customer.subscription.deleted',
        'customer.deleted',
      ])
    const ids = receiver.arrived.map(({ body }) => (JSON.parse(body) as { id: string }).id)
    expect(new Set(ids).size).toBe(5)
  })

  test('what is not taken is sent again until it is', async () => {
    receiver.answers = [500, 404]
    await stripe.customers.create({})
    await expect.poll(() => receiver.read(), soon).toEqual(Array(3).fill('customer.created'))
    expect(new Set(receiver.arrived.map(({ body }) => body)).size).toBe(1)
  })

  test.each([
    ['once more', {}, ['customer.created']],
    ['twice', { times: '2' }, ['customer.created', 'customer.created']],
    ['with a bad signature', { manner: 'bad_signature' }, [false]],
    ['too old', { manner: 'old' }, [false]],
  ])('one can be sent %s', async (_name, form, read) => {
    await stripe.customers.create({})
    await expect.poll(() => receiver.arrived.length, soon).toBe(1)
    expect((await press('send', { event: await newest(), ...form })).status).toBe(303)
    await expect.poll(() => receiver.read(), soon).toEqual(['customer.created', ...read])
  })

  test('they can be held back, and let go in the other order', async () => {
    await press('hold')
    const { id } = await stripe.customers.create({})
    await press('subscribe', { customer: id, price: 'price_pro' })
    const [subscription] = (await stripe.subscriptions.list({ customer: id })).data
    await press('cancel', { subscription: subscription?.id ?? '' })
    expect(receiver.arrived).toEqual([])
    await press('release', { order: 'newest' })
    await expect
      .poll(() => receiver.read(), soon)
      .toEqual([
        'customer.subscription.deleted',
        'customer.subscription.created',
        'customer.created',
      ])
  })

  test('the buttons are for our own page only', async () => {
    const { id } = await stripe.customers.create({})
    const form = { customer: id, price: 'price_pro' }
    const from = async (origin: string) => (await press('subscribe', form, { origin })).status
    const strangers = ['https://evil.example', 'null', `http://127.0.0.1:${service.port + 1}`]
    expect(await Promise.all(strangers.map(from))).toEqual([403, 403, 403])
    expect((await stripe.subscriptions.list({ customer: id })).data).toEqual([])
    expect(await from(service.url)).toBe(303)
    expect((await stripe.subscriptions.list({ customer: id })).data).toHaveLength(1)
  })

  test('a form that cannot be read is refused', async () => {
    expect((await press('send', { event: 'evt_1', times: '1000' })).status).toBe(400)
    expect((await press('subscribe', { price: 'price_pro' })).status).toBe(400)
  })

  test('the page shows them and runs nothing', async () => {
    const { id } = await stripe.customers.create({ name: '<script>alert(1)</script>' })
    await press('subscribe', { customer: id, price: 'price_<b>' })
    await expect.poll(() => receiver.arrived.length, soon).toBe(2)
    const page = async () => (await fetch(service.url)).text()
    await expect.poll(page, soon).toContain('<td>200</td>')
    expect(await page()).toContain('&lt;b&gt;, active')
    expect(await page()).not.toMatch(/<script|<b>/)
  })
})

test('events that nobody took survive SIGKILL', async () => {
  const folder = await temporaryFolder()
  const port = await freePort()
  const settings = {
    STRIPE_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
    STRIPE_WEBHOOK_SECRET: SECRET,
  }
  const first = await startProcess('billing', folder, settings)
  for (let index = 0; index < 20; index += 1) await connect(first.port).customers.create({})
  await first.end('SIGKILL')
  const receiver = new Receiver()
  await receiver.open(port)
  const second = await startProcess('billing', folder, settings)
  await expect.poll(() => receiver.read(), soon).toEqual(Array(20).fill('customer.created'))
  expect(await second.end('SIGTERM')).toBe(0)
  await receiver.close()
  await rm(folder, { recursive: true })
})
