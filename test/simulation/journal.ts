import { Entry } from '../../src/core/onboarding/entries.ts'
import { evolve } from '../../src/core/onboarding/evolve.ts'
import { EMPTY_SUBJECT, type SubjectState } from '../../src/core/onboarding/state.ts'

/** One entry on disk, between the states that it leads from and to. */
export interface Written {
  readonly before: SubjectState
  readonly entry: Entry
  readonly after: SubjectState
}

/**
 * The durable part of an object: rows of JSON, as `durable-objects/timeline.ts` keeps them. What it
 * means is told by production's `evolve`, whatever a mutant does elsewhere.
 */
export class Journal {
  #rows: string[] = []
  /** Read once from the rows, so that no check has to read them all again. */
  readonly #written: Written[] = []
  #sizeBytes = 0

  append(entries: readonly Entry[]): void {
    // An erasure takes everything before it along.
    if (entries.some(({ type }) => type === 'erased')) this.#rows = []
    for (const entry of entries) {
      const row = JSON.stringify(entry)
      this.#rows.push(row)
      this.#sizeBytes += row.length
      const before = this.state
      const read = Entry.parse(JSON.parse(row))
      this.#written.push({ before, entry: read, after: evolve(before, read) })
    }
  }

  /** From the rows alone, as an object reads them when it wakes up. */
  fold(): SubjectState {
    return this.#rows.map((row) => Entry.parse(JSON.parse(row))).reduce(evolve, EMPTY_SUBJECT)
  }

  /** The same, kept up with every row: an object that is evicted a thousand times reads this. */
  get state(): SubjectState {
    return this.#written.at(-1)?.after ?? EMPTY_SUBJECT
  }

  /** Everything that was ever written, for the checks: it outlives an erasure. */
  get written(): readonly Written[] {
    return this.#written
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }
}
