import type { RunStatus, StepView } from './onboarding.ts'
import type { SessionState } from './subject-rpc.ts'

/** What a session waits for, or how it ended; `src/core/onboarding/explain.ts` has the table. */
export type Situation =
  | 'waiting_for_lease'
  | 'lease_held'
  | 'waiting_for_provider'
  | 'waiting_for_budget'
  | 'failed'
  | 'unproven'
  | 'waiting_for_archive'
  | 'waiting_for_invitation'
  | 'invited'
  | 'archived'
  | 'waiting_for_erasure'
  | 'proven'
  | 'evicted'
  | 'forgotten'
  | 'erased'
  | 'unknown'

/** Why is this person stuck? */
export interface Explanation {
  readonly situation: Situation
  /** What it waits for, until when, and what an operator can do. Nothing personal. */
  readonly sentence: string
  /** Epoch milliseconds; `null`: nothing will change by itself. */
  readonly until: number | null
}

export type EntryFact = string | number | boolean | null | readonly string[] | readonly number[]

/** An entry of the timeline as an operator may see it. */
export interface OperatorEntry {
  readonly at: number
  readonly type: string
  readonly facts: Readonly<Record<string, EntryFact>>
}

/** What a subject's object tells of one session. */
export interface SessionReport {
  /** `null`: it is not here any more. */
  readonly session: SessionState | null
  /** Of its newest run. */
  readonly steps: readonly StepView[]
  readonly explanation: Explanation
  /** What concerns this session, oldest first, the newest entries of a long life. */
  readonly timeline: readonly OperatorEntry[]
  /** Of the request that opened it. */
  readonly traceId: string | null
}

/** A session as the index has it; it may lag behind what its object says. */
export interface IndexRow {
  /** The subject's key; `null`: the person was erased. */
  readonly subject: string | null
  readonly run: number
  readonly status: RunStatus
  readonly failure: {
    readonly step: string
    readonly kind: string | null
    readonly detail: string | null
  } | null
  readonly openedAt: number
  readonly deadlineAt: number
  readonly settledAt: number | null
  readonly archivedAt: number | null
  readonly invitedAt: number | null
  readonly provenAt: number | null
  readonly erasedAt: number | null
}

/** `GET /api/admin/sessions/:specId`. Moments are epoch milliseconds. */
export interface SessionResponse extends SessionReport {
  readonly specId: string
  readonly indexed: IndexRow
}
