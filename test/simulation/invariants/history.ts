import { isDeepStrictEqual } from 'node:util'
import type { RunStatus } from '../../../src/contract/onboarding.ts'
import { ATTEMPTS_MAX } from '../../../src/core/hydration/retry.ts'
import { nextWakeAt } from '../../../src/core/onboarding/due.ts'
import { IDEMPOTENCY_WINDOW_MS } from '../../../src/core/onboarding/limits.ts'
import {
  type Session,
  type SubjectState,
  isLive,
  isOpen,
  isTerminal,
} from '../../../src/core/onboarding/state.ts'
import type { Written } from '../journal.ts'
import type { Invariants } from '../invariants.ts'
import { first } from './find.ts'

const RANK: Readonly<Record<RunStatus, number>> = { pending: 0, hydrating: 1, merged: 2, failed: 2 }

/** From a decision to the disk, and more. */
const TURN_MAX_MS = 1_000

/** What every object's history must look like, whatever happened. */
export const HISTORY: Invariants = {
  'B: a session counts from 1, moves forward and ends once': (_, { written }) =>
    eachSession(written, ({ views, specId, run }, before) => {
      const told = before?.views.length ?? 0
      const isNextRun = before !== undefined && run > before.run
      return first(views.slice(told).entries(), ([offset, view]) => {
        const earlier = views[told + offset - 1]
        if (view.seq !== told + offset + 1) return `${specId} skips to ${view.seq}`
        if (earlier === undefined) return view.status === 'pending' ? null : `${specId} begins late`
        if (isNextRun && view.status === 'pending') return null
        return RANK[view.status] < RANK[earlier.status] || isTerminal(earlier.status)
          ? `${specId} goes from ${earlier.status} to ${view.status}`
          : null
      })
    }),

  'B: what was seen stays as it was': (_, { written }) =>
    eachSession(written, ({ views, specId }, before) =>
      before === undefined || before.views.every((view, at) => view === views[at])
        ? null
        : `${specId} has another past`,
    ),

  'B: a stale fence changes nothing': (_, { reports }) =>
    first(reports, ({ fence, heldFence, entries }) =>
      fence === heldFence || entries.length === 0
        ? null
        : `${entries[0]?.type} under fence ${fence}, held is ${heldFence}`,
    ),

  'B: a lease has one holder, and fences only grow': (_, { written }) =>
    first(written, ({ before, entry }) => {
      if (entry.type !== 'lease_granted') return null
      if (before.lease !== null && entry.at < before.lease.until) {
        return `fence ${entry.fence} is handed out while ${before.lease.fence} is held`
      }
      return entry.fence > before.lastFence ? null : `fence ${entry.fence} again`
    }),

  'C: tries are bounded': (_, { written }) =>
    first(written, ({ entry, before, after }) => {
      if (entry.type !== 'pass_failed') return null
      const covered = before.lease?.runs ?? []
      const goesOn = [...after.sessions.values()].filter(
        ({ run, views }) => covered.includes(run) && !isTerminal(views.at(-1)?.status ?? 'failed'),
      )
      if (entry.kind === 'rejected' && goesOn.length > 0) return 'goes on after a rejection'
      return goesOn.some(({ tries }) => tries.attempts >= ATTEMPTS_MAX)
        ? `goes on after ${ATTEMPTS_MAX} attempts`
        : null
    }),

  'C: nothing is open after its deadline': (_, { written }) =>
    first(written, ({ entry, after }) =>
      first(after.sessions.values(), (session) =>
        isOpen(session) && session.deadlineAt <= entry.at ? `${session.specId} is open` : null,
      ),
    ),

  'C: whoever waits for something has an alarm': ({ stage }, { written }) =>
    first(new Set(written.map(({ object }) => object)), ({ name, alarm, settledState, localNow }) =>
      settledState === null ||
      alarm.at !== null ||
      nextWakeAt(settledState, localNow) === null ||
      // The turn was taken when the alarm was still to come, or the clock jumped back to before it.
      stage.scheduler.now - alarm.rangAt < TURN_MAX_MS ||
      !stage.clocks.isSteady(name)
        ? null
        : `${name} has none`,
    ),

  'D: a key has one session': (_, { written }) =>
    first(written, ({ before, entry }) => {
      if (entry.type !== 'session_opened' || entry.idempotencyKey === undefined) return null
      const earlier = [...before.sessions.values()].find(
        (session) =>
          session.idempotencyKey === entry.idempotencyKey &&
          entry.at - session.openedAt < IDEMPOTENCY_WINDOW_MS &&
          isLive(before, session, entry.at),
      )
      return earlier === undefined ? null : `${entry.specId} beside ${earlier.specId}`
    }),

  'D: the memory is the fold of the timeline': (_, { written }) =>
    first(new Set(written.map(({ object }) => object)), (object) => {
      const { settledState } = object
      return settledState === null || isDeepStrictEqual(settledState, object.journal.state)
        ? null
        : `${object.name} remembers something else`
    }),
}

/** Sessions that an entry has changed, with what they were. */
function eachSession(
  written: readonly Written[],
  check: (session: Session, before: Session | undefined) => string | null,
): string | null {
  return first(written, ({ before, after }) =>
    first(after.sessions.values(), (session) => {
      const earlier = sessionBefore(before, session)
      return earlier === session ? null : check(session, earlier)
    }),
  )
}

const sessionBefore = (before: SubjectState, { specId }: Session): Session | undefined =>
  before.sessions.get(specId)
