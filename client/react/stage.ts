/**
 * What the components on one page must agree upon: where tooltips can point, and which of several
 * outlets shows. Lives as long as its provider.
 */
export class Stage {
  readonly #anchors = new Map<string, Element[]>()
  readonly #outlets: object[] = []
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The first element on the page that stands for an action, and is drawn: not within a closed menu. */
  anchorOf(action: string): Element | null {
    return this.#anchors.get(action)?.find(isDrawn) ?? null
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

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

const isDrawn = (element: Element): boolean => element.getClientRects().length > 0
