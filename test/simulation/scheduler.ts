/** When the world begins. A Saturday, of no importance. */
export const START = Date.UTC(2026, 10, 21)

export interface Task {
  cancel(): void
}

interface Planned {
  readonly at: number
  /** Of what is due at one moment, the first planned comes first. */
  readonly order: number
  act: (() => void) | null
}

/**
 * Virtual time. Nothing else resolves a promise that production code waits for, so that the order of
 * events, and with it the whole run, is decided by what was planned.
 */
export class Scheduler {
  #now = START
  #planned = 0
  readonly #heap: Planned[] = []

  /** Epoch milliseconds, as nobody in the world knows them exactly. */
  get now(): number {
    return this.#now
  }

  at(moment: number, act: () => void): Task {
    const task: Planned = { at: Math.max(moment, this.#now), order: this.#planned, act }
    this.#planned += 1
    this.#rise(task)
    return {
      cancel: () => {
        task.act = null
      },
    }
  }

  after(delayMs: number, act: () => void): Task {
    return this.at(this.#now + delayMs, act)
  }

  /** When the next event is; `null`: never again. */
  get nextAt(): number | null {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined) return null
      if (first.act !== null) return first.at
      this.#takeFirst()
    }
  }

  /** Lets time go by in which nothing happens. */
  waitUntil(moment: number): void {
    if (this.nextAt !== null && this.nextAt < moment) throw new Error('something happens before')
    this.#now = Math.max(this.#now, moment)
  }

  /** The next event, and all that code does before it waits again. False: there was none. */
  async step(): Promise<boolean> {
    if (this.nextAt === null) return false
    const { at, act } = this.#takeFirst()
    this.#now = at
    act?.()
    await settled()
    return true
  }

  #rise(task: Planned): void {
    const heap = this.#heap
    let hole = heap.length
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || isBefore(parent, task)) break
      heap[hole] = parent
      hole = above
    }
    heap[hole] = task
  }

  #takeFirst(): Planned {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) throw new Error('nothing is planned')
    if (heap.length > 0) this.#sink(last)
    return first
  }

  #sink(task: Planned): void {
    const heap = this.#heap
    let hole = 0
    for (;;) {
      const left = heap[2 * hole + 1]
      const right = heap[2 * hole + 2]
      const child = left && right && isBefore(right, left) ? right : left
      if (child === undefined || isBefore(task, child)) break
      heap[hole] = child
      hole = child === left ? 2 * hole + 1 : 2 * hole + 2
    }
    heap[hole] = task
  }
}

const isBefore = (a: Planned, b: Planned): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order)

/** Node runs a tick when no promise has anything left to do. */
const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))
