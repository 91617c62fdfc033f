import type { WakeMessage } from '../../contract/messages.ts'

/**
 * How a dead letter stands.
 *
 * | from | when | to |
 * |---|---|---|
 * | (none) | a run failed, or a message was given up | open |
 * | open | a replay begins with it | replaying |
 * | replaying | nothing came of it, and its replay is over | open |
 * | open, replaying | a later run of its session merged; the subject took the message | resolved |
 * | open, replaying | a later run of its session failed, and has a letter of its own | failed_again |
 * | open, replaying | nobody can reopen it: its session was evicted, its account erased | gone |
 * | open | an operator put it aside | dismissed |
 *
 * The last four are final.
 */
export type LetterState = 'open' | 'replaying' | 'resolved' | 'failed_again' | 'dismissed' | 'gone'

/** What to do for a letter: give the run another one, or wake the subject. */
export type LetterTask =
  | { readonly source: 'run'; readonly specId: string; readonly run: number }
  | { readonly source: 'message'; readonly wake: WakeMessage }

/** A letter whose turn has come. */
export interface BegunLetter {
  readonly id: string
  readonly subjectKey: string
  readonly task: LetterTask
}

/** A letter that has been replaying for a while. */
export interface UnheardLetter extends BegunLetter {
  /** False: its replay is over, and nothing new is begun for it. */
  readonly replayRuns: boolean
}

/** Of the run of a session that failed; the same each time. */
export const runLetterId = (specId: string, run: number): string => `${specId}/${run}`
