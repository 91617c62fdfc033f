import type { RunStatus } from '../../contract/onboarding.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type {
  Onboard,
  OnboardRefusal,
  OnboardState,
  SignedIn,
  Standing,
} from '../../contract/subject-rpc.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { SIGNED_IN } from './limits.ts'
import { isSignedIn } from './member.ts'
import { limitWaitMs, sessionOpened } from './open.ts'
import { type Session, type SubjectState, currentView } from './state.ts'

/** How somebody signed in is told of a run. */
export const STANDINGS: Readonly<Record<RunStatus, OnboardState>> = {
  pending: 'pending',
  hydrating: 'processing',
  merged: 'completed',
  failed: 'failed',
}

/**
 * Opens the account's run, or finds it. Asked again after a failure it opens the next one. Exact: each
 * call that is answered is in the timeline.
 */
export function decideOnboard(
  state: SubjectState,
  { subjectKey, who, planId, traceparent }: Onboard,
  context: DecisionContext,
): Decision<Result<Standing, OnboardRefusal>> {
  const { now } = context
  if (!mayAsk(state, who, now)) return { entries: [], reply: fail({ code: 'signed_out' }) }
  const retryAfterMs = limitWaitMs(state, SIGNED_IN, context)
  if (retryAfterMs > 0) {
    return { entries: [], reply: fail({ code: 'rate_limited', retryAfterMs }) }
  }
  const known = standingOf(state)
  if (known !== null && known.state !== 'failed') {
    return { entries: [{ type: 'onboard_asked', at: now }], reply: ok(known) }
  }
  const account = state.account ?? unseen(who, planId)
  const command = { ...account, subjectKey, client: SIGNED_IN, traceparent }
  const opened = sessionOpened(state, command, context, false)
  return {
    // As if a proof had ended it: no token speaks for it, and it is nobody's unfinished attempt.
    entries: [{ ...opened, authEpoch: state.authEpoch - 1 }],
    reply: ok({ state: 'pending', enqueuedAt: now }),
  }
}

/** A member has an account; whoever has none comes with an outside issuer's word. */
function unseen(who: SignedIn, planId: string) {
  if (who.role === 'member') throw new Error('a member without an account was let in')
  return { kind: 'issuer', identity: who.identity, planId } as const
}

/** How the account stands; `null`: nobody has asked for it. */
export function standing(
  state: SubjectState,
  who: SignedIn,
  now: number,
): Result<Standing | null, 'signed_out'> {
  return mayAsk(state, who, now) ? ok(standingOf(state)) : fail('signed_out')
}

/** Whoever comes with an outside issuer's word is signed in there, not here. */
const mayAsk = (state: SubjectState, who: SignedIn, now: number): boolean =>
  who.role === 'outside' || isSignedIn(state, who, now)

function standingOf(state: SubjectState): Standing | null {
  const session = newestOwn(state)
  if (session === undefined) return null
  return { state: STANDINGS[currentView(session).status], enqueuedAt: session.openedAt }
}

/** Of the sessions that a proof ended, or that needed none. Anybody may have opened the others. */
const newestOwn = (state: SubjectState): Session | undefined =>
  [...state.sessions.values()]
    .filter((session) => !session.ended && session.authEpoch < state.authEpoch)
    .toSorted((one, other) => one.run - other.run)
    .at(-1)
