import { Entry } from '../src/core/onboarding/entries.ts'
import { afterForgetting, isForgetful } from '../src/core/onboarding/forgetting.ts'

const MAKE = 'CREATE TABLE IF NOT EXISTS timeline (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL);'

/**
 * The append-only table that an object is: `seq` is the order of its life, `entry` is JSON. Only
 * what forgets somebody changes what was written before.
 */
export class Timeline {
  readonly #sql: SqlStorage
  #exists: boolean

  /** @param tables that the object has; without this one it was never written to */
  constructor(sql: SqlStorage, tables: ReadonlySet<string>) {
    this.#sql = sql
    this.#exists = tables.has('timeline')
  }

  /** Oldest first. */
  read(): Entry[] {
    if (!this.#exists) return []
    return this.#sql
      .exec<{ entry: string }>('SELECT entry FROM timeline ORDER BY seq')
      .toArray()
      .map((row) => Entry.parse(JSON.parse(row.entry)))
  }

  /** One call, so that a decision is written whole or not at all. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    if (entries.some(isForgetful)) return this.#rewrite(afterForgetting(this.read(), entries))
    const rows = entries.map(() => '(?)').join(', ')
    const texts = entries.map((entry) => JSON.stringify(entry))
    const made = this.#exists ? '' : MAKE
    this.#sql.exec(`${made} INSERT INTO timeline (entry) VALUES ${rows}`, ...texts)
    this.#exists = true
  }

  /** Nothing is awaited in between, so that these statements are one, too. */
  #rewrite(entries: readonly Entry[]): void {
    this.#sql.exec(`${MAKE} DELETE FROM timeline`)
    for (const entry of entries) {
      this.#sql.exec('INSERT INTO timeline (entry) VALUES (?)', JSON.stringify(entry))
    }
    this.#exists = true
  }

  get sizeBytes(): number {
    return this.#sql.databaseSize
  }
}
