import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { defineEmulator } from 'emulate'
import type { App, Context } from '../emulator.ts'
import { type Parts, readOwn, write } from '../exchange.ts'
import { controlFaults, Faults } from '../faults.ts'
import { type Answer, Idempotency, IDEMPOTENCY_SCHEMA } from '../idempotency.ts'
import { openDatabase } from '../sqlite.ts'
import { failure, noSuchCustomer, success, wire } from './answers.ts'
import { Customers, CUSTOMERS_SCHEMA } from './customers.ts'
import { overviewPage } from './page.ts'
import {
  CustomerParameters,
  ListParameters,
  SearchParameters,
  readParameters,
} from './parameters.ts'

const NEWEST_ON_PAGE = 50

/** The part of Stripe's API that onboarding uses, with its rules for idempotency keys. */
export function billingEmulator(dataDirectory: string) {
  return defineEmulator({
    name: 'billing',
    cors: false,
    state: () => ({}),
    setup(context) {
      const path = join(dataDirectory, 'billing.sqlite')
      const database = openDatabase(path, `${CUSTOMERS_SCHEMA}${IDEMPOTENCY_SCHEMA}`)
      context.onDispose(() => database.close())
      const idempotency = new Idempotency(database, {
        failure: (status) => wire.failure(status),
        keepsFailures: true,
        now: Date.now,
      })
      const parts = { wire, faults: new Faults(), idempotency }
      const customers = new Customers(database)
      serveApi(context.app, customers, parts)
      servePage(context.app, customers, parts.faults)
    },
  })
}

function serveApi(app: App, customers: Customers, parts: Parts): void {
  app.post('/v1/customers', (c) =>
    write(c, parts, (body) => {
      const parameters = readParameters(CustomerParameters, body)
      const id = `cus_${randomBytes(9).toString('hex')}`
      const createdSeconds = Math.floor(Date.now() / 1000)
      return success(customers.create(id, createdSeconds, parameters))
    }),
  )
  app.post('/v1/customers/:id', (c) =>
    write(c, parts, (body) => {
      const parameters = readParameters(CustomerParameters, body)
      return found(c, customers.update(c.req.param('id'), parameters))
    }),
  )
  app.delete('/v1/customers/:id', (c) =>
    write(c, parts, () => found(c, customers.delete(c.req.param('id')))),
  )
  app.get('/v1/customers', (c) => readOwn(c, parts, () => list(customers, new URL(c.req.url))))
  app.get('/v1/customers/search', (c) =>
    readOwn(c, parts, () => search(customers, new URL(c.req.url))),
  )
  app.get('/v1/customers/:id', (c) =>
    readOwn(c, parts, () => found(c, customers.get(c.req.param('id')))),
  )
  app.notFound((c) => wire.toResponse(unknownRoute(c)))
}

function servePage(app: App, customers: Customers, faults: Faults): void {
  controlFaults(app, faults)
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/', () => {
    const { data: newest = [] } = customers.list({ limit: NEWEST_ON_PAGE }) ?? {}
    return overviewPage({ newest, ...customers.count(), fault: faults.current })
  })
}

function list(customers: Customers, url: URL): Answer {
  const parameters = readParameters(ListParameters, url.search.slice(1))
  const page = customers.list(parameters)
  if (page === undefined) {
    return noSuchCustomer(parameters.starting_after ?? '', 400, 'starting_after')
  }
  return success({ object: 'list', url: '/v1/customers', ...page })
}

function search(customers: Customers, url: URL): Answer {
  const parameters = readParameters(SearchParameters, url.search.slice(1))
  const page = customers.search(parameters, Math.floor(Date.now() / 1_000))
  return success({ object: 'search_result', url: '/v1/customers/search', next_page: null, ...page })
}

function found(c: Context, customer: object | undefined): Answer {
  return customer === undefined ? noSuchCustomer(c.req.param('id'), 404, 'id') : success(customer)
}

function unknownRoute(c: Context): Answer {
  const message = `Unrecognized request URL (${c.req.method}: ${c.req.path}).`
  return failure(404, { type: 'invalid_request_error', message })
}
