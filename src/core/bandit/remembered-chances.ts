import { type Posteriors, selectionProbabilities } from './choose-arm.ts'

/** Some kinds of people by a few kinds of words, and what was read of them a moment before. */
const REMEMBERED_MAX = 64

/**
 * `selectionProbabilities` for whoever chooses again and again by the same counts: these change by a
 * click now and then, and the quadrature takes nine tenths of a decision. A function of its arguments
 * all the same; what it remembers shows in the time alone.
 */
export class RememberedChances<Arm extends string> {
  readonly #known = new Map<string, ReadonlyMap<Arm, number>>()

  of(posteriors: Posteriors<Arm>): ReadonlyMap<Arm, number> {
    const key = JSON.stringify([...posteriors].map(([arm, { alpha, beta }]) => [arm, alpha, beta]))
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const chances = selectionProbabilities(posteriors)
    const [oldest] = this.#known.keys()
    if (this.#known.size >= REMEMBERED_MAX && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(key, chances)
    return chances
  }
}
