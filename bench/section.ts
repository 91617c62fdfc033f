/** One question that the benchmarks answer. */
export interface Section {
  /** Its key in `results.json`, and what `npm run bench -- <name>` asks for. */
  readonly name: string
  readonly title: string
  measure(): Promise<Measured>
}

export interface Measured {
  /**
   * For `results.json`. Every comparison stands under a key that ends in `Ratio`, as a number or a
   * `Spread`.
   */
  readonly figures: object
  /** Below the title in `results.md`: what it means in plain words, then the tables. */
  readonly markdown: readonly string[]
}
