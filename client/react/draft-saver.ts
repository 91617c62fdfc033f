import { isPassing } from '../errand.ts'
import type { Outcome, Problem } from '../problem.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * `not_saved`: the last attempt failed. What may pass the client tries again; what was refused goes with
 * the next change.
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

/** Hands over what is typed after a pause, one call at a time; what changes meanwhile goes with the next. */
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
    this.#saveSoon()
  }

  /** Without waiting for a pause: the page may be gone in a moment. */
  readonly saveNow = (): void => {
    clearTimeout(this.#timer)
    if (!this.#underWay && Object.keys(this.#unsaved).length > 0) void this.#send()
  }

  /** What became of a later try of the client. @param problem `null`: the server has it now */
  heard(problem: Problem | null): void {
    const { saving, problem: before } = this.#state
    if (saving !== 'not_saved' || before === null || !isPassing(before)) return
    if (problem !== null) return this.#show({ problem })
    this.#unsaved = {}
    this.#show({ saving: 'saved', problem })
  }

  async #send(): Promise<void> {
    const changes = this.#unsaved
    this.#unsaved = {}
    this.#underWay = true
    const result = await this.#save(changes)
    this.#underWay = false
    const isAll = Object.keys(this.#unsaved).length === 0
    if (!isAll) this.#saveSoon()
    if (result.ok) {
      const draft = { ...result.value, ...this.#unsaved }
      return this.#show({ draft, saving: isAll ? 'saved' : 'saving', problem: null })
    }
    this.#unsaved = { ...changes, ...this.#unsaved }
    this.#show({ saving: isAll ? 'not_saved' : 'saving', problem: result.error })
  }

  #saveSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.saveNow, PAUSE_MS)
  }

  #show(change: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}
