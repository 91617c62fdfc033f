import type { Keep } from './foyer.ts'

/** Whatever else the origin keeps has other names. */
const PREFIX = 'foyer.'

/** What is kept, and under which name. */
export type Name = 'person' | 'intention' | 'claim' | 'draft' | 'answers' | 'snoozed'

/**
 * JSON in whatever outlives the page. A browser may have no storage, forbid it or say that it is full:
 * then this page remembers by itself, and the next one begins anew.
 */
export class Kept {
  readonly #given: Keep | undefined
  readonly #memory = new Map<string, string>()

  constructor(given: Keep | undefined) {
    this.#given = given
  }

  /** `null`: nothing, or nothing that can be read. What it holds is looked at by whoever asks. */
  read(name: Name): unknown {
    const key = PREFIX + name
    try {
      const text = this.#memory.get(key) ?? this.#storage()?.getItem(key)
      return text === undefined || text === null ? null : (JSON.parse(text) as unknown)
    } catch {
      return null
    }
  }

  /** @param value `null`: no more */
  write(name: Name, value: object | null): void {
    const key = PREFIX + name
    this.#memory.delete(key)
    try {
      const storage = this.#storage()
      if (value === null) return storage?.removeItem(key)
      if (storage) return storage.setItem(key, JSON.stringify(value))
    } catch {
      this.#forget(key)
    }
    if (value !== null) this.#memory.set(key, JSON.stringify(value))
  }

  /** Another tab kept something: that is newer than what this one could not keep. @param key `null`: all */
  heard(key: string | null): void {
    if (key === null) this.#memory.clear()
    else this.#memory.delete(key)
  }

  /** What did not fit must not leave behind what it should have replaced. */
  #forget(key: string): void {
    try {
      this.#storage()?.removeItem(key)
    } catch {
      // Neither can be done: the storage is closed to us.
    }
  }

  /** Looked for at each use: to name it throws where cookies are blocked, and a server has none. */
  #storage(): Keep | undefined {
    return this.#given ?? globalThis.localStorage
  }
}
