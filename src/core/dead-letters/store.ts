import type { BegunLetter, UnheardLetter } from './letters.ts'
import type { ReplayMove, RunningReplay } from './replay.ts'

/** Replays and their letters as Postgres keeps them. Each method throws when the database cannot. */
export interface ReplayStore {
  /** `null`: there is no such replay, or it is over. */
  running(id: string): Promise<RunningReplay | null>
  /** The ids of running replays, those first that are given up first. */
  listRunning(limit: number): Promise<readonly string[]>
  /**
   * Takes letters that wait for their turn, the oldest first. None if somebody else has moved the
   * replay since it was read, or a letter of it has failed since.
   */
  begin(
    replay: RunningReplay,
    move: Extract<ReplayMove, { kind: 'begin' }>,
    moments: { readonly giveUpAt: number; readonly lookAt: number },
  ): Promise<readonly BegunLetter[]>
  /** Ends the replay and writes its outcome; nothing if somebody else has moved it since it was read. */
  end(
    replay: RunningReplay,
    move: Extract<ReplayMove, { kind: 'end' }>,
    outcome: string,
    now: number,
  ): Promise<void>
  /** Takes letters of any replay that nothing was heard of; they are next looked at at `againAt`. */
  takeUnheard(now: number, limit: number, againAt: number): Promise<readonly UnheardLetter[]>
  /** For good, unless it has ended already. */
  close(letter: string, as: 'resolved' | 'gone', now: number): Promise<void>
  /** Open again: nothing came of its replay. */
  release(letter: string): Promise<void>
}
