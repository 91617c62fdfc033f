import type { Fault } from '../faults.ts'
import { escapeHtml, htmlPage } from '../html.ts'
import type { User } from './users.ts'

export interface Overview {
  readonly newest: readonly User[]
  readonly total: number
  readonly fault: Fault | null
}

export function overviewPage({ newest, total, fault }: Overview): Response {
  const state =
    fault === null ? '' : ` · fault in force: <code>${escapeHtml(JSON.stringify(fault))}</code>`
  return htmlPage({
    title: 'Identity, local',
    refreshSeconds: 5,
    body: `<h1>Identity</h1>
<p class="quiet">${total} users${state}</p>
<div class="card scroll">${newest.length === 0 ? '<div class="empty">No user yet.</div>' : table(newest)}</div>`,
  })
}

function table(users: readonly User[]): string {
  return `<table>
<thead><tr><th>Created</th><th>User</th><th>Email</th><th>Proven</th><th>Metadata</th></tr></thead>
<tbody>${users.map(row).join('')}</tbody>
</table>`
}

function row({ created_at, user_id, email, email_verified, app_metadata = {} }: User): string {
  const pairs = Object.entries(app_metadata).map(([name, value]) => `${name} = ${textOf(value)}`)
  return `<tr>
<td><time>${escapeHtml(created_at.slice(0, 19).replace('T', ' '))} UTC</time></td>
<td><code>${escapeHtml(user_id)}</code></td>
<td>${escapeHtml(email)}</td>
<td>${email_verified ? 'yes' : 'no'}</td>
<td>${pairs.map((pair) => escapeHtml(pair)).join('<br>')}</td>
</tr>`
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
