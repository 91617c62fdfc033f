import { indexedForgotten, indexedStatus } from '../../src/core/indexed.ts'
import type { IndexedSession, OverdueSession } from '../../src/core/ports.ts'
import type { SubjectStatus } from '../../src/contract/subject-rpc.ts'
import { Invocation } from './invocation.ts'
import { START, type Task } from './scheduler.ts'
import type { World } from './world.ts'

/** `crons` in `wrangler.toml`. */
const INTERVAL_MS = 5 * 60_000
/** As in `src/cron/sweep.ts` and `src/cron/wake-erasures.ts`. */
const OVERDUE_MS = 10 * 60_000
const PER_TICK_MAX = 100
const OVERLAP_MAX_MS = 2_000

/** The schedule, less the ticks that would find nobody overdue. */
export class Cron {
  readonly #world: World
  #next: Task | null = null
  #ticks = 0

  constructor(world: World) {
    this.#world = world
  }

  /** To be called whenever the index or an erasure has changed. */
  plan(): void {
    const { scheduler } = this.#world.stage
    this.#next?.cancel()
    this.#next = null
    const { nextDueAt } = this.#world.database
    if (nextDueAt === null) return
    const overdueAt = nextDueAt + OVERDUE_MS
    const after = Math.max(overdueAt, scheduler.now) - START
    const tickAt = START + (Math.floor(after / INTERVAL_MS) + 1) * INTERVAL_MS
    this.#next = scheduler.at(tickAt, () => this.#tick())
  }

  #tick(): void {
    const { delays, faults, scheduler } = this.#world.stage
    this.#next = null
    this.plan()
    if (faults.strikes('cron_missed', 'cron')) return
    this.sweep()
    if (faults.strikes('cron_doubled', 'cron')) {
      scheduler.after(delays.int(0, OVERLAP_MAX_MS), () => this.sweep())
    }
  }

  /** One tick's work, also at a moment that no schedule names. */
  sweep(): void {
    const invocation = new Invocation(this.#world.stage, `cron ${(this.#ticks += 1)}`)
    for (const work of [sweepOverdue, wakeErasures]) {
      void work(this.#world, invocation).catch((error: unknown) => {
        this.#world.stage.trace.note(invocation.name, `threw ${String(error)}`)
      })
    }
  }
}

/** `src/cron/sweep.ts` with the world's parts in place of its bindings. */
async function sweepOverdue(world: World, invocation: Invocation): Promise<void> {
  const now = world.stage.clocks.now('cron')
  const index = world.database.index(invocation)
  const overdue = await index.takeOverdue(now - OVERDUE_MS, PER_TICK_MAX, now)
  const bySubject = Map.groupBy(overdue, ({ subjectKey }) => subjectKey)
  const known = await Promise.all(
    [...bySubject].map(([key, sessions]) => wakeSubject(world, invocation, key, sessions)),
  )
  await index.record(known.flat(), now)
}

async function wakeSubject(
  world: World,
  invocation: Invocation,
  key: string,
  overdue: readonly OverdueSession[],
): Promise<readonly IndexedSession[]> {
  try {
    const object = world.object(key)
    const status = await invocation.call<SubjectStatus>('wake', (answer) => object.wake(answer))
    const known = new Set(status.sessions.map(({ specId }) => specId))
    const forgotten = overdue.filter(({ specId }) => !known.has(specId))
    return [...indexedStatus(key, status), ...forgotten.map(indexedForgotten)]
  } catch {
    return []
  }
}

/** `src/cron/wake-erasures.ts` with the world's parts in place of its bindings. */
async function wakeErasures(world: World, invocation: Invocation): Promise<void> {
  const { database, stage } = world
  const now = stage.clocks.now('cron')
  const records = database.erasureRecords(invocation)
  const stalled = await database.takeStalled(invocation, now - OVERDUE_MS, PER_TICK_MAX)
  await Promise.all(
    stalled.map(async (one) => {
      const object = world.object(one.subjectKey)
      const wake = () => invocation.call<SubjectStatus>('wake', (answer) => object.wake(answer))
      try {
        await stage.decisions.lookAfterErasure(one, { wake }, records, now)
      } catch {
        // The next tick asks again.
      }
    }),
  )
}
