import type { HydrationWork } from '../../contract/hydration.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { dueSessions, isMailDue, isWorkDue } from './due.ts'
import { LEASE_MS } from './limits.ts'
import { type Session, type SubjectState, currentView, pendingSteps } from './state.ts'

/**
 * Gives one consumer, for a limited time, all work of this subject that is due. Runs that wait for a
 * retry are left alone: a newcomer must not be able to use up another's attempts.
 */
export function decideLease(
  state: SubjectState,
  { now }: DecisionContext,
): Decision<HydrationWork | null> {
  const { account } = state
  if (account === null || !isWorkDue(state, now)) return { entries: [], reply: null }
  const sessions = dueSessions(state, now)
  const mail = isMailDue(state, now)
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
      },
    ],
    reply: {
      fence,
      account,
      steps: stepsOf(sessions).map((name) => ({
        name,
        call: state.calls.get(name) ?? null,
      })),
      refs: Object.fromEntries(state.refs),
      mail: mail && state.mail ? { id: state.mail.id, to: account.identity } : null,
      traceparent: sessions.at(-1)?.traceparent ?? '',
    },
  }
}

/** The steps that any of them still lacks, in the order in which the runs list them. */
function stepsOf(sessions: readonly Session[]): readonly string[] {
  const views = sessions.map(currentView)
  const pending = new Set(views.flatMap(pendingSteps).map((step) => step.name))
  const listed = new Set(views.flatMap((view) => view.steps).map((step) => step.name))
  return [...listed].filter((name) => pending.has(name))
}
