import { type Result, fail, ok } from '../../contract/result.ts'
import type { ReopenRefusal, ReopenRun } from '../../contract/subject-rpc.ts'
import { stepsFor } from '../hydration/step.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { RUN_DEADLINE_MS } from './limits.ts'
import { type SubjectState, currentView } from './state.ts'

/**
 * Gives a failed run of a session another one: an operator has mended what ended it. Asking twice for
 * the same run opens one.
 */
export function decideReopen(
  state: SubjectState,
  { specId, run }: ReopenRun,
  { now, steps }: DecisionContext,
): Decision<Result<{ readonly run: number }, ReopenRefusal>> {
  const session = state.sessions.get(specId)
  const { account } = state
  if (account === null || session === undefined || session.ended) {
    return { entries: [], reply: fail('forgotten') }
  }
  if (session.run !== run || currentView(session).status !== 'failed') {
    return { entries: [], reply: fail('not_failed') }
  }
  const next = state.lastRun + 1
  return {
    entries: [
      {
        type: 'run_reopened',
        at: now,
        specId,
        run: next,
        steps: stepsFor(steps, account).map(({ name }) => name),
        deadlineAt: now + RUN_DEADLINE_MS,
      },
    ],
    reply: ok({ run: next }),
  }
}
