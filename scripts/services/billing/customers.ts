import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { mergeMetadata, presentOf } from './metadata.ts'
import type { CustomerParameters, ListParameters, SearchParameters } from './parameters.ts'

const Address = z.record(z.string(), z.string().nullable())

export const Customer = z.object({
  id: z.string(),
  object: z.literal('customer'),
  address: Address.nullable(),
  balance: z.number(),
  created: z.number(),
  currency: z.null(),
  default_source: z.null(),
  delinquent: z.boolean(),
  description: z.string().nullable(),
  discount: z.null(),
  email: z.string().nullable(),
  invoice_prefix: z.string(),
  livemode: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  preferred_locales: z.array(z.string()),
  shipping: z.null(),
  tax_exempt: z.literal('none'),
  test_clock: z.null(),
})
export type Customer = z.infer<typeof Customer>

export interface DeletedCustomer {
  readonly id: string
  readonly object: 'customer'
  readonly deleted: true
}

export const CUSTOMERS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS customers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    email TEXT,
    body TEXT -- NULL once deleted: only the id is remembered
  ) STRICT;
  CREATE INDEX IF NOT EXISTS customers_email ON customers (email);
`

const Row = z.object({ seq: z.number(), body: z.string().nullable() })
const Count = z.object({ living: z.number(), deleted: z.number() })

/** "Searchable in less than a minute", as the API documents it: never sooner here. */
const SEARCH_LAG_SECONDS = 60

export class Customers {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  create(id: string, createdSeconds: number, parameters: CustomerParameters): Customer {
    const customer = apply(blank(id, createdSeconds), parameters)
    this.#database
      .prepare('INSERT INTO customers (id, email, body) VALUES (?, ?, ?)')
      .run(id, customer.email, JSON.stringify(customer))
    return customer
  }

  get(id: string): Customer | DeletedCustomer | undefined {
    const row = this.#row(id)
    if (row === undefined) return undefined
    return row.body === null
      ? { id, object: 'customer', deleted: true }
      : Customer.parse(JSON.parse(row.body))
  }

  update(id: string, parameters: CustomerParameters): Customer | undefined {
    const before = this.get(id)
    if (before === undefined || 'deleted' in before) return undefined
    const after = apply(before, parameters)
    this.#database
      .prepare('UPDATE customers SET email = ?, body = ? WHERE id = ?')
      .run(after.email, JSON.stringify(after), id)
    return after
  }

  delete(id: string): DeletedCustomer | undefined {
    const { changes } = this.#database
      .prepare('UPDATE customers SET email = NULL, body = NULL WHERE id = ? AND body IS NOT NULL')
      .run(id)
    return Number(changes) === 1 ? { id, object: 'customer', deleted: true } : undefined
  }

  /** Newest first. Undefined when `starting_after` names no customer. */
  list({ email, created, limit, starting_after }: ListParameters) {
    const before = starting_after === undefined ? undefined : this.#row(starting_after)
    if (starting_after !== undefined && before === undefined) return undefined
    const rows = this.#database
      .prepare(
        `SELECT seq, body FROM customers
         WHERE body IS NOT NULL AND seq < ? AND (? IS NULL OR email = ?)
           AND body ->> 'created' BETWEEN ? AND ?
         ORDER BY seq DESC LIMIT ?`,
      )
      .all(
        before?.seq ?? Number.MAX_SAFE_INTEGER,
        email ?? null,
        email ?? null,
        created?.gte ?? 0,
        created?.lte ?? Number.MAX_SAFE_INTEGER,
        limit + 1,
      )
    const bodies = z.array(z.object({ body: z.string() })).parse(rows)
    const customers = bodies.map(({ body }) => Customer.parse(JSON.parse(body)))
    return { data: customers.slice(0, limit), has_more: customers.length > limit }
  }

  /** By metadata, newest first; what is too new is not known to the search yet. */
  search({ query, limit }: SearchParameters, nowSeconds: number) {
    const rows = this.#database
      .prepare(
        `SELECT seq, body FROM customers, json_each(body, '$.metadata') AS field
         WHERE field.key = ? AND field.value = ? AND body ->> 'created' <= ?
         ORDER BY seq DESC LIMIT ?`,
      )
      .all(query.name, query.value, nowSeconds - SEARCH_LAG_SECONDS, limit + 1)
    const bodies = z.array(z.object({ body: z.string() })).parse(rows)
    const customers = bodies.map(({ body }) => Customer.parse(JSON.parse(body)))
    return { data: customers.slice(0, limit), has_more: customers.length > limit }
  }

  count() {
    const row = this.#database
      .prepare('SELECT count(body) AS living, count(*) - count(body) AS deleted FROM customers')
      .get()
    return Count.parse(row)
  }

  #row(id: string) {
    const row = this.#database.prepare('SELECT seq, body FROM customers WHERE id = ?').get(id)
    return row === undefined ? undefined : Row.parse(row)
  }
}

function blank(id: string, created: number): Customer {
  return {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  }
}

function apply(customer: Customer, parameters: CustomerParameters): Customer {
  const { metadata, address, ...texts } = parameters
  const changed = { ...customer }
  for (const name of ['email', 'name', 'description', 'phone'] as const) {
    const value = texts[name]
    if (value !== undefined) changed[name] = value || null
  }
  if (address !== undefined) changed.address = address === '' ? null : presentOf(address)
  if (metadata !== undefined) changed.metadata = mergeMetadata(customer.metadata, metadata)
  return changed
}
