import type { SessionView } from '../../src/contract/onboarding.ts'
import type { Transport } from '../snapshot.ts'
import { byPolling } from './by-polling.ts'
import { bySocket } from './by-socket.ts'
import { byStream } from './by-stream.ts'
import { BEGINNING, type Course, type Ending, type Way, after } from './course.ts'
import type { Line } from './line.ts'
import type { Frame } from './read-frame.ts'
import { wait } from './wait.ts'

const WAYS: Readonly<Record<Way, (line: Line) => Promise<Ending>>> = {
  websocket: bySocket,
  stream: byStream,
  polling: byPolling,
}

/** Whom the news concern. */
export type Watched = { readonly specId: string } | 'member'

interface Deps extends Pick<Line, 'baseUrl' | 'access' | 'ask'> {
  readonly showRun: (run: SessionView) => void
  readonly showTransport: (transport: Transport) => void
  /** What is not a status; those carry no number and replace each other. */
  readonly hear: (frame: Exclude<Frame, { readonly type: 'status' }>) => void
  /** A connection is there, perhaps again: what was said meanwhile without a number is unknown. */
  readonly connected: () => void
}

/** News of one person at a time, by whichever way they come. */
export class Live {
  readonly #deps: Deps
  readonly #looks = new Set<() => void>()
  #watched: Watched | null = null
  #end = new AbortController()
  #run: SessionView | null = null
  #course: Course = BEGINNING

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** @param watched `null`: nobody */
  watch(watched: Watched | null): void {
    if (JSON.stringify(watched) === JSON.stringify(this.#watched)) return
    this.#end.abort()
    this.#end = new AbortController()
    this.#watched = watched
    this.#run = null
    this.#course = BEGINNING
    this.#deps.showTransport('none')
    if (watched !== null) void this.#listen(watched, this.#end.signal)
  }

  /** Somebody looks again, or the network changed: waiting is over, and what is open may be dead. */
  wake(isNewNetwork: boolean): void {
    if (isNewNetwork) this.#course = { ...this.#course, failures: 0, upAt: 0 }
    for (const look of this.#looks) look()
  }

  async #listen(watched: Watched, signal: AbortSignal): Promise<void> {
    const line = this.#line(watched, signal)
    while (!signal.aborted) {
      const { way } = this.#course
      const ending = await WAYS[way]({ ...line, works: () => this.#works(way, signal) }).catch(
        // An address or a token that no socket takes.
        (): Ending => ({ kind: 'lost', lastedMs: 0 }),
      )
      if (signal.aborted) return
      const next = after(this.#course, ending, {
        ways: this.#ways(watched),
        busy: watched !== 'member' && !isOver(this.#run),
        now: Date.now(),
        random: Math.random(),
      })
      this.#course = next.course
      await wait(next.waitMs, signal, this.#looks)
    }
  }

  #line(watched: Watched, signal: AbortSignal): Omit<Line, 'works'> {
    const { baseUrl, access, ask } = this.#deps
    return {
      baseUrl,
      access,
      ask,
      signal,
      seen: () => this.#run?.seq ?? 0,
      hear: (frame) => !signal.aborted && this.#hear(watched, frame),
      onDoubt: (look) => {
        this.#looks.add(look)
        return () => this.#looks.delete(look)
      },
    }
  }

  /** A frame that comes twice, or too late, is known by its number. */
  #hear(watched: Watched, frame: Frame): boolean {
    if (frame.type !== 'status') {
      this.#deps.hear(frame)
      return true
    }
    const { type: _, ...view } = frame
    const isOurs = watched !== 'member' && view.specId === watched.specId
    if (!isOurs || view.seq <= (this.#run?.seq ?? 0)) return false
    this.#run = view
    this.#deps.showRun(view)
    return true
  }

  #works(way: Way, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#deps.showTransport(way)
    if (way !== 'polling') this.#deps.connected()
  }

  /** A stream is of a session's run, and ends with it. */
  #ways(watched: Watched): readonly Way[] {
    return watched === 'member' || isOver(this.#run)
      ? ['websocket', 'polling']
      : ['websocket', 'stream', 'polling']
  }
}

const isOver = (run: SessionView | null): boolean =>
  run?.status === 'merged' || run?.status === 'failed'
