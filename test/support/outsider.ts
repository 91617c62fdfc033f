import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { patiently } from './foyer.ts'

const LOOK_MS = 20

/** Somebody else at work in the same PostgreSQL: what they lock, others wait for. */
export class Outsider {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  static async connect(databaseUrl: string): Promise<Outsider> {
    const client = new Client({ connectionString: databaseUrl })
    // It may be the one who is cut off.
    client.on('error', () => undefined)
    await client.connect()
    return new Outsider(client)
  }

  async run(statement: string, ...values: readonly unknown[]): Promise<readonly unknown[]> {
    return (await this.#client.query<Record<string, unknown>>(statement, [...values])).rows
  }

  /** Who waits for a lock now. */
  async waiting(): Promise<readonly number[]> {
    // Inside a transaction PostgreSQL shows the activity as it was at the first look.
    await this.#client.query('SELECT pg_stat_clear_snapshot()')
    const { rows } = await this.#client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
    )
    return rows.map(({ pid }) => pid)
  }

  /** Comes back when so many statements wait for a lock. */
  async untilWaiting(count = 1): Promise<readonly number[]> {
    const until = Date.now() + patiently.timeout
    let waiting = await this.waiting()
    while (waiting.length < count) {
      if (Date.now() > until) throw new Error(`${waiting.length} of ${count} statements wait`)
      await sleep(LOOK_MS)
      waiting = await this.waiting()
    }
    return waiting
  }

  /** Cuts off whoever waits for a lock, in the middle of their statement. */
  async cutOffWaiting(): Promise<void> {
    for (const pid of await this.untilWaiting())
      await this.run('SELECT pg_terminate_backend($1)', pid)
  }

  leave(): Promise<void> {
    return this.#client.end()
  }
}
