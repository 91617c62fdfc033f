import { isPassing } from '../errand.ts'
import type { Outcome, Problem } from '../problem.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * `not_saved`: the last attempt failed. What may pass is tried again; what was refused goes with the next
 * change.
 */
export type Saving = 'untouched' | 'saving' | 'saved' | 'not_saved'

export interface DraftState {
  /** What was said here, saved or not, over what the server has. */
  readonly draft: Fields
  readonly saving: Saving
  readonly problem: Problem | null
}

/** A pause in typing: shorter saves half words, longer loses more with the tab. */
const PAUSE_MS = 600
/** Where the server names no time of its own. */
const RETRY_MS = 5_000

/** Saves what is typed after a pause, one call at a time; what changes meanwhile goes with the next. */
export class DraftSaver {
  readonly #save: (changes: Fields) => Outcome<Fields>
  readonly #listeners = new Set<() => void>()
  #state: DraftState = { draft: {}, saving: 'untouched', problem: null }
  #unsaved: Fields = {}
  #underWay = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(save: (changes: Fields) => Outcome<Fields>) {
    this.#save = save
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly getState = (): DraftState => this.#state

  readonly change = (changes: Fields): void => {
    this.#unsaved = { ...this.#unsaved, ...changes }
    this.#show({ draft: { ...this.#state.draft, ...changes }, saving: 'saving' })
    this.#after(PAUSE_MS)
  }

  /** Without waiting for a pause: the page may be gone in a moment. */
  readonly saveNow = (): void => {
    clearTimeout(this.#timer)
    if (!this.#underWay && Object.keys(this.#unsaved).length > 0) void this.#send()
  }

  async #send(): Promise<void> {
    const changes = this.#unsaved
    this.#unsaved = {}
    this.#underWay = true
    const result = await this.#save(changes)
    this.#underWay = false
    if (!result.ok) {
      this.#unsaved = { ...changes, ...this.#unsaved }
      this.#show({ saving: 'not_saved', problem: result.error })
      if (isPassing(result.error)) this.#after(result.error.retryAfterMs ?? RETRY_MS)
      return
    }
    const isAll = Object.keys(this.#unsaved).length === 0
    const draft = { ...result.value, ...this.#unsaved }
    this.#show({ draft, saving: isAll ? 'saved' : 'saving', problem: null })
    if (!isAll) this.#after(PAUSE_MS)
  }

  #after(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.saveNow, delayMs)
  }

  #show(change: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}
