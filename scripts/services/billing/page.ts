import type { Fault } from '../faults.ts'
import { escapeHtml, htmlPage } from '../html.ts'
import type { Customer } from './customers.ts'
import type { Delivery } from './deliveries.ts'
import type { Event } from './events.ts'
import type { Subscription } from './subscriptions.ts'

export interface Overview {
  readonly customers: readonly CustomerRow[]
  readonly events: readonly EventRow[]
  readonly living: number
  readonly deleted: number
  /** Whether webhooks go out; `nobody`: there is no endpoint. */
  readonly sending: 'open' | 'held' | 'nobody'
  readonly fault: Fault | null
}

interface CustomerRow {
  readonly customer: Customer
  readonly subscriptions: readonly Subscription[]
}

interface EventRow {
  readonly event: Event
  readonly deliveries: readonly Delivery[]
}

export function overviewPage(overview: Overview): Response {
  const { customers, events, living, deleted, sending, fault } = overview
  const state =
    fault === null ? '' : ` · fault in force: <code>${escapeHtml(JSON.stringify(fault))}</code>`
  return htmlPage({
    title: 'Billing, local',
    refreshSeconds: 5,
    body: `<h1>Billing</h1>
<p class="quiet">${living} customers, ${deleted} deleted${state}</p>
<div class="card scroll">${table('No customer yet.', CUSTOMER_COLUMNS, customers.map(customerRow))}</div>
<h1>Webhooks</h1>
${sendingState(sending)}
<div class="card scroll">${table(
      'Nothing happened yet.',
      EVENT_COLUMNS,
      events.map((row) => eventRow(row, sending)),
    )}</div>`,
  })
}

const CUSTOMER_COLUMNS = ['Created', 'Customer', 'Email', 'Metadata', 'Subscription']
const EVENT_COLUMNS = ['Created', 'Event', 'About', 'Sent', 'Send again']

function table(empty: string, columns: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return `<div class="empty">${empty}</div>`
  const head = columns.map((column) => `<th>${column}</th>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function customerRow({ customer, subscriptions }: CustomerRow): string {
  const { id, created, email, metadata } = customer
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} = ${value}`)
  const running = subscriptions.map(
    (subscription) =>
      `${escapeHtml(`${planOf(subscription)}, ${subscription.status}`)} ${button('cancel', 'Cancel', { subscription: subscription.id })}`,
  )
  const none = button('subscribe', 'Subscribe', { customer: id, price: 'price_pro' })
  return `<tr>
<td>${time(created)}</td>
<td><code>${escapeHtml(id)}</code></td>
<td>${escapeHtml(email ?? '')}</td>
<td>${pairs.map((pair) => escapeHtml(pair)).join('<br>')}</td>
<td>${running.join('') || none}</td>
</tr>`
}

const planOf = ({ items }: Subscription): string =>
  items.data.map(({ price }) => price.lookup_key ?? price.id).join(', ')

function eventRow({ event, deliveries }: EventRow, sending: Overview['sending']): string {
  const sent = deliveries.map(({ manner, attempts, outcome }) =>
    [outcome, attempts > 1 ? `after ${attempts} tries` : '', manner === 'genuine' ? '' : manner]
      .filter((part) => part !== '')
      .join(', '),
  )
  const again = [
    button('send', 'Once', { event: event.id }),
    button('send', 'Twice', { event: event.id, times: '2' }),
    button('send', 'Bad signature', { event: event.id, manner: 'bad_signature' }),
    button('send', 'Too old', { event: event.id, manner: 'old' }),
  ]
  return `<tr>
<td>${time(event.created)}</td>
<td>${escapeHtml(event.type)}</td>
<td><code>${escapeHtml(event.data.object.id)}</code></td>
<td>${sent.map((line) => escapeHtml(line)).join('<br>')}</td>
<td>${sending === 'nobody' ? '' : again.join('')}</td>
</tr>`
}

function sendingState(sending: Overview['sending']): string {
  switch (sending) {
    case 'nobody':
      return '<p class="quiet">Nobody is told: there is no endpoint.</p>'
    case 'open':
      return `<p class="quiet">They go out as they happen. ${button('hold', 'Hold them back', {})}</p>`
    case 'held':
      return `<p class="quiet">They are held back. ${button('release', 'Let go', {})}${button('release', 'Let go, the newest first', { order: 'newest' })}</p>`
  }
}

function button(action: string, label: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  )
  return `<form class="inline" method="post" action="/_control/${action}">${inputs.join('')}<button>${label}</button></form>`
}

function time(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
  return `<time>${text} UTC</time>`
}
