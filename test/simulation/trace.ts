import { hash32 } from './random.ts'
import { START } from './scheduler.ts'

export interface Happening {
  /** Milliseconds since the world began. */
  readonly at: number
  readonly actor: string
  readonly event: string
}

/** What happened, in order: always as a number that two equal runs share, on request as a story. */
export class Trace {
  readonly #now: () => number
  readonly #keeps: boolean
  readonly #story: Happening[] = []
  #hash = 0

  constructor(now: () => number, keeps: boolean) {
    this.#now = now
    this.#keeps = keeps
  }

  note(actor: string, event: string): void {
    const at = this.#now() - START
    this.#hash = hash32(`${at} ${actor} ${event}`, this.#hash)
    if (this.#keeps) this.#story.push({ at, actor, event })
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0')
  }

  get story(): readonly Happening[] {
    return this.#story
  }
}

/** The end of a UUID: its beginning tells it from others well enough. */
const UUID_END = /(?<=\b[0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g

/** `2d 03:04:05.678  ada                   lease_granted fence 4 runs [2]` */
export const tell = ({ at, actor, event }: Happening): string =>
  `${tellTime(at)}  ${actor.padEnd(20)}  ${event.replaceAll(UUID_END, '…')}`

function tellTime(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  const time = new Date(ms % 86_400_000).toISOString().slice(11, 23)
  return `${days}d ${time}`
}
