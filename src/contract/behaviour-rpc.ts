import type { BehaviourEvent, BehaviourMessage } from './behaviour.ts'
import type { PolicyAnswer, PolicyQuestion } from './policy.ts'
import type {
  ChecklistView,
  FeedbackKind,
  Group,
  RecommendationView,
  Source,
  Tone,
  UiComponent,
} from './recommendation.ts'
import type { Result } from './result.ts'
import type { MemberClaim, SessionClaim } from './subject-rpc.ts'

/** Events of one person, in any order, any of them perhaps seen before. */
export interface ObserveEvents {
  readonly person: string
  readonly events: readonly BehaviourEvent[]
  readonly tones: ToneCounts
  /** W3C trace context of the report; an earlier release tells none. */
  readonly traceparent?: string
}

/** How often a tone was clicked and not clicked; older days count less. */
export interface ToneCount {
  readonly tone: Tone
  /** For which people. */
  readonly segment: string
  /** Of the prompt and the catalogue that worded it. */
  readonly version: string
  readonly successes: number
  readonly failures: number
}

/** What was learned of the tones; empty: nothing yet, or nobody could say. */
export type ToneCounts = readonly ToneCount[]

export interface Observed {
  /** False: the object does not know this person, or not any more; their events are not to be kept. */
  readonly known: boolean
  readonly unpublished: Unpublished
}

/** What Postgres has not been told yet. */
export interface Untold {
  readonly journeys: readonly JourneyRecord[]
  readonly decisions: readonly DecisionRecord[]
}

/** All that is to be told and asked. */
export interface Unpublished extends Untold {
  /** Each is reported until the object is advised, with an answer or without. */
  readonly questions: readonly AskedQuestion[]
}

/** What to show this person next: the rules have said, or will say if nobody answers. */
export interface AskedQuestion {
  readonly person: string
  /** Under which an answer is kept: the same for everybody who stands alike. */
  readonly key: string
  readonly question: PolicyQuestion
}

/** What became of a question. */
export interface Advice {
  readonly person: string
  readonly key: string
  /** `null`: there is none yet, and perhaps never will be; it may still come later. */
  readonly answered: { readonly answer: PolicyAnswer; readonly source: 'model' | 'cache' } | null
  readonly tones: ToneCounts
  /** W3C trace context of the report that led to the question; an earlier release tells none. */
  readonly traceparent?: string
}

/** That it has been told: by id and version, since it may have changed meanwhile. */
export interface Published {
  readonly id: string
  readonly version: number
}

/** A journey as Postgres keeps it. Moments are epoch milliseconds. */
export interface JourneyRecord {
  /** The specId of a session, or the userId of an account. */
  readonly person: string
  readonly subjectKey: string
  /** Grows with every change. */
  readonly version: number
  /** The account that took it over when its session proved the address. */
  readonly attachedTo: string | null
  readonly experiment: string
  readonly group: Group
  readonly startedAt: number
  /** When the action was done that the catalogue calls activation. */
  readonly activatedAt: number | null
  readonly completedActions: readonly string[]
  readonly lastError: string | null
  readonly plan: string
}

/** A decision with what became of it, as Postgres keeps it. Moments are epoch milliseconds. */
export interface DecisionRecord {
  readonly id: string
  readonly person: string
  readonly subjectKey: string
  /** Grows with every change. */
  readonly version: number
  readonly decidedAt: number
  readonly promptedAt?: number
  readonly experiment: string
  readonly group: Group
  readonly action: string
  readonly component: UiComponent
  readonly text: string
  readonly confidence: number
  readonly source: Source
  readonly tone: Tone
  /** With which probability this tone, and this action, were chosen at that moment; above 0, at most 1. */
  readonly tonePropensity: number
  readonly actionPropensity: number
  /** The ids that were legal at that moment. */
  readonly candidates: readonly string[]
  /** For which people the tones are learned together. */
  readonly segment: string
  readonly promptVersion: string
  readonly catalogueVersion: string
  readonly validationHash: string
  readonly exposedAt: number | null
  readonly clickedAt: number | null
  readonly dismissedAt: number | null
  readonly convertedAt: number | null
  /** When a better one took its place, unanswered. */
  readonly supersededAt: number | null
}

/** Whose token was verified; the object says whether it still counts. */
export type Caller =
  | ({ readonly role: 'speculative' } & SessionClaim)
  | ({ readonly role: 'member' } & MemberClaim)

export interface Feedback {
  readonly caller: Caller
  readonly recommendationId: string
  readonly kind: FeedbackKind
}

/** An answer, and the message that is to be sent so that Postgres is told what changed. */
export interface BehaviourReply<T, E extends string> {
  readonly result: Result<T, E>
  readonly wake: BehaviourMessage | null
}

/** What a subject's object knows of behaviour. */
export interface BehaviourRpc {
  /** Folds, and decides what to show next if that is due; idempotent. */
  observe(events: ObserveEvents): Promise<Observed>
  /** Idempotent; an answer to a question of before is not taken any more. */
  advise(advice: Advice): Promise<Unpublished>
  unpublished(): Promise<Unpublished>
  published(told: readonly Published[]): Promise<void>
  /** `null`: nothing to recommend now. */
  recommendation(
    caller: Caller,
    tones: ToneCounts,
  ): Promise<BehaviourReply<RecommendationView | null, 'ended'>>
  /** `null`: in the group that is shown nothing. */
  checklist(caller: Caller): Promise<Result<ChecklistView | null, 'ended'>>
  /** `unknown`: no recommendation of this person. */
  feedback(feedback: Feedback): Promise<BehaviourReply<null, 'ended' | 'unknown'>>
}
