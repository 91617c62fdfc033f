import type { Group, Tone } from './recommendation.ts'

// What operators are shown of what was learned. Moments are epoch milliseconds.

/** What is known of a tone for some people and some words, and how often it is taken. */
export interface ArmView {
  readonly tone: Tone
  /** Faded: a day four weeks ago counts half. */
  readonly successes: number
  readonly failures: number
  /** Of the Beta distribution that the two and the prior make. */
  readonly alpha: number
  readonly beta: number
  /** How likely it is drawn now, the floor included. */
  readonly selectionProbability: number
  /** How often it was drawn in the last seven days, and in which share of all draws; `null`: of none. */
  readonly drawn: number
  readonly drawnShare: number | null
}

export interface ArmsView {
  readonly segment: string
  readonly version: string
  readonly arms: readonly ArmView[]
}

interface CountsView {
  readonly successes: number
  readonly failures: number
}

/** `GET /api/admin/bandit`. */
export interface BanditResponse {
  /** Words that people may be shown now; what was learned of others is not used. */
  readonly versions: readonly string[]
  readonly segments: readonly ArmsView[]
  /** Where the counts are not what the log says; a rebuild mends it. */
  readonly drift: readonly {
    readonly segment: string
    readonly arm: string
    readonly version: string
    readonly day: string
    readonly live: CountsView
    readonly rebuilt: CountsView
  }[]
  /** Decisions whose outcome is known and not counted yet. */
  readonly waiting: number
}

/** Of one UTC day, `YYYY-MM-DD`. */
export interface ArmDay {
  readonly day: string
  readonly tone: Tone
  /** Decisions in which it was drawn. */
  readonly drawn: number
  /** Of those that were seen on this day. */
  readonly successes: number
  readonly failures: number
}

/** What was said on one UTC day under one prompt; `hashes` and `fresh` are of different texts. */
export interface HashDay {
  readonly day: string
  readonly promptVersion: string
  readonly decisions: number
  readonly hashes: number
  /** Said on no earlier day that is looked at. */
  readonly fresh: number
}

/** `GET /api/admin/bandit/history`. */
export interface BanditHistory {
  readonly since: number
  readonly arms: readonly ArmDay[]
  /** The newest day first. */
  readonly hashes: readonly HashDay[]
}

/** `POST /api/admin/bandit/rebuild`. */
export interface RebuildResponse {
  /** How many decisions had been counted as something else than they are. */
  readonly recounted: number
}

interface IntervalView {
  readonly lower: number
  readonly upper: number
}

export type Verdict =
  | 'better'
  | 'worse'
  | 'undecided'
  | 'too_early'
  | 'stopped'
  | 'sample_ratio_mismatch'

/** What may be said about the policy against those who serve to compare. */
export interface ComparisonView {
  readonly control: Group
  readonly treated: Group
  /** How often at most a comparison without a difference ever shows one. */
  readonly alpha: number
  /** `null`: too early, or nothing may be said. */
  readonly lift: {
    readonly difference: number
    readonly interval: IntervalView
    readonly ratio: number
    readonly ratioInterval: { readonly lower: number; readonly upper: number | null }
  } | null
  /** `split_changed`: the groups were drawn in more than one proportion. */
  readonly verdict: Verdict | 'split_changed'
}

export interface GroupView {
  /** All who were assigned. */
  readonly assigned: number
  /** Those of them whose time to activate is over, and how many of these activated in time. */
  readonly people: number
  readonly activated: number
}

/** The value of always choosing something where it could be chosen, from what was drawn otherwise. */
export type OffPolicyView =
  | {
      readonly ok: true
      /** Mean of clicks. */
      readonly value: number
      readonly interval: IntervalView
      /** In which it was a candidate, and was chosen. */
      readonly decisions: number
      readonly chosen: number
      readonly effectiveDecisions: number
    }
  | { readonly ok: false; readonly why: string }

/** `GET /api/admin/experiment`. */
export interface ExperimentResponse {
  readonly id: string
  readonly holdoutPercent: number
  readonly baselinePercent: number
  /** When somebody first belonged to it; `null`: nobody does. */
  readonly startedAt: number | null
  /** Until then people are taken in, and then nobody's outcome is open any more. */
  readonly enrolledUntil: number | null
  readonly overAt: number | null
  readonly activationWindowMs: number
  readonly groups: Readonly<Record<Group, GroupView>>
  /** The groups are counted for good. */
  readonly final: boolean
  readonly sampleRatio: { readonly pValue: number; readonly trippedAt: number | null }
  readonly comparisons: readonly ComparisonView[]
  readonly offPolicy: {
    /** How many drawn decisions, and since when. */
    readonly decisions: number
    readonly since: number | null
    readonly tones: Readonly<Record<string, OffPolicyView>>
    readonly actions: Readonly<Record<string, OffPolicyView>>
  }
}
