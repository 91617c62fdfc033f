import { hourOf } from './balance.ts'
import { FLUSH_RETRY_MAX_MS } from './limits.ts'

/** So many sessions of one hour were promised to somebody: one row. */
export interface AcceptanceCount {
  /** Names the row, so that writing it again adds nothing. */
  readonly flushId: string
  /** The beginning of the hour in which the sessions were opened, epoch milliseconds. */
  readonly hour: number
  readonly count: number
}

/**
 * A flush takes as long as its pause and two statements that are not answered; one that takes longer
 * was cut off with the request it belonged to.
 */
const FLUSH_LOST_AFTER_MS = 30_000

/**
 * Counts what was promised, by hour, until it is written. Rows that were sent keep their ids until the
 * database has said that they are there; what comes meanwhile is counted for the next ones. So the
 * counts of a whole outage are a number for each of its hours.
 */
export class AcceptanceCounter {
  readonly #counting = new Map<number, number>()
  #sealed: readonly AcceptanceCount[] = []
  /** Somebody is about to flush, until then at the latest. */
  #flushedBy = 0

  /** @returns whether the caller is to flush, since nobody else is about to */
  add(openedAt: number, now: number): boolean {
    const hour = hourOf(openedAt)
    this.#counting.set(hour, (this.#counting.get(hour) ?? 0) + 1)
    if (now < this.#flushedBy) return false
    this.#flushedBy = now + FLUSH_LOST_AFTER_MS
    return true
  }

  /** The rows to write now: the same ones until they are `kept`. */
  seal(now: number, newId: () => string): readonly AcceptanceCount[] {
    // They may be there already, and their ids are not known for ever.
    this.#sealed = this.#sealed.filter(({ hour }) => hour > now - FLUSH_RETRY_MAX_MS)
    if (this.#sealed.length > 0) return this.#sealed
    this.#sealed = [...this.#counting].map(([hour, count]) => ({ flushId: newId(), hour, count }))
    this.#counting.clear()
    return this.#sealed
  }

  /** The database has them. */
  kept(rows: readonly AcceptanceCount[]): void {
    const ids = new Set(rows.map(({ flushId }) => flushId))
    this.#sealed = this.#sealed.filter(({ flushId }) => !ids.has(flushId))
  }

  /** Whoever accepts next is to flush. */
  flushed(): void {
    this.#flushedBy = 0
  }
}
