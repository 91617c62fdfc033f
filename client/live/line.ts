import type { Access } from '../access.ts'
import type { Problem } from '../problem.ts'
import type { Frame } from './read-frame.ts'

/** What a way needs: who listens, what was seen, and whom to tell. */
export interface Line {
  readonly baseUrl: string
  readonly access: Access
  /** The last status that was seen; 0: none. */
  readonly seen: () => number
  /** @returns whether it said something new */
  readonly hear: (frame: Frame) => boolean
  /** Asks what is recommended. @returns what stood in the way */
  readonly ask: () => Promise<Problem | null>
  /** Something came through, or can. */
  readonly works: () => void
  /** Nobody waits any more. */
  readonly signal: AbortSignal
  /** Calls `look` whenever it may be that a connection is dead. @returns to be called at the end */
  readonly onDoubt: (look: () => void) => () => void
}
