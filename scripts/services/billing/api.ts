import type { App, Context } from '../emulator.ts'
import { type Parts, readOwn, write } from '../exchange.ts'
import type { Answer } from '../idempotency.ts'
import { failure, noSuch, success, wire } from './answers.ts'
import type { Changes } from './changes.ts'
import type { Customers } from './customers.ts'
import type { Events } from './events.ts'
import {
  CustomerParameters,
  Expansion,
  ListEvents,
  ListParameters,
  ListSubscriptions,
  SearchParameters,
  NewSubscription,
  SubscriptionParameters,
  readParameters,
} from './parameters.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface Ledger {
  readonly customers: Customers
  readonly subscriptions: Subscriptions
  readonly events: Events
  readonly changes: Changes
}

/** As many as the API puts into a customer. */
const EXPANDED_MAX = 10

export function serveApi(app: App, ledger: Ledger, parts: Parts): void {
  serveCustomers(app, ledger, parts)
  serveSubscriptions(app, ledger, parts)
  app.get('/v1/events', (c) =>
    readOwn(c, parts, () => {
      const page = ledger.events.list(readParameters(ListEvents, queryOf(c)))
      return success({ object: 'list', url: '/v1/events', ...page })
    }),
  )
  app.notFound((c) => wire.toResponse(unknownRoute(c)))
}

function serveCustomers(app: App, { customers, subscriptions, changes }: Ledger, parts: Parts) {
  app.post('/v1/customers', (c) =>
    write(c, parts, (body) =>
      success(changes.createCustomer(readParameters(CustomerParameters, body))),
    ),
  )
  app.post('/v1/customers/:id', (c) =>
    write(c, parts, (body) => {
      const parameters = readParameters(CustomerParameters, body)
      return found(c, 'customer', changes.updateCustomer(c.req.param('id'), parameters))
    }),
  )
  app.delete('/v1/customers/:id', (c) =>
    write(c, parts, () => found(c, 'customer', changes.deleteCustomer(c.req.param('id')))),
  )
  app.get('/v1/customers', (c) =>
    readOwn(c, parts, () => {
      const parameters = readParameters(ListParameters, queryOf(c))
      const page = customers.list(parameters)
      if (page !== undefined) return success({ object: 'list', url: '/v1/customers', ...page })
      return noSuch('customer', parameters.starting_after ?? '', 400, 'starting_after')
    }),
  )
  app.get('/v1/customers/search', (c) =>
    readOwn(c, parts, () => {
      const parameters = readParameters(SearchParameters, queryOf(c))
      const page = customers.search(parameters, Math.floor(Date.now() / 1_000))
      const url = '/v1/customers/search'
      return success({ object: 'search_result', url, next_page: null, ...page })
    }),
  )
  app.get('/v1/customers/:id', (c) =>
    readOwn(c, parts, () => {
      const { expand } = readParameters(Expansion, queryOf(c))
      const customer = customers.get(c.req.param('id'))
      if (expand === undefined || customer === undefined || 'deleted' in customer) {
        return found(c, 'customer', customer)
      }
      const own = subscriptions.list({ customer: customer.id, limit: EXPANDED_MAX })
      const url = `/v1/customers/${customer.id}/subscriptions`
      return success({ ...customer, subscriptions: { object: 'list', url, ...own } })
    }),
  )
}

function serveSubscriptions(app: App, { subscriptions, changes }: Ledger, parts: Parts) {
  app.post('/v1/subscriptions', (c) =>
    write(c, parts, (body) => {
      const parameters = readParameters(NewSubscription, body)
      const created = changes.subscribe(parameters)
      if (created !== undefined) return success(created)
      return noSuch('customer', parameters.customer, 400, 'customer')
    }),
  )
  app.post('/v1/subscriptions/:id', (c) =>
    write(c, parts, (body) => {
      const parameters = readParameters(SubscriptionParameters, body)
      return found(c, 'subscription', changes.updateSubscription(c.req.param('id'), parameters))
    }),
  )
  app.delete('/v1/subscriptions/:id', (c) =>
    write(c, parts, () => found(c, 'subscription', changes.cancel(c.req.param('id')))),
  )
  app.get('/v1/subscriptions', (c) =>
    readOwn(c, parts, () => {
      const page = subscriptions.list(readParameters(ListSubscriptions, queryOf(c)))
      return success({ object: 'list', url: '/v1/subscriptions', ...page })
    }),
  )
  app.get('/v1/subscriptions/:id', (c) =>
    readOwn(c, parts, () => found(c, 'subscription', subscriptions.get(c.req.param('id')))),
  )
}

const queryOf = (c: Context): string => new URL(c.req.url).search.slice(1)

function found(c: Context, kind: 'customer' | 'subscription', object: object | undefined): Answer {
  return object === undefined ? noSuch(kind, c.req.param('id'), 404, 'id') : success(object)
}

function unknownRoute(c: Context): Answer {
  const message = `Unrecognized request URL (${c.req.method}: ${c.req.path}).`
  return failure(404, { type: 'invalid_request_error', message })
}
