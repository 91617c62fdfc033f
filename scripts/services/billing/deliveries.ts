import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { MANNERS, type Manner } from './signature.ts'

/** Soon at first, since somebody may be watching; then no more often than once a minute. */
const RETRY_BASE_MS = 1_000
const RETRY_MAX_MS = 60_000
const DOUBLINGS_MAX = 6
/** As Stripe does it. */
const GIVEN_UP_AFTER_MS = 3 * 24 * 60 * 60_000

export const DELIVERIES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    manner TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    due_at_ms INTEGER, -- NULL once it has arrived or was given up
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT 'not sent yet'
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at_ms) WHERE due_at_ms IS NOT NULL;
  CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
`

const Delivery = z.object({
  seq: z.number(),
  event: z.string(),
  manner: z.enum(MANNERS),
  created_at_ms: z.number(),
  due_at_ms: z.number().nullable(),
  attempts: z.number(),
  outcome: z.string(),
})
export type Delivery = z.infer<typeof Delivery>

const Next = z.object({ at: z.number().nullable() })

/** What is to be sent, was sent, and came of it. */
export class Deliveries {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  add(event: string, manner: Manner, now: number): void {
    this.#database
      .prepare(
        'INSERT INTO deliveries (event, manner, created_at_ms, due_at_ms) VALUES (?, ?, ?, ?)',
      )
      .run(event, manner, now, now)
  }

  /** The one that is overdue longest. */
  due(now: number): Delivery | undefined {
    const row = this.#database
      .prepare('SELECT * FROM deliveries WHERE due_at_ms <= ? ORDER BY due_at_ms, seq LIMIT 1')
      .get(now)
    return row === undefined ? undefined : Delivery.parse(row)
  }

  /** When the next one is due; `null`: nothing is left to be sent. */
  nextAt(): number | null {
    const row = this.#database.prepare('SELECT min(due_at_ms) AS at FROM deliveries').get()
    return Next.parse(row).at
  }

  /** What is still to be sent is due at once, the newest first. */
  turnAround(now: number): void {
    this.#database
      .prepare('UPDATE deliveries SET due_at_ms = ? - seq WHERE due_at_ms IS NOT NULL')
      .run(now)
  }

  /** @param outcome the status of the answer, or why there was none */
  settle(delivery: Delivery, outcome: string, arrived: boolean, now: number): void {
    const attempts = delivery.attempts + 1
    const delayMs = RETRY_BASE_MS * 2 ** Math.min(attempts - 1, DOUBLINGS_MAX)
    const over = arrived || now - delivery.created_at_ms > GIVEN_UP_AFTER_MS
    this.#database
      .prepare('UPDATE deliveries SET attempts = ?, outcome = ?, due_at_ms = ? WHERE seq = ?')
      .run(attempts, outcome, over ? null : now + Math.min(delayMs, RETRY_MAX_MS), delivery.seq)
  }

  of(event: string): Delivery[] {
    const rows = this.#database
      .prepare('SELECT * FROM deliveries WHERE event = ? ORDER BY seq')
      .all(event)
    return rows.map((row) => Delivery.parse(row))
  }
}
