import type { HydrationWork, Report, SessionFacts } from './hydration.ts'
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
  /** The same request was answered before; this is its session again. */
  readonly replayed: boolean
}

export type OpenRefusal =
  | { readonly code: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly code: 'idempotency_key_reused' }

/** Which session a verified token speaks for. */
export interface SessionClaim {
  readonly specId: string
  readonly authEpoch: number
}

/** `unknown`: never was, or somebody else's. `ended`: was, and no token opens it any more. */
export type AccessRefusal = 'unknown' | 'ended'

export interface SettledSession extends SessionFacts {
  readonly status: RunStatus
}

export interface ReportReply {
  /** False: the fence is old, somebody else holds the lease; stop working. */
  readonly accepted: boolean
  readonly settled: readonly SettledSession[]
  /** Size of the object's database, for the figure "storage in use". */
  readonly storageBytes: number
}

/** The methods of a subject's object that others may call. */
export interface SubjectRpc {
  open(command: OpenSession): Promise<Result<OpenedSession, OpenRefusal>>
  view(claim: SessionClaim): Promise<Result<SessionView, AccessRefusal>>
  /** `null`: nothing is due, or another consumer holds the lease. */
  lease(): Promise<HydrationWork | null>
  report(fence: number, reports: readonly Report[]): Promise<ReportReply>
  /** Look at yourself: do what time has made due. Harmless at any moment. */
  wake(): Promise<readonly SettledSession[]>
  /** A WebSocket upgrade whose token was verified by the Worker. */
  fetch(request: Request): Promise<Response>
}
