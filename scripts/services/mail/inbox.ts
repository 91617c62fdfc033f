import { escapeHtml, htmlPage } from '../html.ts'
import type { Email } from './emails.ts'

export interface InboxList {
  readonly emails: readonly Email[]
  readonly total: number
  /** The address that the list is narrowed to, or ''. */
  readonly to: string
}

export function inboxPage({ emails, total, to }: InboxList): Response {
  const rows = emails.map(row).join('')
  return htmlPage({
    title: 'Inbox, local',
    body: `<h1>Inbox</h1>
<p class="quiet">${total} emails. They stay on this machine, whoever they are addressed to.</p>
<form action="/inbox"><input type="search" name="to" value="${escapeHtml(to)}" placeholder="only to this address" aria-label="Only to this address"><button>Show</button></form>
<div class="card">${rows || '<div class="empty">No email yet.</div>'}</div>`,
  })
}

function row(email: Email): string {
  return `<a class="row" href="/inbox/${encodeURIComponent(email.id)}">
<strong>${escapeHtml(email.subject || '(no subject)')}</strong>${time(email)}
<span>${escapeHtml(email.to.join(', '))} — ${escapeHtml(preview(email))}</span>
</a>`
}

// About what fits on the widest line of the list.
const PREVIEW_LENGTH = 160

function preview({ text }: Email): string {
  return (text ?? '').replaceAll(/\s+/g, ' ').slice(0, PREVIEW_LENGTH)
}

function time({ created_at }: Email): string {
  return `<time datetime="${escapeHtml(created_at)}">${escapeHtml(created_at.slice(0, 19).replace('T', ' '))} UTC</time>`
}

export function emailPage(email: Email): Response {
  return htmlPage({
    title: email.subject,
    body: `<p><a href="/inbox">← Inbox</a></p>
<h1>${escapeHtml(email.subject || '(no subject)')}</h1>
<p class="quiet">${time(email)}</p>
<div class="card scroll"><table>${headerRows(email)}</table></div>
${email.text === null ? '' : `<div class="card"><pre>${linked(email.text)}</pre></div>`}
${email.html === null ? '' : `<div class="card">${frame(email.html)}</div>`}`,
  })
}

function headerRows(email: Email): string {
  const headers: [string, string][] = [
    ['From', email.from],
    ['To', email.to.join(', ')],
    ['Cc', (email.cc ?? []).join(', ')],
    ['Bcc', (email.bcc ?? []).join(', ')],
    ['Reply-To', (email.reply_to ?? []).join(', ')],
    ...Object.entries(email.headers),
    ['Tags', email.tags.map(({ name, value }) => `${name}=${value}`).join(', ')],
    ['Id', email.id],
  ]
  return headers
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('')
}

/** The markup of the email, without scripts, forms or this page's origin; links open a new tab. */
function frame(html: string): string {
  const document = `<base target="_blank">${html}`
  return `<iframe title="HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" srcdoc="${escapeHtml(document)}"></iframe>`
}

/** Web addresses become links. The split leaves them at the odd places. */
function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) => (index % 2 === 0 ? escapeHtml(part) : link(part)))
    .join('')
}

function link(address: string): string {
  const escaped = escapeHtml(address)
  return `<a href="${escaped}" target="_blank" rel="noreferrer">${escaped}</a>`
}
