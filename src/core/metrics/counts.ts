import type { Bucket } from './histogram.ts'

/** How far back a count looks; `ever` never forgets. */
export type Window = 'ever' | 'hour' | 'day' | 'week'

/** What `metric_counts` comes to under one name, with these labels, in this bucket. */
export interface CountRow {
  readonly name: string
  /** Values, in the order of the names that `families.ts` gives them. */
  readonly labels: readonly string[]
  /** Of a histogram: the upper bound of the bucket. */
  readonly le: number | null
  readonly counts: Readonly<Record<Window, number>>
  /** Since ever. */
  readonly sum: number
}

/** The counts of one moment. */
export class Counts {
  readonly #byName: ReadonlyMap<string, readonly CountRow[]>

  constructor(rows: readonly CountRow[]) {
    this.#byName = Map.groupBy(rows, ({ name }) => name)
  }

  rowsOf(name: string): readonly CountRow[] {
    return this.#byName.get(name) ?? []
  }

  /** @param labels the first ones; absent: whatever they are */
  count(name: string, labels: readonly string[] = [], window: Window = 'ever'): number {
    return this.#matching(name, labels).reduce((sum, { counts }) => sum + counts[window], 0)
  }

  sum(name: string, labels: readonly string[] = []): number {
    return this.#matching(name, labels).reduce((total, { sum }) => total + sum, 0)
  }

  buckets(name: string, labels: readonly string[], window: Window = 'ever'): readonly Bucket[] {
    return this.#matching(name, labels).map(({ le, counts }) => ({
      le: le ?? Infinity,
      count: counts[window],
    }))
  }

  #matching(name: string, labels: readonly string[]): readonly CountRow[] {
    return this.rowsOf(name).filter((row) =>
      labels.every((label, position) => row.labels[position] === label),
    )
  }
}

/** `null`: there is nothing to have a share of. */
export const shareOf = (part: number, all: number): number | null => (all > 0 ? part / all : null)
