import type { AccountFacts, Chore, FrozenCall } from '../../contract/hydration.ts'
import type { RunStatus, SessionView, StepView } from '../../contract/onboarding.ts'
import type { Draft, RunFailure } from '../../contract/subject-rpc.ts'
import type { SessionOrigin } from '../../contract/messages.ts'
import { NO_TRIES, type Tries } from '../hydration/retry.ts'
import type { RunClock } from './run-clock.ts'

/**
 * States of a run.
 *
 * | from      | entry           | to          |
 * |-----------|-----------------|-------------|
 * | (none)    | session_opened  | pending     |
 * | pending   | lease_granted   | hydrating   |
 * | hydrating | last step_done  | merged      |
 * | hydrating | pass_failed     | failed, or hydrating until it is due again |
 * | pending, hydrating | runs_expired | failed |
 * | failed    | run_reopened    | pending, as the next run of its session |
 */
export interface Session {
  readonly specId: string
  readonly run: number
  readonly client: string
  readonly planId: string
  readonly referrer: string | undefined
  readonly idempotencyKey: string | undefined
  readonly traceparent: string
  readonly openedAt: number
  readonly expiresAt: number
  /** `authEpoch` when it was opened; a proof raises the subject's and so ends it. */
  readonly authEpoch: number
  /** Evicted to make room. */
  readonly ended: boolean
  readonly deadlineAt: number
  /** When the run may next be worked on. */
  readonly dueAt: number
  readonly tries: Tries
  /** The last thing that went wrong; of a failed run, what ended it. */
  readonly failure: RunFailure | null
  /** Codes that did not count. */
  readonly codeTries: number
  readonly draft: Draft
  readonly draftChanges: number
  /** Unfinished, and put to the archive. */
  readonly archivedAt: number | null
  readonly origin: SessionOrigin
  /** Of the present run. */
  readonly clock: RunClock
  /** The first lease and the first merge of any of its runs. */
  readonly hydratingAt: number | null
  readonly mergedAt: number | null
  /** Leases that ran out and were followed by another. */
  readonly reclaims: number
  /** What the session was shown, oldest first; `seq` is the position, from 1. */
  readonly views: readonly SessionView[]
}

export interface Lease {
  readonly fence: number
  readonly until: number
  /** Runs, mail and chores that are still open under it; with none left the lease is over. */
  readonly runs: readonly number[]
  readonly mail: boolean
  readonly chores: readonly Chore[]
  /** What `callsUntil` was before it. */
  readonly callsBefore: number
}

/** Work that is tried until it succeeds. */
export interface Retry {
  readonly dueAt: number
  readonly tries: Tries
}

export const NEVER_TRIED: Retry = { dueAt: 0, tries: NO_TRIES }

export interface ProofMail {
  readonly id: string
  readonly status: 'due' | 'sent' | 'failed'
  readonly requestedAt: number
  readonly dueAt: number
  readonly tries: Tries
}

/** The one "Finish setup" mail of an account. */
export interface Invitation extends Retry {
  readonly id: string
  readonly status: 'due' | 'sent' | 'given_up'
  readonly requestedAt: number
  readonly sentAt: number | null
  /** It may not go out twice, and nobody could tell whether it went out. */
  readonly once: boolean
  /** A consumer was given it and has not said what came of it. */
  readonly handedOut: boolean
}

/** A device of a person who has shown that the address is theirs. */
export interface Member {
  readonly id: string
  /** Of the refresh token that counts; each one counts once. */
  readonly generation: number
  readonly rotatedAt: number
  readonly expiresAt: number
}

/** A mail that proves the address to whoever reads it, while its code or its link counts. */
export interface Challenge {
  /** Of the mail. */
  readonly id: string
  /** Epoch milliseconds; 0: it carries none. */
  readonly codeUntil: number
  readonly linkUntil: number
  /** Codes that did not count while this one did, from whatever session. */
  readonly tries: number
}

/** Somebody showed that the address or the wallet is theirs. */
export interface Proof {
  readonly at: number
  /** The mail that was read; empty: a wallet signed. */
  readonly mail: string
  /** The session whose holder typed the code; `null`: it was the link. */
  readonly specId: string | null
  readonly member: string
}

/** A nonce that signed somebody in, and does so only once. */
export interface SpentNonce {
  readonly nonce: string
  /** Epoch milliseconds; by then it counts no more anyway. */
  readonly until: number
}

/** Whom other stores are to lose, because somebody ordered it; the object has forgotten them. */
export interface Condemned extends Retry {
  readonly erasure: string
  readonly operator: string
  readonly reason: string
  readonly orderedAt: number
  readonly account: AccountFacts
  /** By step name. */
  readonly refs: ReadonlyMap<string, string>
  readonly sessions: readonly { readonly specId: string; readonly openedAt: number }[]
  /** A pass that begins earlier may be followed by what was sent before. */
  readonly quietAt: number
  /** The newest of theirs: later runs are of somebody else. */
  readonly lastRun: number
  readonly passBegunAt: number | null
}

export interface SubjectState {
  readonly account: AccountFacts | null
  readonly authEpoch: number
  /** By specId, oldest first. */
  readonly sessions: ReadonlyMap<string, Session>
  readonly lastRun: number
  readonly lastFence: number
  readonly lease: Lease | null
  /** By step name: what hydration found or created. */
  readonly refs: ReadonlyMap<string, string>
  readonly calls: ReadonlyMap<string, FrozenCall>
  /** The newest one. */
  readonly mail: ProofMail | null
  /** When mails were wanted within the last day, epoch milliseconds. */
  readonly mailsRequestedAt: readonly number[]
  /** Who opened sessions within the limit's window. */
  readonly recentOpens: readonly { readonly client: string; readonly at: number }[]
  readonly archive: Retry
  readonly invitation: Invitation | null
  readonly unsubscribed: boolean
  /** By mail, oldest first; a proof ends them all. */
  readonly challenges: ReadonlyMap<string, Challenge>
  /** The newest one. */
  readonly proof: Proof | null
  /** Of wallets' signatures, as long as they could come again. */
  readonly spentNonces: readonly SpentNonce[]
  /** By id, oldest first. */
  readonly members: ReadonlyMap<string, Member>
  /** Without a proof by then the account goes. */
  readonly retainUntil: number
  readonly erasure: Retry
  /** Until then a removal that was begun may still arrive at a provider; 0: none was. */
  readonly removalsUntil: number
  /** Until then a call of a consumer may still make something outside; 0: none was left unanswered. */
  readonly callsUntil: number
  readonly condemned: Condemned | null
}

export const EMPTY_SUBJECT: SubjectState = {
  account: null,
  authEpoch: 0,
  sessions: new Map(),
  lastRun: 0,
  lastFence: 0,
  lease: null,
  refs: new Map(),
  calls: new Map(),
  mail: null,
  mailsRequestedAt: [],
  recentOpens: [],
  archive: NEVER_TRIED,
  invitation: null,
  unsubscribed: false,
  challenges: new Map(),
  proof: null,
  spentNonces: [],
  members: new Map(),
  retainUntil: 0,
  erasure: NEVER_TRIED,
  removalsUntil: 0,
  callsUntil: 0,
  condemned: null,
}

export const isTerminal = (status: RunStatus): boolean => status === 'merged' || status === 'failed'

/** What the session sees now. */
export function currentView(session: Session): SessionView {
  const view = session.views.at(-1)
  if (view === undefined) throw new Error('a session without a view was folded')
  return view
}

export const isOpen = (session: Session): boolean => !isTerminal(currentView(session).status)

export const pendingSteps = (view: SessionView): readonly StepView[] =>
  view.steps.filter((step) => step.status === 'pending')

/** Whether a token of this session may still be used or renewed. */
export const isLive = (state: SubjectState, session: Session, now: number): boolean =>
  !session.ended && session.authEpoch === state.authEpoch && now < session.expiresAt
