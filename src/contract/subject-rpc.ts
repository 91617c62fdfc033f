import type { HydrationWork, Report, SessionFacts } from './hydration.ts'
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

export interface SessionState extends SessionFacts {
  readonly status: RunStatus
}

export interface ReportReply {
  /** False: the fence is old, somebody else holds the lease; stop working. */
  readonly accepted: boolean
  /** The sessions that this report has ended. */
  readonly settled: readonly SessionState[]
  /** Size of the object's database, for the figure "storage in use". */
  readonly storageBytes: number
}

/** The methods of a subject's object that others may call. */
export interface SubjectRpc {
  /** The caller sends the wake-up, since it can send many at once; if it does not, the alarm will. */
  open(command: OpenSession): Promise<OpenReply>
  view(claim: SessionClaim): Promise<Result<SessionView, AccessRefusal>>
  /** `null`: nothing is due, or another consumer holds the lease. */
  lease(): Promise<HydrationWork | null>
  report(fence: number, reports: readonly Report[]): Promise<ReportReply>
  /** Look at yourself: do what time has made due, and say how every session stands. Harmless. */
  wake(): Promise<readonly SessionState[]>
  /** A WebSocket upgrade whose token was verified by the Worker. */
  fetch(request: Request): Promise<Response>
}
