import type { LetterView } from './admin.ts'
import type { PolicyQuestion } from './policy.ts'

// What operators are shown of questions to a model. Moments are epoch milliseconds; nothing is of a
// person.

/** A question that could not be answered. */
export interface QuestionLetterView {
  readonly id: string
  /** `null`: the message could not be read. */
  readonly key: string | null
  readonly question: PolicyQuestion | null
  /** Why there was no answer. */
  readonly detail: string
  readonly fingerprint: string
  readonly state: LetterView['state']
  readonly failedAt: number
  readonly settledAt: number | null
}

export interface PolicyReport {
  /** `null`: there is none, the rules decide alone. */
  readonly model: string | null
  readonly promptVersion: string | null
  readonly answers: {
    /** That count now. */
    readonly kept: number
    /** Under way, or claimed. */
    readonly asked: number
    readonly failed: number
  }
  /** People who are told when an answer comes. */
  readonly waiting: number
  /** Of the last 24 hours, to the hour; what a queue delivered twice counts twice. */
  readonly lastDay: {
    readonly hits: number
    readonly misses: number
    /** To the model. */
    readonly calls: number
    /** 0 to 1; `null`: nobody asked. */
    readonly hitRate: number | null
  }
}
