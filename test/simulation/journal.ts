import { Entry, type ErasureOrdered } from '../../src/core/onboarding/entries.ts'
import { evolve } from '../../src/core/onboarding/evolve.ts'
import { afterForgetting, isForgetful } from '../../src/core/onboarding/forgetting.ts'
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
  /** Every order to erase somebody, for the checks. */
  readonly ordered: ErasureOrdered[] = []
  /** Those of them that are said to be carried out. */
  readonly completed: ErasureOrdered[] = []
  #sizeBytes = 0

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const row = JSON.stringify(entry)
      this.#sizeBytes += row.length
      const before = this.state
      const read = Entry.parse(JSON.parse(row))
      this.#written.push({ before, entry: read, after: evolve(before, read) })
      if (read.type === 'erasure_ordered') this.ordered.push(read)
      if (read.type === 'erasure_completed') {
        this.completed.push(...this.ordered.filter(({ erasure }) => erasure === read.erasure))
      }
    }
    if (entries.some(isForgetful)) this.#rows = [...textsOf(afterForgetting(this.#read(), entries))]
    else this.#rows.push(...textsOf(entries))
  }

  /** From the rows alone, as an object reads them when it wakes up. */
  fold(): SubjectState {
    return this.#read().reduce(evolve, EMPTY_SUBJECT)
  }

  /** What is on disk, as text: whoever was forgotten must not be in it. */
  get text(): string {
    return this.#rows.join('\n')
  }

  #read(): readonly Entry[] {
    return this.#rows.map((row) => Entry.parse(JSON.parse(row)))
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

const textsOf = (entries: readonly Entry[]): readonly string[] =>
  entries.map((entry) => JSON.stringify(entry))
