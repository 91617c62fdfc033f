import type { FailureKind, HydrationWork, Report, SessionFacts } from './hydration.ts'
import type { WakeMessage } from './messages.ts'
import type { RunStatus, SessionView } from './onboarding.ts'
import type { Result } from './result.ts'

/** Everything the object needs to open a session; it is parsed and normalised already. */
export interface OpenSession {
  readonly subjectKey: string
  readonly identity: string
  /** Names the caller's address without telling it. */
  readonly client: string
  readonly planId: string
  readonly referrer?: string
  readonly idempotencyKey?: string
  readonly traceparent: string
}

export interface OpenedSession {
  readonly specId: string
  readonly authEpoch: number
  /** Epoch milliseconds. */
  readonly openedAt: number
  /** The same request was answered before; this is its session again. */
  readonly replayed: boolean
}

/** An opened session, and the wake-up that is to be sent for it once the answer is on its way. */
export interface OpenReply {
  readonly opened: Result<OpenedSession, OpenRefusal>
  readonly wake: WakeMessage | null
}

export type OpenRefusal =
  | { readonly code: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly code: 'idempotency_key_reused' }

/** Which session a verified token speaks for. */
export interface SessionClaim {
  readonly specId: string
  readonly authEpoch: number
}

/** No token opens this session any more. */
export type AccessRefusal = 'ended'

/** How a session stands, for the index. Moments are epoch milliseconds. */
export interface SessionState extends SessionFacts {
  readonly status: RunStatus
  /** By then the run is over, whatever happened. */
  readonly deadlineAt: number
  /** What ended a failed run, for operators. */
  readonly failure: RunFailure | null
  readonly archivedAt: number | null
  /** When the person was asked back. */
  readonly invitedAt: number | null
  /** When a proof ended this session, as it ends all that are open. */
  readonly provenAt: number | null
}

/** What a failed run leaves for operators; nothing personal. */
export interface RunFailure {
  readonly step: string
  readonly kind: FailureKind
  /** Provider, status and code. */
  readonly detail: string
}

/** How a subject stands. */
export interface SubjectStatus {
  readonly sessions: readonly SessionState[]
  /** When somebody must look at it if nothing is heard before; `null`: never. */
  readonly dueAt: number | null
  /** Size of the object's database, for the figure "storage in use". */
  readonly storageBytes: number
}

export interface ReportReply {
  /** False: the fence is old, somebody else holds the lease; stop working. */
  readonly accepted: boolean
  /** `null`: nothing in it that the index does not know. */
  readonly changed: SubjectStatus | null
}

/** The link of an invitation, verified by the Worker. */
export interface ResumeByLink {
  readonly invitation: string
  /** Names the caller's address without telling it. */
  readonly client: string
  readonly traceparent: string
}

/** What a member's tokens are made of. */
export interface MemberGrant {
  readonly userId: string
  /** The member session, one for each device. */
  readonly member: string
  /** Of the refresh token. */
  readonly generation: number
  readonly authEpoch: number
}

/** Which member session a verified token speaks for. */
export interface MemberClaim {
  readonly userId: string
  readonly member: string
}

export interface Profile {
  readonly userId: string
  readonly email: string
  readonly planId: string
}

/** A failed run of a session that is to have another one. */
export interface ReopenRun {
  readonly specId: string
  readonly run: number
}

/** The session was evicted or erased; or its run is not the one that failed. */
export type ReopenRefusal = 'forgotten' | 'not_failed'

/** The methods of a subject's object that others may call. */
export interface SubjectRpc {
  /** The caller sends the wake-up, since it can send many at once; if it does not, the alarm will. */
  open(command: OpenSession): Promise<OpenReply>
  view(claim: SessionClaim): Promise<Result<SessionView, AccessRefusal>>
  /** `null`: nothing is due, or another consumer holds the lease. */
  lease(): Promise<HydrationWork | null>
  report(fence: number, reports: readonly Report[]): Promise<ReportReply>
  /** Look at yourself: do what time has made due, and say how every session stands. Harmless. */
  wake(): Promise<SubjectStatus>
  resume(link: ResumeByLink): Promise<Result<MemberGrant, 'expired'>>
  unsubscribe(): Promise<void>
  /** `null`: this device is signed out. */
  profile(claim: MemberClaim): Promise<Profile | null>
  refresh(
    claim: MemberClaim & { readonly generation: number },
  ): Promise<Result<MemberGrant, 'ended'>>
  logout(claim: MemberClaim): Promise<void>
  reopen(command: ReopenRun): Promise<Result<{ readonly run: number }, ReopenRefusal>>
  /** A WebSocket upgrade whose token was verified by the Worker. */
  fetch(request: Request): Promise<Response>
}
