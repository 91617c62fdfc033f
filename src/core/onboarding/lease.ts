import type { Chore, HydrationWork } from '../../contract/hydration.ts'
import type { StepDefinition } from '../hydration/step.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { dueChores, dueSessions, isMailDue, isOrderDue, isWorkDue } from './due.ts'
import { LEASE_MS } from './limits.ts'
import { isFinalPass } from './order-erasure.ts'
import {
  type Condemned,
  type Session,
  type SubjectState,
  currentView,
  pendingSteps,
} from './state.ts'
import { archivedSession, sessionsToArchive } from './unfinished.ts'

/**
 * Gives one consumer, for a limited time, all work of this subject that is due. Runs that wait for a
 * retry are left alone: a newcomer must not be able to use up another's attempts.
 */
export function decideLease(
  state: SubjectState,
  { now, steps }: DecisionContext,
): Decision<HydrationWork | null> {
  const { account, condemned } = state
  if (!isWorkDue(state, now)) return { entries: [], reply: null }
  if (condemned !== null && isOrderDue(state, now)) return leaseErasure(state, condemned, now)
  if (account === null) return { entries: [], reply: null }
  const sessions = dueSessions(state, now)
  const mail = isMailDue(state, now)
  const chores = dueChores(state, now)
  const fence = state.lastFence + 1
  return {
    entries: [
      {
        at: now,
        type: 'lease_granted',
        fence,
        until: now + LEASE_MS,
        runs: sessions.map((session) => session.run),
        mail,
        ...(chores.length > 0 ? { chores: [...chores] } : {}),
      },
    ],
    reply: {
      fence,
      account,
      steps: inPlannedOrder(pendingNames(sessions), steps).map((name) => ({
        name,
        call: state.calls.get(name) ?? null,
      })),
      refs: Object.fromEntries(state.refs),
      mail: mail && state.mail ? { id: state.mail.id, to: account.identity } : null,
      ...choreWork(state, account.identity, chores, now),
      order: null,
      traceparent: (sessions.at(-1) ?? [...state.sessions.values()].at(-1))?.traceparent ?? '',
    },
  }
}

/** Nothing else beside it, since what is to be built is somebody else's. */
function leaseErasure(
  { lastFence }: SubjectState,
  condemned: Condemned,
  now: number,
): Decision<HydrationWork> {
  const fence = lastFence + 1
  const { erasure, operator, reason, orderedAt, account, refs, sessions, lastRun } = condemned
  const isFinal = isFinalPass({ ...condemned, passBegunAt: now })
  return {
    entries: [
      {
        at: now,
        type: 'lease_granted',
        fence,
        until: now + LEASE_MS,
        runs: [],
        mail: false,
        chores: ['ordered_erasure'],
      },
    ],
    reply: {
      fence,
      account,
      steps: [],
      refs: Object.fromEntries(refs),
      mail: null,
      archive: [],
      invitation: null,
      erase: false,
      order: { erasure, operator, reason, orderedAt, sessions, lastRun, isFinal },
      traceparent: '',
    },
  }
}

const choreWork = (
  state: SubjectState,
  to: string,
  chores: readonly Chore[],
  now: number,
): Pick<HydrationWork, 'archive' | 'invitation' | 'erase'> => ({
  archive: chores.includes('archive')
    ? sessionsToArchive(state, now).map((session) => archivedSession(state, session))
    : [],
  invitation:
    chores.includes('invitation') && state.invitation ? { id: state.invitation.id, to } : null,
  erase: chores.includes('erasure'),
})

const pendingNames = (sessions: readonly Session[]): ReadonlySet<string> =>
  new Set(sessions.flatMap((session) => pendingSteps(currentView(session))).map(({ name }) => name))

/**
 * The order of today's plan, since later steps use what earlier ones found; a step that an older plan
 * had and today's has not goes first, as it did.
 */
function inPlannedOrder(
  names: ReadonlySet<string>,
  plan: readonly StepDefinition[],
): readonly string[] {
  const planned = plan.map(({ name }) => name)
  const forgotten = [...names].filter((name) => !planned.includes(name))
  return [...forgotten, ...planned.filter((name) => names.has(name))]
}
