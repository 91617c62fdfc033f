import { Entry } from '../src/core/onboarding/entries.ts'

/** The append-only table that an object is: `seq` is the order of its life, `entry` is JSON. */
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

  /** Synchronous, so that everything written before the next `await` commits as one. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#sql.exec('INSERT INTO timeline (entry) VALUES (?)', JSON.stringify(entry))
    }
  }

  get sizeBytes(): number {
    return this.#sql.databaseSize
  }
}
