import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { ListQuery, NewUser, UserChange } from './payload.ts'

const Metadata = z.record(z.string(), z.unknown())

/** As the API shows it. A password is checked and then forgotten: nobody logs in here. */
export const User = z.object({
  user_id: z.string(),
  email: z.string(),
  email_verified: z.boolean(),
  name: z.string(),
  nickname: z.string(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  picture: z.string().optional(),
  blocked: z.boolean().optional(),
  app_metadata: Metadata.optional(),
  user_metadata: Metadata.optional(),
  identities: z.array(
    z.object({
      connection: z.string(),
      provider: z.literal('auth0'),
      user_id: z.string(),
      isSocial: z.literal(false),
    }),
  ),
  created_at: z.string(),
  updated_at: z.string(),
})
export type User = z.infer<typeof User>

export const USERS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    email TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (connection, email)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS users_email ON users (email);
`

// As many as an id of MongoDB has, which Auth0's own look like.
const ID_BYTES = 12

const Bodies = z.array(z.object({ body: z.string() }))

export class Users {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Undefined when the id, or the address in this connection, belongs to somebody. */
  create(wanted: NewUser, now: Date): User | undefined {
    const user = blank(wanted, now)
    const { changes } = this.#database
      .prepare('INSERT OR IGNORE INTO users (user_id, connection, email, body) VALUES (?, ?, ?, ?)')
      .run(user.user_id, wanted.connection, user.email, JSON.stringify(user))
    return Number(changes) === 1 ? user : undefined
  }

  get(id: string): User | undefined {
    return parseAll(this.#database.prepare('SELECT body FROM users WHERE user_id = ?').all(id))[0]
  }

  /** `taken`: somebody else in the connection has that address. */
  update(id: string, change: UserChange, now: Date): User | 'taken' | undefined {
    const before = this.get(id)
    if (before === undefined) return undefined
    const after = apply(before, change, now)
    const { changes } = this.#database
      .prepare('UPDATE OR IGNORE users SET email = ?, body = ? WHERE user_id = ?')
      .run(after.email, JSON.stringify(after), id)
    return Number(changes) === 1 ? after : 'taken'
  }

  delete(id: string): void {
    this.#database.prepare('DELETE FROM users WHERE user_id = ?').run(id)
  }

  byEmail(email: string): User[] {
    return parseAll(
      this.#database.prepare('SELECT body FROM users WHERE email = ? ORDER BY seq').all(email),
    )
  }

  /** Newest first. */
  list({ page, per_page }: Omit<ListQuery, 'include_totals'>): User[] {
    return parseAll(
      this.#database
        .prepare('SELECT body FROM users ORDER BY seq DESC LIMIT ? OFFSET ?')
        .all(per_page, page * per_page),
    )
  }

  count(): number {
    const row = this.#database.prepare('SELECT count(*) AS users FROM users').get()
    return z.object({ users: z.number() }).parse(row).users
  }
}

function parseAll(rows: unknown): User[] {
  return Bodies.parse(rows).map(({ body }) => User.parse(JSON.parse(body)))
}

function blank(wanted: NewUser, now: Date): User {
  const { connection, user_id = randomBytes(ID_BYTES).toString('hex'), email, ...profile } = wanted
  const at = now.toISOString()
  const empty: User = {
    user_id: `auth0|${user_id}`,
    email,
    email_verified: false,
    name: email,
    nickname: email.replace(/@.*$/, ''),
    identities: [{ connection, provider: 'auth0', user_id, isSocial: false }],
    created_at: at,
    updated_at: at,
  }
  return apply(empty, profile, now)
}

function apply(user: User, change: UserChange, now: Date): User {
  const { app_metadata, user_metadata, ...rest } = change
  const { password: _, verify_email: __, connection: ___, ...profile } = rest
  return User.parse({
    ...user,
    ...profile,
    ...(app_metadata && { app_metadata: merge(user.app_metadata, app_metadata) }),
    ...(user_metadata && { user_metadata: merge(user.user_metadata, user_metadata) }),
    updated_at: now.toISOString(),
  })
}

/** The first level is merged; `null` takes a key away, an empty whole takes all. */
function merge(before: Record<string, unknown> = {}, change: Record<string, unknown>) {
  if (Object.keys(change).length === 0) return {}
  const entries = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
  return Object.fromEntries(entries)
}
