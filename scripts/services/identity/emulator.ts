import { join } from 'node:path'
import { defineEmulator } from 'emulate'
import type { App } from '../emulator.ts'
import { type Parts, readOwn, write } from '../exchange.ts'
import { controlFaults, Faults } from '../faults.ts'
import { type Answer, Idempotency } from '../idempotency.ts'
import { openDatabase } from '../sqlite.ts'
import { AccessTokens } from './access-tokens.ts'
import {
  createWire,
  failure,
  NO_CONTENT,
  NO_SUCH_USER,
  refuse,
  success,
  USER_EXISTS,
} from './answers.ts'
import { overviewPage } from './page.ts'
import { EmailQuery, ListQuery, NewUser, readBody, readQuery, UserChange } from './payload.ts'
import { type User, Users, USERS_SCHEMA } from './users.ts'

const NEWEST_ON_PAGE = 50

/** The part of Auth0's Management API that onboarding uses, for one tenant of database connections. */
export function identityEmulator(dataDirectory: string) {
  return defineEmulator({
    name: 'identity',
    cors: false,
    state: () => ({}),
    setup(context) {
      const { app } = context
      const database = openDatabase(join(dataDirectory, 'identity.sqlite'), USERS_SCHEMA)
      context.onDispose(() => database.close())
      const tokens = new AccessTokens()
      const wire = createWire(tokens)
      const idempotency = new Idempotency(database, {
        failure: (status) => wire.failure(status),
        keepsFailures: false,
        now: Date.now,
      })
      const parts = { wire, faults: new Faults(), idempotency }
      const users = new Users(database)
      // No fault reaches it, so that a fault of one time meets the call it is meant for.
      app.post('/oauth/token', async (c) => tokens.answer(await c.req.text()))
      serveReads(app, users, parts)
      serveWrites(app, users, parts)
      servePage(app, users, parts)
    },
  })
}

function serveReads(app: App, users: Users, parts: Parts): void {
  app.get('/api/v2/users', (c) => readOwn(c, parts, () => list(users, c.req.url)))
  app.get('/api/v2/users-by-email', (c) =>
    readOwn(c, parts, () => success(users.byEmail(readQuery(EmailQuery, c.req.url).email))),
  )
  app.get('/api/v2/users/:id', (c) =>
    readOwn(c, parts, () => found(users.get(idIn(c.req.param('id'))))),
  )
}

function serveWrites(app: App, users: Users, parts: Parts): void {
  app.post('/api/v2/users', (c) =>
    write(c, parts, (body) => {
      const user = users.create(readBody(NewUser, body), new Date())
      return user === undefined ? USER_EXISTS : success(user, 201)
    }),
  )
  app.patch('/api/v2/users/:id', (c) =>
    write(c, parts, (body) => {
      const id = idIn(c.req.param('id'))
      const user = users.update(id, readBody(UserChange, body), new Date())
      if (user === 'taken')
        throw refuse('The specified new email already exists', 'auth0_idp_error')
      return found(user)
    }),
  )
  app.delete('/api/v2/users/:id', (c) =>
    write(c, parts, () => {
      // Like Auth0, which says the same of a user that never was.
      users.delete(idIn(c.req.param('id')))
      return NO_CONTENT
    }),
  )
}

function servePage(app: App, users: Users, { wire, faults }: Parts): void {
  controlFaults(app, faults)
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/', () =>
    overviewPage({
      newest: users.list({ page: 0, per_page: NEWEST_ON_PAGE }),
      total: users.count(),
      fault: faults.current,
    }),
  )
  app.notFound((c) => {
    const message = `No such endpoint: ${c.req.method} ${c.req.path}`
    return wire.toResponse(failure(404, message))
  })
}

function list(users: Users, url: string): Answer {
  const { include_totals, ...query } = readQuery(ListQuery, url)
  const listed = users.list(query)
  if (!include_totals) return success(listed)
  const { page, per_page: limit } = query
  const start = page * limit
  return success({ start, limit, length: listed.length, users: listed, total: users.count() })
}

const found = (user: User | undefined): Answer =>
  user === undefined ? NO_SUCH_USER : success(user)

/** @throws a Refusal for an id without its provider, which a caller may have forgotten. */
function idIn(id: string): string {
  if (id.includes('|')) return id
  throw refuse("Object didn't pass validation for format user-id: ".concat(id), 'invalid_uri')
}
