import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { mergeMetadata } from './metadata.ts'
import type { ListSubscriptions, SubscriptionParameters } from './parameters.ts'

const Price = z.object({
  id: z.string(),
  object: z.literal('price'),
  active: z.literal(true),
  currency: z.literal('usd'),
  livemode: z.literal(false),
  lookup_key: z.string().nullable(),
  type: z.literal('recurring'),
})

const Item = z.object({
  id: z.string(),
  object: z.literal('subscription_item'),
  created: z.number(),
  price: Price,
  quantity: z.number(),
  subscription: z.string(),
})

export const Subscription = z.object({
  id: z.string(),
  object: z.literal('subscription'),
  cancel_at_period_end: z.boolean(),
  canceled_at: z.number().nullable(),
  collection_method: z.literal('charge_automatically'),
  created: z.number(),
  currency: z.literal('usd'),
  customer: z.string(),
  ended_at: z.number().nullable(),
  items: z.object({
    object: z.literal('list'),
    data: z.array(Item),
    has_more: z.literal(false),
    url: z.string(),
  }),
  livemode: z.literal(false),
  metadata: z.record(z.string(), z.string()),
  start_date: z.number(),
  status: z.enum(['active', 'trialing', 'canceled']),
})
export type Subscription = z.infer<typeof Subscription>

export const SUBSCRIPTIONS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS subscriptions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    customer TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS subscriptions_customer ON subscriptions (customer);
`

const Row = z.object({ body: z.string() })

export class Subscriptions {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  create(
    { subscription, item }: { readonly subscription: string; readonly item: string },
    createdSeconds: number,
    {
      customer,
      price,
      ...parameters
    }: SubscriptionParameters & { customer: string; price: string },
  ): Subscription {
    const created: Subscription = {
      id: subscription,
      object: 'subscription',
      cancel_at_period_end: false,
      canceled_at: null,
      collection_method: 'charge_automatically',
      created: createdSeconds,
      currency: 'usd',
      customer,
      ended_at: null,
      items: {
        object: 'list',
        data: [
          {
            id: item,
            object: 'subscription_item',
            created: createdSeconds,
            price: priceOf(price),
            quantity: 1,
            subscription,
          },
        ],
        has_more: false,
        url: `/v1/subscription_items?subscription=${subscription}`,
      },
      livemode: false,
      metadata: {},
      start_date: createdSeconds,
      status: parameters.trial_period_days === undefined ? 'active' : 'trialing',
    }
    const changed = apply(created, parameters)
    this.#database
      .prepare('INSERT INTO subscriptions (id, customer, status, body) VALUES (?, ?, ?, ?)')
      .run(changed.id, changed.customer, changed.status, JSON.stringify(changed))
    return changed
  }

  get(id: string): Subscription | undefined {
    const row = this.#database.prepare('SELECT body FROM subscriptions WHERE id = ?').get(id)
    return row === undefined ? undefined : parse(row)
  }

  /** Undefined when there is none that could still change. */
  update(id: string, parameters: SubscriptionParameters): Subscription | undefined {
    const before = this.get(id)
    if (before === undefined || before.status === 'canceled') return undefined
    return this.#replace(apply(before, parameters))
  }

  /** At once. Undefined when there is none that could still be cancelled. */
  cancel(id: string, nowSeconds: number): Subscription | undefined {
    const before = this.get(id)
    if (before === undefined || before.status === 'canceled') return undefined
    const canceled = { status: 'canceled', canceled_at: nowSeconds, ended_at: nowSeconds } as const
    return this.#replace({ ...before, ...canceled })
  }

  /** Newest first; those that were cancelled only where they are asked for, as in the API. */
  list({ customer, status, limit }: ListSubscriptions) {
    const rows = this.#database
      .prepare(
        `SELECT body FROM subscriptions
         WHERE (? IS NULL OR customer = ?)
           AND CASE ? WHEN 'all' THEN true WHEN '' THEN status <> 'canceled' ELSE status = ? END
         ORDER BY seq DESC LIMIT ?`,
      )
      .all(customer ?? null, customer ?? null, status ?? '', status ?? '', limit + 1)
    const found = rows.map(parse)
    return { data: found.slice(0, limit), has_more: found.length > limit }
  }

  #replace(subscription: Subscription): Subscription {
    this.#database
      .prepare('UPDATE subscriptions SET status = ?, body = ? WHERE id = ?')
      .run(subscription.status, JSON.stringify(subscription), subscription.id)
    return subscription
  }
}

const parse = (row: unknown): Subscription => Subscription.parse(JSON.parse(Row.parse(row).body))

/** There are no products to set up here: every id is a price, and `price_pro` is called `pro`. */
function priceOf(id: string): z.infer<typeof Price> {
  return {
    id,
    object: 'price',
    active: true,
    currency: 'usd',
    livemode: false,
    lookup_key: /^price_(.+)$/.exec(id)?.[1] ?? null,
    type: 'recurring',
  }
}

function apply(before: Subscription, parameters: SubscriptionParameters): Subscription {
  const { price, metadata, cancel_at_period_end = before.cancel_at_period_end } = parameters
  return {
    ...before,
    cancel_at_period_end,
    ...(metadata !== undefined && { metadata: mergeMetadata(before.metadata, metadata) }),
    ...(price !== undefined && {
      items: {
        ...before.items,
        data: before.items.data.map((item) => ({ ...item, price: priceOf(price) })),
      },
    }),
  }
}
