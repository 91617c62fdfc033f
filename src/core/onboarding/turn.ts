import { type Decision, type DecisionContext, EntryLog } from './decision.ts'
import { type SubjectState, isOpen } from './state.ts'

/** What time alone makes true: a run past its deadline has failed. */
function expireRuns(log: EntryLog, now: number): void {
  const runs = [...log.state.sessions.values()]
    .filter((session) => isOpen(session) && session.deadlineAt <= now)
    .map((session) => session.run)
  if (runs.length > 0) log.append({ at: now, type: 'runs_expired', runs })
}

/** A decision together with the state that follows from it. */
export interface Turn<Reply> extends Decision<Reply> {
  readonly state: SubjectState
}

/**
 * One turn of the object: first what time has made true, whether or not an alarm said so, then the
 * command in that light.
 */
export function takeTurn<Reply>(
  state: SubjectState,
  context: DecisionContext,
  decide: (state: SubjectState, context: DecisionContext) => Decision<Reply>,
): Turn<Reply> {
  const log = new EntryLog(state)
  expireRuns(log, context.now)
  const { entries, reply } = decide(log.state, context)
  for (const entry of entries) log.append(entry)
  return { entries: log.entries, state: log.state, reply }
}

/** Only time passes. */
export const decideNothing = (): Decision<null> => ({ entries: [], reply: null })
