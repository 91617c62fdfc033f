import type { AccountFacts, AccountKind, FrozenCall } from '../../contract/hydration.ts'
import { SESSIONS_MAX } from '../../contract/messages.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { OpenRefusal, OpenSession, OpenedSession } from '../../contract/subject-rpc.ts'
import { stepsFor } from '../hydration/step.ts'
import type { Decision, DecisionContext } from './decision.ts'
import type { SessionOpened } from './entries.ts'
import {
  DAY_MS,
  IDEMPOTENCY_WINDOW_MS,
  MAILS_PER_DAY_MAX,
  MAIL_COALESCE_MS,
  OPEN_WINDOW_MS,
  RUN_DEADLINE_MS,
  SESSIONS_PER_CLIENT_MAX,
} from './limits.ts'
import { type Session, type SubjectState, isLive, isOpen } from './state.ts'

/** Who a subject is when it is first heard of. */
type NewSubject = Pick<OpenSession, 'subjectKey' | 'identity' | 'planId'> & {
  /** Absent: an address. */
  readonly kind?: AccountKind
}

type SessionRequest = OpenSession & NewSubject

type OpenDecision = Decision<Result<OpenedSession, OpenRefusal>>

/**
 * Opens a session, or finds the one this very request opened before. Nothing in the answer depends
 * on whether the subject was known.
 */
export function decideOpen(
  state: SubjectState,
  command: OpenSession,
  context: DecisionContext,
): OpenDecision {
  const { now } = context
  const earlier = findReplayed(state, command, now)
  if (earlier) return replay(state, command, earlier)
  const waitMs = limitWaitMs(state, command.client, context)
  if (waitMs > 0) {
    return { entries: [], reply: fail({ code: 'rate_limited', retryAfterMs: waitMs }) }
  }
  const entry = sessionOpened(state, command, context, wantsMail(state, now))
  return {
    entries: [entry],
    reply: ok({ specId: entry.specId, authEpoch: 0, openedAt: now, replayed: false }),
  }
}

function findReplayed(state: SubjectState, command: OpenSession, now: number): Session | undefined {
  if (command.idempotencyKey === undefined) return undefined
  return [...state.sessions.values()].find(
    (session) =>
      session.idempotencyKey === command.idempotencyKey &&
      session.openedAt > now - IDEMPOTENCY_WINDOW_MS &&
      isLive(state, session, now),
  )
}

function replay(state: SubjectState, command: OpenSession, session: Session): OpenDecision {
  const same = session.planId === command.planId && session.referrer === command.referrer
  return {
    entries: [],
    reply: same
      ? ok({
          specId: session.specId,
          authEpoch: visibleEpoch(state, session),
          openedAt: session.openedAt,
          replayed: true,
        })
      : fail({ code: 'idempotency_key_reused' }),
  }
}

/**
 * The epoch a session is told counts from its own opening: the subject's own number would tell
 * whether somebody proved this address before.
 */
export const visibleEpoch = (state: SubjectState, session: Session): number =>
  state.authEpoch - session.authEpoch

/** Exact and per client, so that nobody can use up another's allowance. 0: go on. */
export function limitWaitMs(
  state: SubjectState,
  client: string,
  { now, opensPerMinute }: DecisionContext,
): number {
  if (opensPerMinute === 0) return 0
  const opens = state.recentOpens.filter(
    (open) => open.client === client && open.at > now - OPEN_WINDOW_MS,
  )
  // The one whose leaving the window makes room again.
  const blocking = opens.at(-opensPerMinute)
  return blocking === undefined ? 0 : blocking.at + OPEN_WINDOW_MS - now
}

/** @param mail whether the address is still to be proved */
export function sessionOpened(
  state: SubjectState,
  command: SessionRequest,
  context: DecisionContext,
  mail: boolean,
): SessionOpened {
  const { now, newId, steps, sessionMaxAgeMs, retentionMs } = context
  const account = state.account ?? newAccount(command, context)
  const calls = frozenCalls(state, account, context)
  const evicts = sessionToEvict(state, command.client, now)
  const { referrer, idempotencyKey } = command
  return {
    type: 'session_opened',
    at: now,
    specId: newId(),
    run: state.lastRun + 1,
    client: command.client,
    planId: command.planId,
    ...(referrer === undefined ? {} : { referrer }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    traceparent: command.traceparent,
    authEpoch: state.authEpoch,
    steps: stepsFor(steps, account).map((step) => step.name),
    expiresAt: now + sessionMaxAgeMs,
    deadlineAt: now + RUN_DEADLINE_MS,
    retainUntil: now + retentionMs,
    ...(state.account ? {} : { account }),
    ...(Object.keys(calls).length > 0 ? { calls } : {}),
    ...(mail ? { mail: newId() } : {}),
    ...(evicts ? { evicts: evicts.specId } : {}),
  }
}

export const newAccount = (
  { subjectKey, kind = 'email', identity, planId }: NewSubject,
  { now, newId }: DecisionContext,
): AccountFacts => ({ userId: newId(), subjectKey, kind, identity, planId, createdAt: now })

function frozenCalls(
  state: SubjectState,
  account: AccountFacts,
  { now, newId, steps }: DecisionContext,
): Record<string, FrozenCall> {
  return Object.fromEntries(
    stepsFor(steps, account).flatMap((step) =>
      step.freeze === undefined || state.calls.has(step.name)
        ? []
        : [[step.name, { key: newId(), body: step.freeze(account), mintedAt: now, renewals: 0 }]],
    ),
  )
}

/** Whether another proof mail may go out: not one a minute, and not too many a day. */
export function wantsMail(state: SubjectState, now: number): boolean {
  if (state.mail?.status === 'due') return false
  if (state.mail !== null && now < state.mail.requestedAt + MAIL_COALESCE_MS) return false
  return (
    state.mailsRequestedAt.filter((requested) => requested > now - DAY_MS).length <
    MAILS_PER_DAY_MAX
  )
}

/**
 * When there is no room: a session that is over, else the oldest one of the noisiest client. A client
 * meets its own bound long before the common one, so that what it sees depends on itself.
 */
function sessionToEvict(state: SubjectState, client: string, now: number): Session | undefined {
  const sessions = [...state.sessions.values()].filter((session) => !session.ended)
  const own = sessions.filter((session) => session.client === client)
  if (own.length >= SESSIONS_PER_CLIENT_MAX) return own[0]
  if (sessions.length < SESSIONS_MAX) return undefined
  const over = sessions.find((session) => !isLive(state, session, now) && !isOpen(session))
  if (over) return over
  const perClient = Map.groupBy(sessions, (session) => session.client)
  const noisiest = [...perClient.values()].reduce((most, other) =>
    other.length > most.length ? other : most,
  )
  return noisiest[0]
}
