/**
 * How many letters each stage of a replay begins with. One proves that what was mended is mended, ten
 * that it was not luck.
 */
export const STAGE_SIZES = [1, 10, Number.POSITIVE_INFINITY] as const

/** Under way at a time, also in the last stage: so many at most fail if it was not mended after all. */
export const UNDER_WAY_MAX = 100
/** Begun in one move: calls of a second, after which everybody looks again whether one failed. */
export const BEGIN_MAX = 25
/**
 * How long a replay waits for those under way. A run may wait a day for a provider that is down; what
 * is mended ends within seconds, and this is longer than most outages.
 */
export const GIVE_UP_MS = 2 * 3_600_000

/**
 * States of a replay.
 *
 * | from | when | to |
 * |---|---|---|
 * | (none) | an operator asks for it | running, stage 1 |
 * | running, stage n | as many letters as the stage has have ended well, and more are left | running, stage n + 1 |
 * | running | every letter has ended well or is gone | done |
 * | running | a letter failed again as before | stopped: `recurrence` |
 * | running | a letter failed again otherwise | stopped: `other_failure` |
 * | running | nothing was begun for two hours, and not all has ended | stopped: `timed_out` |
 * | running | an operator says so | stopped: `by_operator` |
 *
 * A letter that is gone proves nothing and does not count: another takes its place in the stage.
 */
export type ReplayState = 'running' | 'done' | 'stopped'
export type StoppedAs = 'recurrence' | 'other_failure' | 'timed_out' | 'by_operator'

/** A running replay, and how its letters stand. */
export interface RunningReplay {
  readonly id: string
  /** Grows with every move. */
  readonly version: number
  /** From 1. */
  readonly stage: number
  /** Epoch milliseconds. */
  readonly giveUpAt: number
  /** Letters whose turn has not come. */
  readonly waiting: number
  readonly underWay: number
  /** Letters of this stage that are under way or resolved. */
  readonly inStage: number
  /** Letters of any stage. */
  readonly resolved: number
  /** The first that failed again; `same`: with the fingerprint that is being replayed. */
  readonly failure: { readonly letter: string; readonly same: boolean } | null
}

export type ReplayMove =
  | { readonly kind: 'wait' }
  | { readonly kind: 'begin'; readonly stage: number; readonly count: number }
  | { readonly kind: 'end'; readonly as: 'done' }
  | { readonly kind: 'end'; readonly as: StoppedAs; readonly letter: string | null }

/**
 * What a running replay does next. A failure that is not the old one stops it, too: that is a thing
 * nobody knew of when it was asked for, and the letter of the new failure tells what it is.
 */
export function decideReplay(replay: RunningReplay, now: number): ReplayMove {
  const { stage, waiting, underWay, inStage, failure } = replay
  if (failure !== null) {
    const as = failure.same ? 'recurrence' : 'other_failure'
    return { kind: 'end', as, letter: failure.letter }
  }
  if (underWay === 0 && waiting === 0) return { kind: 'end', as: 'done' }
  if (underWay > 0 && now >= replay.giveUpAt) return { kind: 'end', as: 'timed_out', letter: null }
  const free = sizeOf(stage) - inStage
  if (free > 0) return beginOrWait(stage, Math.min(free, UNDER_WAY_MAX - underWay, waiting))
  if (underWay > 0) return { kind: 'wait' }
  return beginOrWait(stage + 1, Math.min(sizeOf(stage + 1), waiting))
}

const sizeOf = (stage: number): number => STAGE_SIZES[stage - 1] ?? Number.POSITIVE_INFINITY

const beginOrWait = (stage: number, count: number): ReplayMove =>
  count > 0 ? { kind: 'begin', stage, count: Math.min(count, BEGIN_MAX) } : { kind: 'wait' }

/** What came of a replay, in the words of the audit. */
export function outcomeOf(
  move: Extract<ReplayMove, { kind: 'end' }>,
  { resolved, waiting, underWay }: RunningReplay,
): string {
  const tally = `${resolved} resolved, ${underWay} under way, ${waiting} not begun`
  if (move.as === 'done') return `done: ${tally}`
  return `stopped, ${move.as}${move.letter === null ? '' : ` of ${move.letter}`}: ${tally}`
}
