import { backOff } from '../back-off.ts'
import type { Transport } from '../snapshot.ts'

/** A way for news to come, from best to worst. */
export type Way = Exclude<Transport, 'none'>

/** One may be chance: a server that restarts, a train in a tunnel. */
const FAILURES_MAX = 2
/** A connection that held for so long works; a shorter one is what a proxy does that forbids it. */
export const STEADY_MS = 10_000
/** A better way is tried again after this time, and after twice as long each time that it failed … */
const DETOUR_BASE_MS = 60_000
/** … but at least so often: the network of a laptop changes with the room. */
const DETOUR_MAX_MS = 600_000
/** Asked for while a run is under way; it mostly takes a second or two. */
const POLL_MIN_MS = 1_000
/** Of a run that waits for a provider. */
const POLL_BUSY_MAX_MS = 10_000
/** When nothing is awaited but a recommendation. */
const POLL_QUIET_MS = 30_000

/** Where we are between the ways. */
export interface Course {
  readonly way: Way
  /** In a row, of this way. */
  readonly failures: number
  /** Polls in a row that brought nothing. */
  readonly quiet: number
  /** How often in a row a better way was given up. */
  readonly detours: number
  /** From when on a better way is tried; epoch milliseconds. */
  readonly upAt: number
  /** The worse way that works, while a better one is tried. */
  readonly from: Way | null
}

/** What became of one try of a way. */
export type Ending =
  /** It could not be, or no longer. `askedMs`: the server wants to be left alone for so long. */
  | { readonly kind: 'lost'; readonly lastedMs: number; readonly askedMs?: number | undefined }
  /** It did what it can do at a time: a stream its minute, a poll its answer. */
  | { readonly kind: 'over'; readonly brought: boolean }

export interface Surroundings {
  /** From best to worst; at least one. */
  readonly ways: readonly Way[]
  /** A run is under way. */
  readonly busy: boolean
  /** Epoch milliseconds. */
  readonly now: number
  /** 0 to 1. */
  readonly random: number
}

export const BEGINNING: Course = {
  way: 'websocket',
  failures: 0,
  quiet: 0,
  detours: 0,
  upAt: 0,
  from: null,
}

/** Which way to take next, and after how long. */
export function after(
  course: Course,
  ending: Ending,
  around: Surroundings,
): { readonly course: Course; readonly waitMs: number } {
  const { now, random } = around
  if (ending.kind === 'over') {
    const quiet = ending.brought ? 0 : course.quiet + 1
    const next = upwards({ ...course, failures: 0, quiet }, around)
    const isPolling = course.way === 'polling' && next.way === 'polling'
    // Many streams begin together, and would begin again together.
    const waitMs = isPolling ? pollAfter(next, around) : random * POLL_MIN_MS
    return { course: next, waitMs: Math.round(waitMs) }
  }
  const isSteady = ending.lastedMs >= STEADY_MS
  const failures = isSteady ? 1 : course.failures + 1
  const waitMs = backOff(failures, random, ending.askedMs)
  const failed = isSteady
    ? { ...course, failures, detours: 0, from: null }
    : { ...course, failures }
  const worse = worseThan(failed, around.ways)
  const givesUp = failures >= (failed.from === null ? FAILURES_MAX : 1) && worse !== undefined
  if (!givesUp) return { course: upwards(failed, around), waitMs }
  const parted = { ...failed, way: worse, failures: 0, quiet: 0, from: null }
  // How often the best way was given up counts, not how far down that led.
  if (course.way !== around.ways[0]) return { course: parted, waitMs }
  const upAt = now + Math.min(DETOUR_MAX_MS, DETOUR_BASE_MS * 2 ** course.detours)
  return { course: { ...parted, detours: course.detours + 1, upAt }, waitMs }
}

/** Back to the one that worked, else the next one; `undefined`: this is the last. */
const worseThan = ({ way, from }: Course, ways: readonly Way[]): Way | undefined =>
  from !== null && ways.includes(from) ? from : ways[ways.indexOf(way) + 1]

/** The best way once more, when it is time; and off a way that there is no more. */
function upwards(course: Course, { ways, now }: Surroundings): Course {
  const [best = course.way] = ways
  // A clock that was set back must not make it a year.
  const isTime = now >= course.upAt || course.upAt > now + DETOUR_MAX_MS
  if (course.way !== best && course.from === null && isTime) {
    return { ...course, way: best, failures: 0, from: course.way }
  }
  return ways.includes(course.way) ? course : { ...course, way: ways.at(-1) ?? best, failures: 0 }
}

/** Fast at first, slower while nothing comes; spread, so that pages that began together part. */
function pollAfter({ quiet }: Course, { busy, random }: Surroundings): number {
  const ceiling = busy ? Math.min(POLL_BUSY_MAX_MS, POLL_MIN_MS * 1.5 ** quiet) : POLL_QUIET_MS
  return ceiling * (0.5 + random / 2)
}
