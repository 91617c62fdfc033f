import { randomBytes } from 'node:crypto'
import type { Customer, Customers, DeletedCustomer } from './customers.ts'
import type { Deliveries } from './deliveries.ts'
import type { Events, EventType } from './events.ts'
import type { CustomerParameters, SubscriptionParameters } from './parameters.ts'
import type { Sender } from './sender.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'

interface Stores {
  readonly customers: Customers
  readonly subscriptions: Subscriptions
  readonly events: Events
  readonly deliveries: Deliveries
  /** Absent: nobody listens, and events are only kept. */
  readonly sender: Sender | undefined
}

/** More than anybody here has at once. */
const ALL = 100

/** Everything that can happen, each with its event; callers put it into one transaction. */
export class Changes {
  readonly #stores: Stores

  constructor(stores: Stores) {
    this.#stores = stores
  }

  createCustomer(parameters: CustomerParameters): Customer {
    const id = `cus_${randomBytes(9).toString('hex')}`
    return this.#tell(
      'customer.created',
      this.#stores.customers.create(id, nowSeconds(), parameters),
    )
  }

  updateCustomer(id: string, parameters: CustomerParameters): Customer | undefined {
    const updated = this.#stores.customers.update(id, parameters)
    return updated && this.#tell('customer.updated', updated)
  }

  /** Their subscriptions end with them. */
  deleteCustomer(id: string): DeletedCustomer | undefined {
    const { customers, subscriptions } = this.#stores
    const before = customers.get(id)
    const deleted = customers.delete(id)
    if (before === undefined || deleted === undefined) return undefined
    for (const { id: own } of subscriptions.list({ customer: id, limit: ALL }).data)
      this.cancel(own)
    this.#tell('customer.deleted', before)
    return deleted
  }

  /** Undefined when there is no such customer. */
  subscribe(
    parameters: SubscriptionParameters & { customer: string; price: string },
  ): Subscription | undefined {
    const customer = this.#stores.customers.get(parameters.customer)
    if (customer === undefined || 'deleted' in customer) return undefined
    const ids = {
      subscription: `sub_${randomBytes(12).toString('hex')}`,
      item: `si_${randomBytes(7).toString('hex')}`,
    }
    return this.#tell(
      'customer.subscription.created',
      this.#stores.subscriptions.create(ids, nowSeconds(), parameters),
    )
  }

  updateSubscription(id: string, parameters: SubscriptionParameters): Subscription | undefined {
    const updated = this.#stores.subscriptions.update(id, parameters)
    return updated && this.#tell('customer.subscription.updated', updated)
  }

  cancel(id: string): Subscription | undefined {
    const canceled = this.#stores.subscriptions.cancel(id, nowSeconds())
    return canceled && this.#tell('customer.subscription.deleted', canceled)
  }

  #tell<T extends { readonly id: string }>(type: EventType, object: T): T {
    const { events, deliveries, sender } = this.#stores
    const { id } = events.record(type, object, nowSeconds())
    if (sender === undefined) return object
    deliveries.add(id, 'genuine', Date.now())
    sender.wake()
    return object
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1000)
