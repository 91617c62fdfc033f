import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { nextMessage } from '../harness/next-message.ts'

/** Each process may have as many files open as this one (`ulimit -n`). */
const PROCESSES = 2

/** What a process is to open, besides what it has: people who sign up first, or bare paths. */
export interface HolderOrder {
  readonly origin: string
  readonly people: readonly string[]
  readonly paths: readonly string[]
}

export type Openings = Partial<Omit<HolderOrder, 'origin'>>

const Held = z.object({
  /** Sockets that are open now. */
  open: z.number(),
  /** Frames: that an account is there, with a recommendation, and of any kind. */
  merged: z.number(),
  recommended: z.number(),
  said: z.number(),
  /** Why sockets were not opened, in words. */
  faults: z.array(z.string()),
  visitors: z.array(z.object({ specId: z.string(), key: z.string(), token: z.string() })),
})
export type Held = z.infer<typeof Held>

/** Sockets that are held open by other processes. */
export class Holders {
  readonly #processes: readonly ChildProcess[] = Array.from({ length: PROCESSES }, () =>
    fork(join(import.meta.dirname, 'holder-process.ts')),
  )

  /** Opens these as well. @returns all that are held */
  open({ href: origin }: URL, { people = [], paths = [] }: Openings): Promise<Held> {
    return this.#ask((at) => ({ origin, people: shareOf(people, at), paths: shareOf(paths, at) }))
  }

  look(): Promise<Held> {
    return this.#ask(() => ({ origin: '', people: [], paths: [] }))
  }

  close(): void {
    for (const child of this.#processes) child.disconnect()
  }

  async #ask(orderOf: (at: number) => HolderOrder): Promise<Held> {
    const all = await Promise.all(
      this.#processes.map(async (child, at) => {
        const answer = nextMessage(child)
        child.send(orderOf(at))
        return Held.parse(await answer)
      }),
    )
    const sum = (of: (held: Held) => number) => all.reduce((total, held) => total + of(held), 0)
    return {
      open: sum(({ open }) => open),
      merged: sum(({ merged }) => merged),
      recommended: sum(({ recommended }) => recommended),
      said: sum(({ said }) => said),
      faults: all.flatMap(({ faults }) => faults),
      visitors: all.flatMap(({ visitors }) => visitors),
    }
  }
}

const shareOf = <T>(items: readonly T[], process: number): readonly T[] =>
  items.filter((_, at) => at % PROCESSES === process)
