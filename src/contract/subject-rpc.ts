import type { BehaviourRpc } from './behaviour-rpc.ts'
import type { SessionReport } from './explanation.ts'
import type { AccountKind, FailureKind, HydrationWork, Report, SessionFacts } from './hydration.ts'
import type { SessionOrigin, WakeMessage } from './messages.ts'
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

/** When things happened to a session and its present run, for figures. Epoch milliseconds. */
export interface SessionTimes {
  /** When the present run was opened. */
  readonly runOpenedAt: number
  /** When the present run was first leased. */
  readonly leasedAt: number | null
  readonly settledAt: number | null
  /** Of the present run: how long it waited for a provider's budget, in milliseconds. */
  readonly waitedMs: number
  /** The first lease and the first merge of any of its runs. */
  readonly hydratingAt: number | null
  readonly mergedAt: number | null
  /** How often its work was taken over from a consumer that was never heard of again. */
  readonly reclaims: number
  /** Unfinished: where the person was left, as the archive says it. */
  readonly droppedAt: string | null
}

/** How a session stands, for the index. Moments are epoch milliseconds. */
export interface SessionState extends SessionFacts {
  /** Objects of before have neither. */
  readonly origin?: SessionOrigin
  readonly times?: SessionTimes
  readonly status: RunStatus
  /** By then the run is over, whatever happened. */
  readonly deadlineAt: number
  /** What ended a failed run, for operators. */
  readonly failure: RunFailure | null
  /** It had to make room: nobody can give it another run. */
  readonly evicted: boolean
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
  /** The order to erase somebody that is being carried out; objects of before do not say. */
  readonly erasing?: string | null
}

export interface ReportReply {
  /** False: the fence is old, somebody else holds the lease; stop working. */
  readonly accepted: boolean
  /** `null`: nothing in it that the index does not know. */
  readonly changed: SubjectStatus | null
}

/** The code that a session's holder read in a mail. */
export interface ClaimByCode extends SessionClaim {
  /** Eight digits. */
  readonly code: string
}

/**
 * `code_invalid` for every code that does not count: wrong, old, void. `too_many_tries`: this session
 * has none left; a link or another session still proves.
 */
export type ClaimRefusal = AccessRefusal | 'code_invalid' | 'too_many_tries'

/** Answers of a person, kept with the session until it is proved: any JSON object. */
export type Draft = Readonly<Record<string, unknown>>
/** The same as text: the types of RPC do not know `unknown`. */
export type DraftText = string

export type DraftRefusal = AccessRefusal | 'too_large' | 'too_many_changes'

/** A wallet's signature of a nonce of ours, verified by the Worker. */
export interface SignInByWallet {
  readonly subjectKey: string
  /** The address with its checksum. */
  readonly identity: string
  /** For a wallet that was never seen. */
  readonly planId: string
  readonly nonce: string
  /** Epoch milliseconds; from then on the nonce counts no more. */
  readonly nonceUntil: number
}

export type SignInRefusal =
  | { readonly code: 'nonce_spent' }
  | { readonly code: 'rate_limited'; readonly retryAfterMs: number }

/** Whose word the Worker verified: our own of a member, or an outside issuer's. */
export type SignedIn =
  | ({ readonly role: 'member' } & MemberClaim)
  | { readonly role: 'outside'; readonly identity: string }

/** Somebody signed in asks for their account. */
export interface Onboard {
  readonly subjectKey: string
  readonly who: SignedIn
  /** For somebody who was never seen. */
  readonly planId: string
  readonly traceparent: string
}

export type OnboardRefusal =
  | { readonly code: 'signed_out' }
  | { readonly code: 'rate_limited'; readonly retryAfterMs: number }

export type OnboardState = 'pending' | 'processing' | 'completed' | 'failed'

/** How an account stands, for whoever is signed in. */
export interface Standing {
  readonly state: OnboardState
  /** Epoch milliseconds. */
  readonly enqueuedAt: number
}

/** How it stands, and the wake-up that is to be sent for it. */
export interface OnboardReply {
  readonly standing: Result<Standing, OnboardRefusal>
  /** This call opened the run. */
  readonly opened: boolean
  readonly wake: WakeMessage | null
}

/** The link of a mail, verified by the Worker. */
export interface ResumeByLink {
  /** The mail that carried it. */
  readonly mail: string
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

/** What the link of an invitation gives. */
export interface ResumedMember extends MemberGrant {
  /** When the session was opened with which the person came in; `null`: the link was repeated. */
  readonly openedAt: number | null
}

/** Which member session a verified token speaks for. */
export interface MemberClaim {
  readonly userId: string
  readonly member: string
}

export interface Profile {
  readonly userId: string
  readonly kind: AccountKind
  readonly identity: string
  readonly planId: string
  /** The drafts of the sessions that proved it. */
  readonly profile: DraftText
}

/** A failed run of a session that is to have another one. */
export interface ReopenRun {
  readonly specId: string
  readonly run: number
}

/** The session was evicted or erased; or its run is not the one that failed. */
export type ReopenRefusal = 'forgotten' | 'not_failed'

/** Somebody is to go, from everywhere. */
export interface OrderErasure {
  /** What the order is to be called. */
  readonly erasure: string
  /** Both for the audit. */
  readonly operator: string
  readonly reason: string
}

export interface OrderedErasure {
  /** Of the order that was given first. */
  readonly erasure: string
  readonly orderedAt: number
}

/** Nobody is here; or who was here before is being erased still. */
export type EraseRefusal = 'unknown' | 'running'

/** The methods of a subject's object that others may call. */
export interface SubjectRpc extends BehaviourRpc {
  /** The caller sends the wake-up, since it can send many at once; if it does not, the alarm will. */
  open(command: OpenSession): Promise<OpenReply>
  view(claim: SessionClaim): Promise<Result<SessionView, AccessRefusal>>
  /** `null`: nothing is due, or another consumer holds the lease. */
  lease(): Promise<HydrationWork | null>
  report(fence: number, reports: readonly Report[]): Promise<ReportReply>
  /** Look at yourself: do what time has made due, and say how every session stands. Harmless. */
  wake(): Promise<SubjectStatus>
  claim(command: ClaimByCode): Promise<Result<MemberGrant, ClaimRefusal>>
  /** Another mail with a code, unless one went out just now; says nothing of that. */
  requestCode(claim: SessionClaim): Promise<Result<null, AccessRefusal>>
  /** Merges the fields; `null` takes one out. */
  saveDraft(claim: SessionClaim, change: DraftText): Promise<Result<DraftText, DraftRefusal>>
  resume(link: ResumeByLink): Promise<Result<ResumedMember, 'expired'>>
  signIn(command: SignInByWallet): Promise<Result<MemberGrant, SignInRefusal>>
  /** The caller sends the wake-up, as with `open`. */
  onboard(command: Onboard): Promise<OnboardReply>
  /** `null`: nobody has asked for the account. */
  standing(who: SignedIn): Promise<Result<Standing | null, 'signed_out'>>
  unsubscribe(): Promise<void>
  /** `null`: this device is signed out. */
  profile(claim: MemberClaim): Promise<Profile | null>
  refresh(
    claim: MemberClaim & { readonly generation: number },
  ): Promise<Result<MemberGrant, 'ended'>>
  logout(claim: MemberClaim): Promise<void>
  /** Why is this person stuck? For operators: without the address and without clients. */
  explain(specId: string): Promise<SessionReport>
  reopen(command: ReopenRun): Promise<Result<{ readonly run: number }, ReopenRefusal>>
  /** Forgets the person in this turn, and sees to it that everybody else does. */
  erase(order: OrderErasure): Promise<Result<OrderedErasure, EraseRefusal>>
  /** What the object knows, for the person it is about: an `ObjectExport` as JSON. */
  export(): Promise<string>
  /** A WebSocket upgrade whose token was verified by the Worker. */
  fetch(request: Request): Promise<Response>
}
