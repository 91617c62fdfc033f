import { type Result, fail, ok } from '../../contract/result.ts'
import type { EraseRefusal, OrderErasure, OrderedErasure } from '../../contract/subject-rpc.ts'
import type { Decision, DecisionContext, EntryLog } from './decision.ts'
import type { Erased, ErasureOrdered, ErasurePassed } from './entries.ts'
import { withoutChore } from './fold.ts'
import { EMPTY_SUBJECT, NEVER_TRIED, type Condemned, type SubjectState } from './state.ts'

// A person is erased because somebody ordered it, proven or not. The object forgets them in that turn:
// what comes later meets somebody who was never here. What is left is an errand, for which it keeps who
// they were until nothing of them is left outside.

/**
 * Ordering it again while it is under way is the same order. Of a person who has signed up anew
 * meanwhile only the one before is being erased: `running`.
 */
export function decideErase(
  state: SubjectState,
  { erasure, operator, reason }: OrderErasure,
  { now }: DecisionContext,
): Decision<Result<OrderedErasure, EraseRefusal>> {
  const { account, condemned } = state
  if (condemned !== null) {
    const same = { erasure: condemned.erasure, orderedAt: condemned.orderedAt }
    return { entries: [], reply: account === null ? ok(same) : fail('running') }
  }
  if (account === null) return { entries: [], reply: fail('unknown') }
  const { provenAt: _, profile: __, ...who } = account
  const entry: ErasureOrdered = {
    type: 'erasure_ordered',
    at: now,
    erasure,
    operator,
    reason,
    account: who,
    refs: Object.fromEntries(state.refs),
    sessions: [...state.sessions.values()].map(({ specId, openedAt }) => ({ specId, openedAt })),
    quietAt: Math.max(now, state.callsUntil),
    run: state.lastRun,
    fence: state.lastFence,
    authEpoch: state.authEpoch,
    unsubscribed: state.unsubscribed,
    // A signature must not sign somebody in again because we forgot that it was spent.
    spentNonces: state.spentNonces.filter(({ until }) => now < until),
  }
  return { entries: [entry], reply: ok({ erasure, orderedAt: now }) }
}

/** Every store has said that nothing is there. What a consumer of before sent may still arrive: then again. */
export function reportOrderDone(log: EntryLog, { now }: DecisionContext): void {
  const { condemned } = log.state
  if (condemned === null) return
  const { erasure, quietAt } = condemned
  if (isFinalPass(condemned)) return log.append({ at: now, type: 'erasure_completed', erasure })
  log.append({ at: now, type: 'erasure_passed', erasure, againAt: quietAt })
}

/** Whether nothing can come after the pass that is under way. */
export const isFinalPass = ({ passBegunAt, quietAt }: Condemned): boolean =>
  passBegunAt !== null && passBegunAt >= quietAt

/** All that is left of a person in the state: who is to be erased, and the counters. */
export function condemn(entry: ErasureOrdered): SubjectState {
  const { at, erasure, operator, reason, account, refs, sessions, quietAt, run } = entry
  return {
    ...remainder(entry),
    condemned: {
      ...NEVER_TRIED,
      dueAt: at,
      erasure,
      operator,
      reason,
      orderedAt: at,
      account,
      refs: new Map(Object.entries(refs)),
      sessions,
      quietAt,
      lastRun: run,
      passBegunAt: null,
    },
  }
}

export function passErasure(state: SubjectState, { againAt }: ErasurePassed): SubjectState {
  const { condemned } = state
  return withoutChore(
    { ...state, condemned: condemned && { ...condemned, ...NEVER_TRIED, dueAt: againAt } },
    'ordered_erasure',
  )
}

export const completeErasure = (state: SubjectState): SubjectState =>
  withoutChore({ ...state, condemned: null }, 'ordered_erasure')

/** What stays of a person for good: the counters that must never run backwards. */
export const remainder = ({
  run,
  fence,
  authEpoch,
  unsubscribed,
  spentNonces = [],
}: Omit<Erased, 'type' | 'at'>): SubjectState => ({
  ...EMPTY_SUBJECT,
  lastRun: run,
  lastFence: fence,
  authEpoch,
  unsubscribed,
  spentNonces,
})
