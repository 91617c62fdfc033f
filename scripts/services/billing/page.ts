import type { Fault } from '../faults.ts'
import { escapeHtml, htmlPage } from '../html.ts'
import type { Customer } from './customers.ts'

export interface Overview {
  readonly newest: readonly Customer[]
  readonly living: number
  readonly deleted: number
  readonly fault: Fault | null
}

export function overviewPage({ newest, living, deleted, fault }: Overview): Response {
  const state =
    fault === null ? '' : ` · fault in force: <code>${escapeHtml(JSON.stringify(fault))}</code>`
  return htmlPage({
    title: 'Billing, local',
    refreshSeconds: 5,
    body: `<h1>Billing</h1>
<p class="quiet">${living} customers, ${deleted} deleted${state}</p>
<div class="card scroll">${newest.length === 0 ? '<div class="empty">No customer yet.</div>' : table(newest)}</div>`,
  })
}

function table(customers: readonly Customer[]): string {
  return `<table>
<thead><tr><th>Created</th><th>Customer</th><th>Email</th><th>Metadata</th></tr></thead>
<tbody>${customers.map(row).join('')}</tbody>
</table>`
}

function row({ id, created, email, metadata }: Customer): string {
  const time = new Date(created * 1000).toISOString()
  const pairs = Object.entries(metadata).map(([name, value]) => `${name} = ${value}`)
  return `<tr>
<td><time>${time.slice(0, 19).replace('T', ' ')} UTC</time></td>
<td><code>${escapeHtml(id)}</code></td>
<td>${escapeHtml(email ?? '')}</td>
<td>${pairs.map((pair) => escapeHtml(pair)).join('<br>')}</td>
</tr>`
}
