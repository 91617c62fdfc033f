import { z } from 'zod'
import type { RunStatus, StepView } from './onboarding.ts'

/** Why a step or a mail did not succeed. Steps report; the subject's object decides what follows. */
export const FailureKind = z.enum([
  /** The provider asks us to slow down. */
  'rate_limited',
  /** Nobody there, or it answered that it cannot serve: nothing is known to be wrong with us. */
  'unavailable',
  /** The provider understood and will never accept this. */
  'rejected',
  /** What we want to create exists and is not ours. */
  'conflict',
  /** It may have happened or not; asking again with the same key tells. */
  'unknown_outcome',
])
export type FailureKind = z.infer<typeof FailureKind>

export const StepFailure = z.object({
  kind: FailureKind,
  /** For operators; never shown to a session, never personal data. */
  detail: z.string(),
  /** Milliseconds the provider asked us to wait. */
  retryAfterMs: z.number().nonnegative().exactOptional(),
  /** The frozen call will only ever be answered like this, or what it made is gone: a new key is needed. */
  callSpent: z.literal(true).exactOptional(),
})
export type StepFailure = z.infer<typeof StepFailure>

/** A call to the outside whose key and body were fixed before it was first made. */
export interface FrozenCall {
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
  /** Epoch milliseconds; providers forget keys after a day. */
  readonly mintedAt: number
  /** How often a new key was needed; then what an older one made must be looked for first. */
  readonly renewals: number
}

/** What a person is known by: an address, a wallet, or the name that an outside issuer gives them. */
export const AccountKind = z.enum(['email', 'wallet', 'issuer'])
export type AccountKind = z.infer<typeof AccountKind>

export interface AccountFacts {
  readonly userId: string
  readonly subjectKey: string
  readonly kind: AccountKind
  /** The normalised address, the wallet's with its checksum, or `iss|sub`. */
  readonly identity: string
  /** Of the first session, then of the one that proved the address. Who chose none has the default. */
  readonly planId: string
  readonly createdAt: number
  readonly provenAt?: number
  readonly profile?: Readonly<Record<string, unknown>>
}

export interface SessionFacts {
  readonly specId: string
  readonly run: number
  readonly openedAt: number
}

export interface StepWork {
  readonly name: string
  readonly call: FrozenCall | null
}

/** What a consumer may do for one subject while it holds the lease. */
export interface HydrationWork {
  /** Grows with every lease; a report under an old one is ignored. */
  readonly fence: number
  readonly account: AccountFacts
  /** In the order in which they are to be done. */
  readonly steps: readonly StepWork[]
  /** What earlier passes found or created, by step name. */
  readonly refs: Readonly<Record<string, string>>
  readonly mail: MailWork | null
  readonly archive: readonly ArchivedSession[]
  readonly invitation: MailWork | null
  /** True: nothing else is to be done, and everything outside is to go. */
  readonly erase: boolean
  /** The same, of whoever the account was of; not `null`: nothing else is in it. */
  readonly order: ErasureOrder | null
  readonly traceparent: string
}

/** An operator's order that somebody goes. Moments are epoch milliseconds. */
export interface ErasureOrder {
  readonly erasure: string
  readonly operator: string
  readonly reason: string
  readonly orderedAt: number
  readonly sessions: readonly { readonly specId: string; readonly openedAt: number }[]
  /** Their newest: later runs of the subject are of somebody who signed up since. */
  readonly lastRun: number
  /** Nothing of before can arrive any more: whoever finds all stores empty writes the receipt. */
  readonly isFinal: boolean
}

export interface MailWork {
  readonly id: string
  readonly to: string
}

/** What a lease may carry besides runs and the proof mail, each at most once at a time. */
export const Chore = z.enum([
  /** Put unfinished sessions to the archive. */
  'archive',
  /** The one "Finish setup" mail. */
  'invitation',
  /** Remove an account that nobody proved, at the providers and in Postgres. */
  'erasure',
  /** Remove a person whom an operator wants gone, from every store. */
  'ordered_erasure',
])
export type Chore = z.infer<typeof Chore>

/** An unfinished session as the archive keeps it: for drop-off analysis, nothing personal. */
export interface ArchivedSession {
  readonly v: 1
  readonly specId: string
  readonly planId: string
  /** Origin only: paths and queries of others' pages may name people. */
  readonly referrerOrigin?: string
  /** Epoch milliseconds. */
  readonly openedAt: number
  readonly expiredAt: number
  readonly status: RunStatus
  readonly steps: readonly StepView[]
  /** Where the person was left: a step of the run, the mail with the code, or the proof itself. */
  readonly droppedAt: string
}

/** How long its calls waited for permits of a provider's budget. */
const waitedMs = z.int().positive().exactOptional()

/** What happened, in the consumer's words; parsed before it can become history. */
export const Report = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step_done'),
    step: z.string().min(1),
    ref: z.string().min(1),
    waitedMs,
  }),
  z.object({
    type: z.literal('step_failed'),
    step: z.string().min(1),
    failure: StepFailure,
    waitedMs,
  }),
  z.object({ type: z.literal('mail_sent') }),
  z.object({ type: z.literal('mail_failed'), failure: StepFailure }),
  z.object({ type: z.literal('archived'), specIds: z.array(z.uuid()).min(1) }),
  z.object({ type: z.literal('invitation_sent') }),
  z.object({ type: z.literal('erased') }),
  z.object({ type: z.literal('order_done') }),
  z.object({ type: z.literal('chore_failed'), chore: Chore, failure: StepFailure }),
  /** Out of time: hand the lease back with whatever is still open. */
  z.object({ type: z.literal('returned') }),
])
export type Report = z.infer<typeof Report>
