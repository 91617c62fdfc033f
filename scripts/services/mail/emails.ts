import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Payload } from './payload.ts'

export const Email = z.object({
  object: z.literal('email'),
  id: z.string(),
  message_id: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()).nullable(),
  bcc: z.array(z.string()).nullable(),
  reply_to: z.array(z.string()).nullable(),
  subject: z.string(),
  html: z.string().nullable(),
  text: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  created_at: z.string(),
  scheduled_at: z.null(),
  last_event: z.literal('delivered'),
})
export type Email = z.infer<typeof Email>

export interface EmailQuery {
  /** A bare address, in any case. */
  readonly to?: string | undefined
  /** The id of the email before the first one wanted. */
  readonly after?: string | undefined
  readonly limit: number
}

export const EMAILS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS emails (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS recipients (
    address TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES emails (seq),
    PRIMARY KEY (address, seq)
  ) STRICT, WITHOUT ROWID;
`

const Bodies = z.array(z.object({ body: z.string() }))

export class Emails {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  add(payload: Payload, createdAt: Date): Email {
    const email = toEmail(payload, createdAt)
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO emails (id, body) VALUES (?, ?)')
      .run(email.id, JSON.stringify(email))
    const recipient = this.#database.prepare('INSERT OR IGNORE INTO recipients VALUES (?, ?)')
    const everybody = [...email.to, ...(email.cc ?? []), ...(email.bcc ?? [])]
    for (const address of everybody) recipient.run(bareAddress(address), lastInsertRowid)
    return email
  }

  get(id: string): Email | undefined {
    const row = this.#database.prepare('SELECT body FROM emails WHERE id = ?').all(id)
    return parseAll(row)[0]
  }

  /** Newest first. */
  list({ to, after, limit }: EmailQuery): { data: Email[]; has_more: boolean } {
    const rows = this.#database
      .prepare(
        `SELECT body FROM emails
         WHERE seq < coalesce((SELECT seq FROM emails WHERE id = :after), 9e15)
           AND (:to IS NULL OR seq IN (SELECT seq FROM recipients WHERE address = :to))
         ORDER BY seq DESC LIMIT :limit`,
      )
      .all({
        after: after ?? null,
        to: to === undefined ? null : bareAddress(to),
        limit: limit + 1,
      })
    const emails = parseAll(rows)
    return { data: emails.slice(0, limit), has_more: emails.length > limit }
  }

  count(): number {
    const row = this.#database.prepare('SELECT count(*) AS emails FROM emails').get()
    return z.object({ emails: z.number() }).parse(row).emails
  }
}

function parseAll(rows: unknown): Email[] {
  return Bodies.parse(rows).map(({ body }) => Email.parse(JSON.parse(body)))
}

/** `Ada <Ada@Example.com>` → `ada@example.com` */
function bareAddress(address: string): string {
  const [, bracketed] = /<([^<>]*)>$/.exec(address) ?? []
  return (bracketed ?? address).trim().toLowerCase()
}

function toEmail(payload: Payload, createdAt: Date): Email {
  const id = randomUUID()
  return {
    object: 'email',
    id,
    message_id: `<${id}@mail.local>`,
    from: payload.from,
    to: payload.to,
    cc: payload.cc ?? null,
    bcc: payload.bcc ?? null,
    reply_to: payload.reply_to ?? null,
    subject: payload.subject,
    html: payload.html ?? null,
    text: payload.text ?? null,
    headers: payload.headers ?? {},
    tags: payload.tags ?? [],
    created_at: createdAt.toISOString(),
    scheduled_at: null,
    last_event: 'delivered',
  }
}
