import { join } from 'node:path'
import { defineEmulator } from 'emulate'
import type { App } from '../emulator.ts'
import { controlFaults, Faults } from '../faults.ts'
import { Idempotency, IDEMPOTENCY_SCHEMA } from '../idempotency.ts'
import { openDatabase } from '../sqlite.ts'
import { wire } from './answers.ts'
import { type Ledger, serveApi } from './api.ts'
import { Changes } from './changes.ts'
import { controlWebhooks } from './control.ts'
import { Customers, CUSTOMERS_SCHEMA } from './customers.ts'
import { Deliveries, DELIVERIES_SCHEMA } from './deliveries.ts'
import { Events, EVENTS_SCHEMA } from './events.ts'
import { overviewPage } from './page.ts'
import { Sender, type WebhookEndpoint } from './sender.ts'
import { Subscriptions, SUBSCRIPTIONS_SCHEMA } from './subscriptions.ts'

const SCHEMA = [
  CUSTOMERS_SCHEMA,
  SUBSCRIPTIONS_SCHEMA,
  EVENTS_SCHEMA,
  DELIVERIES_SCHEMA,
  IDEMPOTENCY_SCHEMA,
].join('')

const NEWEST_ON_PAGE = 50
const EVENTS_ON_PAGE = 20

/**
 * The part of Stripe's API that onboarding uses, with its rules for idempotency keys and its
 * webhooks.
 *
 * @param endpoint who is told of events; absent: nobody
 */
export function billingEmulator(dataDirectory: string, endpoint?: WebhookEndpoint) {
  return defineEmulator({
    name: 'billing',
    cors: false,
    state: () => ({}),
    setup(context) {
      const database = openDatabase(join(dataDirectory, 'billing.sqlite'), SCHEMA)
      const idempotency = new Idempotency(database, {
        failure: (status) => wire.failure(status),
        keepsFailures: true,
        now: Date.now,
      })
      const customers = new Customers(database)
      const subscriptions = new Subscriptions(database)
      const events = new Events(database)
      const deliveries = new Deliveries(database)
      const sender = endpoint && new Sender(deliveries, events, endpoint)
      const stores = { customers, subscriptions, events, deliveries, sender }
      const ledger = { ...stores, changes: new Changes(stores) }
      const faults = new Faults()
      context.onDispose(async () => {
        await sender?.close()
        database.close()
      })
      serveApi(context.app, ledger, { wire, faults, idempotency })
      controlWebhooks(context.app, { database, ...ledger })
      servePage(context.app, ledger, faults)
    },
  })
}

function servePage(
  app: App,
  {
    customers,
    subscriptions,
    events,
    deliveries,
    sender,
  }: Ledger & {
    readonly deliveries: Deliveries
    readonly sender: Sender | undefined
  },
  faults: Faults,
): void {
  controlFaults(app, faults)
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/', () => {
    const { data: newest = [] } = customers.list({ limit: NEWEST_ON_PAGE }) ?? {}
    return overviewPage({
      ...customers.count(),
      customers: newest.map((customer) => ({
        customer,
        subscriptions: subscriptions.list({ customer: customer.id, limit: NEWEST_ON_PAGE }).data,
      })),
      events: events.list({ limit: EVENTS_ON_PAGE }).data.map((event) => ({
        event,
        deliveries: deliveries.of(event.id),
      })),
      sending: sender === undefined ? 'nobody' : sender.held ? 'held' : 'open',
      fault: faults.current,
    })
  })
}
