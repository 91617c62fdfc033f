import { z } from 'zod'
import {
  type AccountFacts,
  AccountKind,
  Chore,
  FailureKind,
  type FrozenCall,
} from '../../contract/hydration.ts'

const moment = z.int()
const run = z.int().positive()
const fence = z.int().positive()
/** For permits of a provider's budget, by the calls of one step. */
const waitedMs = z.int().positive().exactOptional()

const Account = z.object({
  userId: z.string(),
  subjectKey: z.string(),
  kind: AccountKind,
  identity: z.string(),
  planId: z.string(),
  createdAt: moment,
}) satisfies z.ZodType<AccountFacts>

const Call = z.object({
  key: z.string(),
  body: z.record(z.string(), z.unknown()),
  mintedAt: moment,
  renewals: z.int().nonnegative(),
}) satisfies z.ZodType<FrozenCall>

const SessionOpened = z.object({
  type: z.literal('session_opened'),
  at: moment,
  specId: z.string(),
  run,
  client: z.string(),
  planId: z.string(),
  referrer: z.string().exactOptional(),
  idempotencyKey: z.string().exactOptional(),
  traceparent: z.string(),
  authEpoch: z.int(),
  /** Step names of the run, fixed at this moment so that a deploy cannot change them under it. */
  steps: z.array(z.string()),
  /** End of the session: no token is issued or accepted afterwards. */
  expiresAt: moment,
  /** By then the run is terminal, whatever happened. */
  deadlineAt: moment,
  /** Without a proof by then the account goes; entries of before have none. */
  retainUntil: moment.exactOptional(),
  /** With the first session. */
  account: Account.exactOptional(),
  /** Calls frozen now, for steps that had none. */
  calls: z.record(z.string(), Call).exactOptional(),
  /** A proof mail is wanted; absent when one is under way or was sent just before. */
  mail: z.string().exactOptional(),
  /** The session that makes room for this one. */
  evicts: z.string().exactOptional(),
  /** By the link of a mail. */
  byLink: z.literal(true).exactOptional(),
})
export type SessionOpened = z.infer<typeof SessionOpened>

const LeaseGranted = z.object({
  type: z.literal('lease_granted'),
  at: moment,
  fence,
  until: moment,
  runs: z.array(run),
  mail: z.boolean(),
  chores: z.array(Chore).exactOptional(),
})
export type LeaseGranted = z.infer<typeof LeaseGranted>

const StepDone = z.object({
  type: z.literal('step_done'),
  at: moment,
  fence,
  step: z.string(),
  ref: z.string(),
  waitedMs,
})
export type StepDone = z.infer<typeof StepDone>

const PassFailed = z.object({
  type: z.literal('pass_failed'),
  at: moment,
  fence,
  step: z.string(),
  kind: FailureKind,
  detail: z.string(),
  /** Runs that end here. */
  failed: z.array(run),
  /** When the others are due again. */
  retryAt: moment,
  waitedMs,
})
export type PassFailed = z.infer<typeof PassFailed>

const CallRenewed = z.object({
  type: z.literal('call_renewed'),
  at: moment,
  fence,
  step: z.string(),
  call: Call,
})
export type CallRenewed = z.infer<typeof CallRenewed>

const LeaseReturned = z.object({ type: z.literal('lease_returned'), at: moment, fence })

const MailSent = z.object({ type: z.literal('mail_sent'), at: moment, mail: z.string() })

const MailFailed = z.object({
  type: z.literal('mail_failed'),
  at: moment,
  mail: z.string(),
  kind: FailureKind,
  detail: z.string(),
  /** `null`: given up. */
  retryAt: moment.nullable(),
})

const RunsExpired = z.object({ type: z.literal('runs_expired'), at: moment, runs: z.array(run) })

/** An operator gives a failed run of a session another one. */
const RunReopened = z.object({
  type: z.literal('run_reopened'),
  at: moment,
  specId: z.string(),
  run,
  steps: z.array(z.string()),
  deadlineAt: moment,
})
export type RunReopened = z.infer<typeof RunReopened>

const SessionsArchived = z.object({
  type: z.literal('sessions_archived'),
  at: moment,
  specIds: z.array(z.string()),
})

const InvitationRequested = z.object({
  type: z.literal('invitation_requested'),
  at: moment,
  invitation: z.string(),
  /** The mail provider keeps no keys: a sending whose outcome is unknown is not repeated. */
  once: z.boolean(),
})
export type InvitationRequested = z.infer<typeof InvitationRequested>

const InvitationSent = z.object({
  type: z.literal('invitation_sent'),
  at: moment,
  invitation: z.string(),
})

const ChoreFailed = z.object({
  type: z.literal('chore_failed'),
  at: moment,
  chore: Chore,
  kind: FailureKind,
  detail: z.string(),
  /** `null`: given up. */
  retryAt: moment.nullable(),
})
export type ChoreFailed = z.infer<typeof ChoreFailed>

const Unsubscribed = z.object({ type: z.literal('unsubscribed'), at: moment })

/** Somebody showed that the address or the wallet is theirs: every unproven session ends. */
const Proven = z.object({
  type: z.literal('proven'),
  at: moment,
  by: z.enum(['link', 'code', 'wallet']),
  /** The mail that carried the link or the code; in entries of before, `invitation`. */
  mail: z.string().exactOptional(),
  invitation: z.string().exactOptional(),
  /** What the wallet signed, and until when it must not count again. */
  nonce: z.string().exactOptional(),
  nonceUntil: moment.exactOptional(),
  /** With the first sign-in of a wallet. */
  account: Account.exactOptional(),
  /** The session that proved it by a code: its plan and its draft are the account's. */
  specId: z.string().exactOptional(),
  authEpoch: z.int().positive(),
  /** The member session that the proof opens. */
  member: z.string(),
  memberExpiresAt: moment,
})
export type Proven = z.infer<typeof Proven>

/** Somebody signed in asked for their account, which was there or on its way. */
const OnboardAsked = z.object({ type: z.literal('onboard_asked'), at: moment })

/** A code that did not count, tried by one session. */
const CodeRefused = z.object({ type: z.literal('code_refused'), at: moment, specId: z.string() })
export type CodeRefused = z.infer<typeof CodeRefused>

/** Another mail with a code was asked for. */
const CodeRequested = z.object({ type: z.literal('code_requested'), at: moment, mail: z.string() })

const DraftSaved = z.object({
  type: z.literal('draft_saved'),
  at: moment,
  specId: z.string(),
  /** As it is from now on. */
  draft: z.record(z.string(), z.unknown()),
})
export type DraftSaved = z.infer<typeof DraftSaved>

const MemberRefreshed = z.object({
  type: z.literal('member_refreshed'),
  at: moment,
  member: z.string(),
  /** Of the refresh token that counts from now on. */
  generation: z.int().positive(),
  expiresAt: moment,
})
export type MemberRefreshed = z.infer<typeof MemberRefreshed>

const MemberEnded = z.object({
  type: z.literal('member_ended'),
  at: moment,
  member: z.string(),
  /** `reused`: a refresh token came a second time, so that one of two holders stole it. */
  reason: z.enum(['logout', 'reused']),
})

/** What stays of a subject for good: the counters that must never run backwards. */
const Remainder = {
  run: z.int().nonnegative(),
  fence: z.int().nonnegative(),
  authEpoch: z.int().nonnegative(),
  unsubscribed: z.boolean(),
  /** Of a wallet: signatures that could come again. */
  spentNonces: z.array(z.object({ nonce: z.string(), until: moment })).exactOptional(),
}

/** The account is gone everywhere, and takes the other entries with it. */
const Erased = z.object({ type: z.literal('erased'), at: moment, ...Remainder })
export type Erased = z.infer<typeof Erased>

/**
 * Somebody ordered that the person goes, proven or not. Takes the other entries with it, and is itself
 * replaced by `erased` when it is carried out: until then it says whom the other stores are to lose.
 */
const ErasureOrdered = z.object({
  type: z.literal('erasure_ordered'),
  at: moment,
  ...Remainder,
  /** Names the order; opaque. */
  erasure: z.string(),
  /** For the audit. */
  operator: z.string(),
  reason: z.string(),
  account: Account,
  /** By step name: what hydration found or created. */
  refs: z.record(z.string(), z.string()),
  sessions: z.array(z.object({ specId: z.string(), openedAt: moment })),
  /** Until then something that a consumer sent may still arrive outside. */
  quietAt: moment,
})
export type ErasureOrdered = z.infer<typeof ErasureOrdered>

/** All stores are empty of the person, and are to be emptied once more when nothing can come any more. */
const ErasurePassed = z.object({
  type: z.literal('erasure_passed'),
  at: moment,
  erasure: z.string(),
  againAt: moment,
})
export type ErasurePassed = z.infer<typeof ErasurePassed>

const ErasureCompleted = z.object({
  type: z.literal('erasure_completed'),
  at: moment,
  erasure: z.string(),
})

/**
 * The timeline of a subject: every change as it was decided, oldest first, never altered. The state
 * is its fold, so an entry carries facts, and nothing that `evolve` would have to decide again.
 * Stored as JSON: a field may be added as optional, never renamed or removed.
 */
export const Entry = z.discriminatedUnion('type', [
  SessionOpened,
  LeaseGranted,
  StepDone,
  PassFailed,
  CallRenewed,
  LeaseReturned,
  MailSent,
  MailFailed,
  RunsExpired,
  RunReopened,
  SessionsArchived,
  InvitationRequested,
  InvitationSent,
  ChoreFailed,
  Unsubscribed,
  CodeRequested,
  CodeRefused,
  DraftSaved,
  Proven,
  OnboardAsked,
  MemberRefreshed,
  MemberEnded,
  Erased,
  ErasureOrdered,
  ErasurePassed,
  ErasureCompleted,
])
export type Entry = z.infer<typeof Entry>
