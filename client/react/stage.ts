/**
 * What the components on one page must agree upon: where tooltips can point, which of several outlets
 * shows, and what was answered here already. Lives as long as its provider; nothing of it is kept.
 */
export class Stage {
  readonly #anchors = new Map<string, Element[]>()
  readonly #outlets: object[] = []
  readonly #answered = new Set<string>()
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The first element on the page that stands for an action. */
  anchorOf(action: string): Element | null {
    return this.#anchors.get(action)?.at(0) ?? null
  }

  /** @returns takes the anchor away again */
  addAnchor(action: string, element: Element): () => void {
    this.#anchors.set(action, [...(this.#anchors.get(action) ?? []), element])
    this.#tell()
    return () => {
      const rest = (this.#anchors.get(action) ?? []).filter((other) => other !== element)
      this.#anchors.set(action, rest)
      this.#tell()
    }
  }

  /** One thing at a time: of several outlets the first shows. */
  shows(outlet: object): boolean {
    return this.#outlets.at(0) === outlet
  }

  /** @returns takes the outlet away again */
  addOutlet(outlet: object): () => void {
    this.#outlets.push(outlet)
    this.#tell()
    return () => {
      this.#outlets.splice(this.#outlets.indexOf(outlet), 1)
      this.#tell()
    }
  }

  isAnswered(recommendationId: string): boolean {
    return this.#answered.has(recommendationId)
  }

  answer(recommendationId: string): void {
    this.#answered.add(recommendationId)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
