import { join } from 'node:path'
import { defineEmulator } from 'emulate'
import { z } from 'zod'
import type { App, Context } from '../emulator.ts'
import { authorized, type Parts, read, write } from '../exchange.ts'
import { controlFaults, Faults } from '../faults.ts'
import { type Answer, Idempotency, IDEMPOTENCY_SCHEMA } from '../idempotency.ts'
import { openDatabase } from '../sqlite.ts'
import { failure, NOT_FOUND, success, wire } from './answers.ts'
import { Emails, EMAILS_SCHEMA } from './emails.ts'
import { emailPage, inboxPage } from './inbox.ts'
import { readBatch, readJson, readPayload } from './payload.ts'

const NEWEST_IN_INBOX = 100
// Unlike Resend, which pages: people and tests ask for the list to count what was sent.
const LISTED_MAX = 100_000

const ListQuery = z.object({
  to: z.string().optional(),
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).catch(LISTED_MAX),
})

/** The part of Resend's API that onboarding uses, and an inbox to read what was sent. */
export function mailEmulator(dataDirectory: string) {
  return defineEmulator({
    name: 'mail',
    cors: false,
    state: () => ({}),
    setup(context) {
      const path = join(dataDirectory, 'mail.sqlite')
      const database = openDatabase(path, `${EMAILS_SCHEMA}${IDEMPOTENCY_SCHEMA}`)
      context.onDispose(() => database.close())
      const idempotency = new Idempotency(database, {
        failure: (status) => wire.failure(status),
        keepsFailures: false,
        now: Date.now,
      })
      const emails = new Emails(database)
      const parts = { wire, faults: new Faults(), idempotency }
      serveApi(context.app, emails, parts)
      controlFaults(context.app, parts.faults)
      serveInbox(context.app, emails)
    },
  })
}

function serveApi(app: App, emails: Emails, parts: Parts): void {
  app.post('/emails', (c) =>
    write(c, parts, (body) => {
      const { id } = emails.add(readPayload(readJson(body)), new Date())
      return success({ id })
    }),
  )
  app.post('/emails/batch', (c) =>
    write(c, parts, (body) => {
      const now = new Date()
      const sent = readBatch(readJson(body)).map((payload) => emails.add(payload, now))
      return success({ data: sent.map(({ id }) => ({ id })) })
    }),
  )
  app.get('/emails', (c) =>
    readOpen(c, parts, () => {
      const query = ListQuery.parse(Object.fromEntries(new URL(c.req.url).searchParams))
      return success({ object: 'list', ...emails.list(query) })
    }),
  )
  app.get('/emails/:id', (c) =>
    readOpen(c, parts, () => {
      const email = emails.get(c.req.param('id'))
      return email === undefined ? NOT_FOUND : success(email)
    }),
  )
  app.notFound((c) => {
    const message = `No such endpoint: ${c.req.method} ${c.req.path}`
    return wire.toResponse(failure(404, 'not_found', message))
  })
}

/** A key is not asked for, since the inbox shows the same to everybody; a wrong one is refused. */
function readOpen(c: Context, parts: Parts, answer: () => Answer): Promise<Response> | Response {
  const anonymous = c.req.header('authorization') === undefined
  if (!anonymous && !authorized(c, wire)) return wire.toResponse(wire.unauthorized)
  return read(c, parts, answer)
}

function serveInbox(app: App, emails: Emails): void {
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/', (c) => c.redirect('/inbox'))
  app.get('/inbox', (c) => {
    const to = c.req.query('to')?.trim() ?? ''
    const query = { limit: NEWEST_IN_INBOX, to: to === '' ? undefined : to }
    return inboxPage({ emails: emails.list(query).data, total: emails.count(), to })
  })
  app.get('/inbox/:id', (c) => {
    const email = emails.get(c.req.param('id'))
    return email === undefined ? c.redirect('/inbox') : emailPage(email)
  })
}
