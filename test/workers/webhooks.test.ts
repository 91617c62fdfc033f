import { createExecutionContext } from 'cloudflare:test'
import { eq, sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import type { Stripe } from 'stripe'
import type { SubjectRpc } from '../../src/contract/subject-rpc.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import { users, webhookEvents } from '../../src/adapters/neon/schema.ts'
import { settleDue } from '../../src/cron/settle-due.ts'
import { parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import {
  ORIGIN,
  bearer,
  bindings,
  errorOf,
  eventually,
  freshEmail,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { customersOf, fault, rowsOf } from '../support/worker/outside.ts'
import { untilOver } from '../support/worker/run.ts'
import {
  NEW_SECRET,
  OLD_SECRET,
  deliver,
  eventsOf,
  postWebhook,
  signatureOf,
  stripe,
  subscribe,
} from '../support/worker/stripe.ts'

afterEach(async () => {
  await Promise.all([fault('STRIPE', null), fault('DATABASE', null)])
  await resetBudgets()
})

const database = connect(parseSettings(bindings))

const stored = (id: string) =>
  database.select().from(webhookEvents).where(eq(webhookEvents.eventId, id))

const stateOf = async (id: string) => (await stored(id))[0]?.state

const closed = ({ id }: { readonly id: string }) =>
  eventually('the end of an event', async () => {
    const [event] = await stored(id)
    return event?.doneAt ? event.state : null
  })

/** What the account's row says, and how often it was told. */
const billing = async (customer: string) => {
  const [row] = await database.select().from(users).where(eq(users.stripeCustomerId, customer))
  return row && [row.billingStatus, row.billingPlan, row.billingVersion]
}

/** The customer of a person whose account is there. */
async function member(): Promise<string> {
  const email = freshEmail()
  await untilSettled(await signUp(email))
  const [row] = await rowsOf(email)
  if (!row?.stripeCustomerId) throw new Error('an account without a customer')
  return row.stripeCustomerId
}

/** The last of a customer's events. */
async function latest(customer: string): Promise<Stripe.Event> {
  const event = (await eventsOf(customer)).at(-1)
  if (event === undefined) throw new Error('nothing happened to this customer')
  return event
}

async function subscribed(): Promise<{ customer: string; event: Stripe.Event }> {
  const customer = await member()
  await subscribe(customer)
  return { customer, event: await latest(customer) }
}

/** Lets the time of what was put off come. */
const hurry = async () => {
  await database.update(webhookEvents).set({ dueAt: sql`now() - interval '1 second'` })
  await settleDue(bindings)
}

describe('G: what billing says reaches the account', () => {
  test('and what it says later takes its place', async () => {
    const { customer, event } = await subscribed()
    expect(await billing(customer)).toEqual([null, null, 0])
    const response = await deliver(event)
    expect([response.status, await response.json()]).toEqual([200, { received: true }])
    expect(await closed(event)).toBe('applied')
    expect(await billing(customer)).toEqual(['active', 'pro', 1])

    const [subscription] = (await stripe.subscriptions.list({ customer })).data
    await stripe.subscriptions.cancel(subscription?.id ?? '')
    const cancelled = await latest(customer)
    await deliver(cancelled)
    await closed(cancelled)
    expect(await billing(customer)).toEqual(['none', null, 2])

    await stripe.customers.del(customer)
    const deleted = await latest(customer)
    await deliver(deleted)
    await closed(deleted)
    expect(await billing(customer)).toEqual(['deleted', null, 3])
  })

  test('F36: one event fifty times at once changes it once', async () => {
    const { customer, event } = await subscribed()
    const responses = await Promise.all(Array.from({ length: 50 }, () => deliver(event)))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    await closed(event)
    await hurry()
    expect(await deliver(event)).toHaveProperty('status', 200)
    expect(await billing(customer)).toEqual(['active', 'pro', 1])
    expect(await stored(event.id)).toHaveLength(1)
  })

  test('F37: `deleted` before `created` converges', async () => {
    const customer = await member()
    const { id } = await subscribe(customer)
    await stripe.subscriptions.cancel(id)
    const [, created, deleted] = await eventsOf(customer)
    for (const event of [deleted, created]) {
      await deliver(event ?? {})
      await closed(event ?? { id: '' })
      expect(await billing(customer)).toMatchObject(['none', null, expect.any(Number)])
    }
  })

  test('F37: an end that arrives late does not end what began after it', async () => {
    const customer = await member()
    const { id } = await subscribe(customer, 'price_old')
    await stripe.subscriptions.cancel(id)
    await subscribe(customer, 'price_new')
    const [, created, deleted, again] = await eventsOf(customer)
    const events = [again, deleted, created].flatMap((event) => event ?? [])
    await Promise.all(events.map((event) => deliver(event)))
    await Promise.all(events.map(closed))
    expect(await billing(customer)).toMatchObject(['active', 'new', expect.any(Number)])
  })

  test('F26: while Stripe does not answer the event waits, and the cron takes it up', async () => {
    const { customer, event } = await subscribed()
    await fault('STRIPE', { kind: 'status', status: 503 })
    expect((await deliver(event)).status).toBe(200)
    await eventually('a look', async () => {
      const [row] = await stored(event.id)
      return row?.looks === 1 && row.holder === null
    })
    await hurry()
    expect(await stateOf(event.id)).toBe('due')
    await fault('STRIPE', null)
    await resetBudgets()
    await hurry()
    expect(await stateOf(event.id)).toBe('applied')
    expect(await billing(customer)).toEqual(['active', 'pro', 1])
  })
})

describe('F35: before the merge', () => {
  test('F35, S11: events wait, and are applied once, with the account', async () => {
    await fault('STRIPE', { kind: 'status', status: 503 })
    const email = freshEmail()
    const session = await signUp(email)
    // A consumer that makes the customer and dies: nobody else may work for 30 seconds.
    const subject: SubjectRpc = subjectOf(session.token)
    const work = await eventually('the lease', () => subject.lease())
    await fault('STRIPE', null)
    await resetBudgets()
    const call = work.steps.find(({ name }) => name === 'billing')?.call
    const { id: customer } = await stripe.customers.create(call?.body ?? {}, {
      idempotencyKey: call?.key ?? '',
    })
    await subscribe(customer)
    const events = await eventsOf(customer)
    const [, event] = events
    for (const each of events) expect((await deliver(each)).status).toBe(200)
    await eventually('the parking', async () => (await stateOf(event?.id ?? '')) === 'waiting')
    await hurry()
    expect(await stateOf(event?.id ?? '')).toBe('waiting')
    expect(await rowsOf(email)).toEqual([])

    await subject.report(work.fence, [{ type: 'returned' }])
    expect((await untilOver(session)).status).toBe('merged')
    expect(await customersOf(email)).toHaveLength(1)
    expect(await billing(customer)).toEqual(['active', 'pro', 1])
    expect(await closed(event ?? { id: '' })).toBe('applied')
    await hurry()
    expect(await billing(customer)).toEqual(['active', 'pro', 1])
  })

  test('of an account that was erased meanwhile nothing is left to wait', async () => {
    const { id } = await stripe.customers.create({ metadata: { foyer_user_id: 'nobody' } })
    await subscribe(id)
    const event = await latest(id)
    await deliver(event)
    await eventually('the parking', async () => (await stateOf(event.id)) === 'waiting')
    await stripe.customers.del(id)
    await hurry()
    expect(await stateOf(event.id)).toBe('gone')
  })
})

describe('what changes nothing', () => {
  test('X27: a customer that is not ours is answered and ignored, and asked about once', async () => {
    const { id } = await stripe.customers.create({ email: freshEmail() })
    await subscribe(id)
    const first = await latest(id)
    expect((await deliver(first)).status).toBe(200)
    expect(await closed(first)).toBe('foreign')
    await subscribe(id)
    const second = await latest(id)
    await fault('STRIPE', { kind: 'reject' })
    expect((await deliver(second)).status).toBe(200)
    expect(await closed(second)).toBe('foreign')
  })

  test.each([
    ['the creation of a customer', { type: 'customer.created' }],
    ['an invoice', { type: 'invoice.paid' }],
    ['something without a customer', { data: { object: { object: 'balance' } } }],
    ['something in a shape of its own', { data: { object: 'x' } }],
  ])('%s is stored as unrelated', async (_name, change) => {
    const { customer, event } = await subscribed()
    const other = { ...event, id: `evt_${crypto.randomUUID()}`, ...change }
    expect((await deliver(other)).status).toBe(200)
    expect(await stateOf(other.id)).toBe('unrelated')
    expect(await billing(customer)).toEqual([null, null, 0])
  })

  test('nothing of an event is kept but what is needed', async () => {
    const { customer, event } = await subscribed()
    await deliver(event)
    await closed(event)
    const [row] = await stored(event.id)
    expect(row).toMatchObject({ customerId: customer, type: event.type })
    expect(row?.createdAt.getTime()).toBe(event.created * 1_000)
    expect(Object.keys(row ?? {})).toEqual([
      'eventId',
      'type',
      'customerId',
      'createdAt',
      'receivedAt',
      'state',
      'dueAt',
      'looks',
      'holder',
      'doneAt',
    ])
  })
})

describe('the signature', () => {
  // By the clock of the moment: before these tests begin others may have taken minutes.
  const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds
  const event = () => ({
    id: `evt_${crypto.randomUUID()}`,
    object: 'event',
    type: 'customer.subscription.created',
    created: secondsAgo(0),
    data: { object: { object: 'subscription', customer: 'cus_x' } },
  })

  const refusalOf = async (response: Response, id: string) => {
    const { code, message, details } = await errorOf(response)
    return { status: response.status, code, message, details, stored: await stored(id) }
  }
  const REFUSED = {
    status: 400,
    code: 'signature_invalid',
    message: 'The signature is not valid.',
    details: undefined,
    stored: [],
  }

  test.each([
    ['X25: of 301 seconds ago', () => ({ timestamp: secondsAgo(301) })],
    ['of another secret', () => ({ secret: 'whsec_other' })],
    ['of both secrets as one', () => ({ secret: `${NEW_SECRET}, ${OLD_SECRET}` })],
    ['X26: of version 0 only', () => ({ scheme: 'v0' })],
  ])('%s is refused, and nothing stored', async (_name, signing) => {
    const own = event()
    expect(await refusalOf(await deliver(own, signing()), own.id)).toEqual(REFUSED)
  })

  test.each([
    ['X23: none', undefined],
    ['an empty one', ''],
    ['one without a time', 'v1=00'],
    ['one without a signature', `t=${secondsAgo(0)}`],
    ['nonsense', 't=now,v1=,,=,v1'],
  ])('%s is refused', async (_name, header) => {
    const own = event()
    expect(await refusalOf(await postWebhook(JSON.stringify(own), header), own.id)).toEqual(REFUSED)
  })

  test('X24: over another body is refused', async () => {
    const own = event()
    const payload = JSON.stringify(own)
    const signature = await signatureOf(payload)
    expect(
      await refusalOf(await postWebhook(payload.replace('cus_x', 'cus_y'), signature), own.id),
    ).toEqual(REFUSED)
    expect(await refusalOf(await postWebhook(`${payload} `, signature), own.id)).toEqual(REFUSED)
  })

  test('over what is no event is refused', async () => {
    for (const payload of ['{}', '[]', 'null', '""', 'x', '{"id":"evt_1"}']) {
      const response = await postWebhook(payload, await signatureOf(payload))
      expect(response.status).toBe(400)
    }
  })

  test.each([
    ['with the secret that is being replaced', () => ({ secret: OLD_SECRET })],
    ['of some minutes ago', () => ({ timestamp: secondsAgo(200) })],
  ])('%s is accepted', async (_name, signing) => {
    expect((await deliver(event(), signing())).status).toBe(200)
  })

  test('X26: one valid among several is enough', async () => {
    const payload = JSON.stringify(event())
    const header = (await signatureOf(payload)).replace(',', ',v1=00,v0=11,')
    expect((await postWebhook(payload, header)).status).toBe(200)
  })

  test('a token neither opens nor closes it', async () => {
    const { token } = await signUp()
    const own = event()
    const payload = JSON.stringify(own)
    const headers = { ...bearer(token), 'Stripe-Signature': await signatureOf(payload) }
    const request = (init: HeadersInit) =>
      worker.fetch(
        new Request(`${ORIGIN}/webhooks/stripe`, { method: 'POST', body: payload, headers: init }),
        bindings,
        createExecutionContext(),
      )
    expect(await refusalOf(await request(bearer(token)), own.id)).toEqual(REFUSED)
    expect((await request(headers)).status).toBe(200)
  })
})

describe('the endpoint', () => {
  test('D: while the database is away nothing is acknowledged, and Stripe’s retry works', async () => {
    const { customer, event } = await subscribed()
    await fault('DATABASE', { kind: 'reject' })
    const response = await deliver(event)
    expect([response.status, (await errorOf(response)).code]).toEqual([503, 'unavailable'])
    await fault('DATABASE', null)
    expect(await stored(event.id)).toEqual([])
    expect((await deliver(event)).status).toBe(200)
    await closed(event)
    expect(await billing(customer)).toEqual(['active', 'pro', 1])
  })

  test('E: stored, and the database’s answer lost: the retry makes no second one', async () => {
    const { customer, event } = await subscribed()
    // Not for one statement only: the consumer of the sign-up may still have one to make.
    await fault('DATABASE', { kind: 'commit_then_drop' })
    expect((await deliver(event)).status).toBe(503)
    await fault('DATABASE', null)
    expect((await deliver(event)).status).toBe(200)
    await hurry()
    expect(await billing(customer)).toEqual(['active', 'pro', 1])
  })

  test('X43: a body that is too long is refused', async () => {
    const payload = JSON.stringify({ padding: 'x'.repeat(524_288) })
    const declared = await postWebhook(payload, await signatureOf(payload))
    expect([declared.status, (await errorOf(declared)).code]).toEqual([413, 'payload_too_large'])
  })

  test.each([['STRIPE_SECRET_KEY'], ['STRIPE_WEBHOOK_SECRET']])(
    'without %s there is none',
    async (name) => {
      const request = new Request(`${ORIGIN}/webhooks/stripe`, { method: 'POST', body: '{}' })
      const response = await worker.fetch(
        request,
        { ...bindings, [name]: '' },
        createExecutionContext(),
      )
      expect([response.status, (await errorOf(response)).code]).toEqual([404, 'not_found'])
    },
  )

  test('it takes nothing but a POST', async () => {
    const response = await worker.fetch(
      new Request(`${ORIGIN}/webhooks/stripe`),
      bindings,
      createExecutionContext(),
    )
    expect(response.status).toBe(404)
  })
})
