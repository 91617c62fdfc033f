import { NOTHING_YET, type Snapshot } from './snapshot.ts'

/** What the page shows, and who wants to know when it changes. */
export class Store {
  #snapshot: Snapshot = NOTHING_YET
  readonly #listeners = new Set<() => void>()

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** The same listener twice is two subscriptions. */
  subscribe(listener: () => void): () => void {
    const own = () => listener()
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** What is the same stays the same object, and when all is, nobody is told. */
  update(changes: Partial<Snapshot>): void {
    const before = this.#snapshot
    const after = { ...before }
    let changed = false
    const put = <Key extends keyof Snapshot>(key: Key, value: Snapshot[Key] | undefined) => {
      // A few short fields: to compare their text is cheaper than a library that compares.
      if (value === undefined || JSON.stringify(value) === JSON.stringify(before[key])) return
      Object.assign(after, { [key]: value })
      changed = true
    }
    for (const key of Object.keys(changes) as (keyof Snapshot)[]) put(key, changes[key])
    if (!changed) return
    this.#snapshot = after
    for (const listener of this.#listeners) tell(listener)
  }
}

/** What a page does with the news must not end them. */
function tell(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
