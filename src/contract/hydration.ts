/** Why a step or a mail did not succeed. Steps report; the subject's object decides what follows. */
export type FailureKind =
  /** The provider asks us to slow down. */
  | 'rate_limited'
  /** Nobody there, or it answered that it cannot serve: nothing is known to be wrong with us. */
  | 'unavailable'
  /** The provider understood and will never accept this. */
  | 'rejected'
  /** What we want to create exists and is not ours. */
  | 'conflict'
  /** It may have happened or not; asking again with the same key tells. */
  | 'unknown_outcome'

export interface StepFailure {
  readonly kind: FailureKind
  /** For operators; never shown to a session, never personal data. */
  readonly detail: string
  /** Milliseconds the provider asked us to wait. */
  readonly retryAfterMs?: number
}

/** A call to the outside whose key and body were fixed before it was first made. */
export interface FrozenCall {
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
  /** Epoch milliseconds; providers forget keys after a day. */
  readonly mintedAt: number
}

export interface AccountFacts {
  readonly userId: string
  readonly subjectKey: string
  readonly kind: 'email'
  /** The normalised address. */
  readonly identity: string
  /** Of the first session; a claim may replace it. */
  readonly planId: string
  readonly createdAt: number
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
  readonly traceparent: string
}

export interface MailWork {
  readonly id: string
  readonly to: string
}

/** What happened, in the consumer's words. */
export type Report =
  | { readonly type: 'step_done'; readonly step: string; readonly ref: string }
  | { readonly type: 'step_failed'; readonly step: string; readonly failure: StepFailure }
  | { readonly type: 'mail_sent' }
  | { readonly type: 'mail_failed'; readonly failure: StepFailure }
  /** Out of time: hand the lease back with whatever is still open. */
  | { readonly type: 'returned' }
