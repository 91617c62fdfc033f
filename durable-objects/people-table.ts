import { PersonRecord, isPending } from '../src/core/behaviour/person-record.ts'

/**
 * What an object knows of behaviour, a row for each person. Made with the first one: a sign-up, which
 * opens most objects, writes nothing here.
 */
export class PeopleTable {
  readonly #sql: SqlStorage
  #exists: boolean

  /** @param tables that the object has */
  constructor(sql: SqlStorage, tables: ReadonlySet<string>) {
    this.#sql = sql
    this.#exists = tables.has('people')
  }

  read(person: string): PersonRecord | null {
    return this.#rows('WHERE person = ?', person)[0] ?? null
  }

  readAll(): readonly PersonRecord[] {
    return this.#rows('')
  }

  readPending(): readonly PersonRecord[] {
    return this.#rows('WHERE pending_since IS NOT NULL')
  }

  /** Since when something is to be told or asked, epoch milliseconds. */
  pendingSince(): number | null {
    if (!this.#exists) return null
    const [row] = this.#sql
      .exec<{ since: number | null }>('SELECT MIN(pending_since) AS since FROM people')
      .toArray()
    return row?.since ?? null
  }

  write(record: PersonRecord, now: number): void {
    this.#make()
    this.#sql.exec(
      `INSERT INTO people (person, record, pending_since) VALUES (?, ?, ?)
       ON CONFLICT (person) DO UPDATE SET record = excluded.record, pending_since =
         CASE WHEN excluded.pending_since IS NULL THEN NULL
         ELSE COALESCE(people.pending_since, excluded.pending_since) END`,
      record.person,
      JSON.stringify(record),
      isPending(record) ? now : null,
    )
  }

  remove(person: string): void {
    if (this.#exists) this.#sql.exec('DELETE FROM people WHERE person = ?', person)
  }

  clear(): void {
    if (this.#exists) this.#sql.exec('DELETE FROM people')
  }

  #rows(where: string, ...values: readonly string[]): readonly PersonRecord[] {
    if (!this.#exists) return []
    return this.#sql
      .exec<{ record: string }>(`SELECT record FROM people ${where}`, ...values)
      .toArray()
      .map((row) => PersonRecord.parse(JSON.parse(row.record)))
  }

  #make(): void {
    if (this.#exists) return
    this.#sql.exec(
      `CREATE TABLE people (person TEXT PRIMARY KEY, record TEXT NOT NULL, pending_since INTEGER)
       WITHOUT ROWID`,
    )
    this.#exists = true
  }
}
