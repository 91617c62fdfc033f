import type { MailRepeats } from '../ports.ts'
import type { StepDefinition } from '../hydration/step.ts'
import type { Entry } from './entries.ts'
import type { SubjectState } from './state.ts'
import { evolve } from './evolve.ts'

/** What a decision may ask of the world, so that a simulator can answer instead. */
export interface DecisionContext {
  /** Epoch milliseconds. */
  readonly now: number
  readonly newId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** In the order in which they are to be done. */
  readonly steps: readonly StepDefinition[]
  /** Sessions one client may open for one subject in a minute; 0: any number. */
  readonly opensPerMinute: number
  readonly sessionMaxAgeMs: number
  /** How long an unproven account is kept after its last session was opened. */
  readonly retentionMs: number
  /** What the mail provider makes of a repeated sending. */
  readonly mailRepeats: MailRepeats
}

/** What follows from a command: entries to append, and the answer. No entries: nothing is written. */
export interface Decision<Reply> {
  readonly entries: readonly Entry[]
  readonly reply: Reply
}

/** For commands that decide several entries, each in the light of the ones before. */
export class EntryLog {
  readonly entries: Entry[] = []
  state: SubjectState

  constructor(state: SubjectState) {
    this.state = state
  }

  append(entry: Entry): void {
    this.entries.push(entry)
    this.state = evolve(this.state, entry)
  }
}
