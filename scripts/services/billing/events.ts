import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { ListEvents } from './parameters.ts'

export const EventType = z.enum([
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
])
export type EventType = z.infer<typeof EventType>

export const Event = z.object({
  id: z.string(),
  object: z.literal('event'),
  api_version: z.string(),
  created: z.number(),
  data: z.object({ object: z.looseObject({ id: z.string() }) }),
  livemode: z.literal(false),
  pending_webhooks: z.number(),
  request: z.object({ id: z.null(), idempotency_key: z.null() }),
  type: EventType,
})
export type Event = z.infer<typeof Event>

/** The version whose shapes these objects follow. */
const API_VERSION = '2026-10-28.endive'
/** As long as the API tells of an event. */
const KEPT_SECONDS = 30 * 86_400

export const EVENTS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS events_created ON events (created);
`

const Row = z.object({ body: z.string() })

/** What happened, with each object as it was then. */
export class Events {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  record(type: EventType, object: { readonly id: string }, createdSeconds: number): Event {
    const event: Event = {
      id: `evt_${randomBytes(12).toString('hex')}`,
      object: 'event',
      api_version: API_VERSION,
      created: createdSeconds,
      data: { object: { ...object } },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    }
    this.#database
      .prepare('DELETE FROM events WHERE created < ?')
      .run(createdSeconds - KEPT_SECONDS)
    this.#database
      .prepare('INSERT INTO events (id, type, created, body) VALUES (?, ?, ?, ?)')
      .run(event.id, type, createdSeconds, JSON.stringify(event, undefined, 2))
    return event
  }

  /** As it is sent, to the byte. */
  body(id: string): string | undefined {
    const row = this.#database.prepare('SELECT body FROM events WHERE id = ?').get(id)
    return row === undefined ? undefined : Row.parse(row).body
  }

  /** Newest first. */
  list({ type, limit }: ListEvents) {
    const rows = this.#database
      .prepare('SELECT body FROM events WHERE ? IS NULL OR type = ? ORDER BY seq DESC LIMIT ?')
      .all(type ?? null, type ?? null, limit + 1)
    const found = rows.map((row) => Event.parse(JSON.parse(Row.parse(row).body)))
    return { data: found.slice(0, limit), has_more: found.length > limit }
  }
}
