/** A UUID of version 4, with `x` for each digit that is free. */
const UUID = 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'

/** Numbers that the seed alone decides: sfc32 by Chris Doty-Humphrey, small, fast and well tested. */
export class Random {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: string) {
    this.#seed = seed
    this.#a = hash32(seed, 0x9e3779b9)
    this.#b = hash32(seed, 0x243f6a88)
    this.#c = hash32(seed, 0xb7e15162)
    // The first numbers still resemble the seed.
    for (let round = 0; round < 12; round += 1) this.next()
  }

  /** Another stream of the same seed: what one part draws leaves the others' numbers alone. */
  fork(name: string): Random {
    return new Random(`${this.#seed}/${name}`)
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability
  }

  /** A whole number; both ends may come. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** Each order of magnitude is as likely as the next: seconds, minutes and days all come. */
  spread(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.next())
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.int(0, items.length - 1)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    return items
      .map((item) => ({ item, rank: this.next() }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ item }) => item)
  }

  uuid(): string {
    return UUID.replaceAll('x', () => this.int(0, 15).toString(16))
  }
}

/** FNV-1a, from an offset of one's own. */
export function hash32(text: string, offset: number): number {
  let hash = offset
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}
