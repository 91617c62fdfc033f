import { Entry } from '../src/core/onboarding/entries.ts'
import { afterForgetting, isForgetful } from '../src/core/onboarding/forgetting.ts'

/**
 * The append-only table that an object is: `seq` is the order of its life, `entry` is JSON. Only
 * what forgets somebody changes what was written before.
 */
export class Timeline {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec('CREATE TABLE IF NOT EXISTS timeline (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL)')
  }

  /** Oldest first. */
  read(): Entry[] {
    return this.#sql
      .exec<{ entry: string }>('SELECT entry FROM timeline ORDER BY seq')
      .toArray()
      .map((row) => Entry.parse(JSON.parse(row.entry)))
  }

  /** One statement, so that a decision is written whole or not at all. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    if (entries.some(isForgetful)) return this.#rewrite(afterForgetting(this.read(), entries))
    const rows = entries.map(() => '(?)').join(', ')
    const texts = entries.map((entry) => JSON.stringify(entry))
    this.#sql.exec(`INSERT INTO timeline (entry) VALUES ${rows}`, ...texts)
  }

  /** Nothing is awaited in between, so that these statements are one, too. */
  #rewrite(entries: readonly Entry[]): void {
    this.#sql.exec('DELETE FROM timeline')
    for (const entry of entries) {
      this.#sql.exec('INSERT INTO timeline (entry) VALUES (?)', JSON.stringify(entry))
    }
  }

  get sizeBytes(): number {
    return this.#sql.databaseSize
  }
}
