import { isDeepStrictEqual } from 'node:util'
import type { AccountFacts } from '../../../src/contract/hydration.ts'
import { RUN_DEADLINE_MS } from '../../../src/core/onboarding/limits.ts'
import { isOpen } from '../../../src/core/onboarding/state.ts'
import { SKEW_MAX_MS } from '../clocks.ts'
import type { Invariants } from '../invariants.ts'
import type { Promised } from '../ledger.ts'
import type { World } from '../world.ts'
import { personNamed } from '../people.ts'
import { missing } from './effects.ts'
import { first } from './find.ts'

/**
 * How much later than after 24 h a run may be terminal once nothing goes wrong any more: clocks that
 * were wrong by ten minutes either way, and the cron, which comes every five and again.
 */
const DEADLINE_SLACK_MS = 2 * SKEW_MAX_MS + 20 * 60_000

/** What people were told must stay true. */
export const PROMISES: Invariants = {
  'C: an accepted session is terminal by its deadline': (world) => {
    const { faults, scheduler } = world.stage
    if (!faults.areOver) return null
    const latest = scheduler.now - DEADLINE_SLACK_MS
    if (latest < faults.overAt) return null
    return first(world.ledger.promised.values(), (promised) =>
      openedAt(world, promised) + RUN_DEADLINE_MS < latest ? openSession(world, promised) : null,
    )
  },

  'D: what was answered is on disk': (world, { promises }) =>
    first(promises, ({ command, specId }) => {
      const opened = world
        .object(command.subjectKey)
        .journal.written.find(
          ({ entry }) => entry.type === 'session_opened' && entry.specId === specId,
        )?.entry
      if (opened?.type !== 'session_opened') return `${specId} was promised, and is nowhere`
      return opened.idempotencyKey === command.idempotencyKey && opened.planId === command.planId
        ? null
        : `${specId} is not what was asked for`
    }),

  'F: what was shown is what happened': (world, { shown }) =>
    first(shown, ({ subjectKey, view }) => {
      const session = world.object(subjectKey).journal.state.sessions.get(view.specId)
      return session === undefined || isDeepStrictEqual(session.views[view.seq - 1], view)
        ? null
        : `${view.specId} was shown ${view.status} as ${view.seq}`
    }),
}

/** When its newest run began; an operator may have given it another one. */
function openedAt(world: World, { command, specId, at }: Promised): number {
  const { written } = world.object(command.subjectKey).journal
  const reopened = written.findLast(
    ({ entry }) => entry.type === 'run_reopened' && entry.specId === specId,
  )
  return Math.max(at, reopened?.entry.at ?? 0)
}

/** What must hold when nothing will ever happen again. */
export const AT_REST: Invariants = {
  'C: at rest every accepted session is terminal': (world) =>
    first(world.ledger.promised.values(), (promised) => openSession(world, promised)),

  'D: at rest the rows on disk tell everything': (world) =>
    first(world.objects.values(), ({ name, journal }) =>
      isDeepStrictEqual(journal.fold(), journal.state) ? null : `${name} would wake up as another`,
    ),

  'C: at rest no mail is due': (world) =>
    first(world.objects.values(), ({ name, journal }) =>
      journal.state.mail?.status === 'due' ? `${name} waits for a mail` : null,
    ),

  'B7: at rest every order to erase is carried out': (world) =>
    first(world.objects.values(), ({ name, journal }) =>
      journal.state.condemned === null && journal.completed.length === journal.ordered.length
        ? null
        : `${name} is still to be erased`,
    ),

  'B7: at rest whoever was erased has a receipt': ({ database, objects }) =>
    first(objects.values(), ({ name, journal }) =>
      first(journal.completed, ({ erasure }) =>
        database.erasures.get(erasure)?.receipt ? null : `${name} has none`,
      ),
    ),

  'J: at rest whoever gave no proof is nowhere': (world) =>
    first(world.objects.values(), ({ name, journal }) =>
      journal.state.proof === null ? trace(world, journal.state.account, name) : null,
    ),

  'A: at rest who was let in has everything': (world) =>
    first(world.objects.values(), (object) => {
      const { proof, sessions } = object.journal.state
      const last = [...sessions.values()].at(-1)?.views.at(-1)?.status
      return proof !== null && last === 'merged'
        ? missing(world, object.name, object.journal.state)
        : null
    }),

  'C: at rest the index knows': ({ database, objects }) =>
    first(database.sessions.values(), ({ subjectKey, specId, status }) => {
      const session = objects.get(subjectKey ?? '')?.journal.state.sessions.get(specId)
      const truth = session?.views.at(-1)?.status
      return truth === undefined || truth === status ? null : `${specId} is ${truth}, not ${status}`
    }),
}

/** What is left of a person. */
function trace(
  { database, identity, billing }: World,
  account: AccountFacts | null,
  name: string,
): string | null {
  const { email, subjectKey } = personNamed(name)
  if (account !== null) return `${name} still has an account`
  if (database.users.has(subjectKey)) return `${name} still has a row`
  if ([...identity.users.values()].some((user) => user.email === email && user.userId !== null)) {
    return `${name} still has an identity`
  }
  return [...billing.customers.values()].some((customer) => customer.email === email)
    ? `${name} still has a customer`
    : null
}

function openSession(world: World, { command, specId }: Promised): string | null {
  const session = world.object(command.subjectKey).journal.state.sessions.get(specId)
  // An evicted session has ended, and is forgotten.
  return session !== undefined && isOpen(session) ? `${specId} is still open` : null
}
