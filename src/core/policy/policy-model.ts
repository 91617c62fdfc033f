import type { StepFailure } from '../../contract/hydration.ts'
import type { PolicyQuestion, TokenUsage } from '../../contract/policy.ts'
import type { Result } from '../../contract/result.ts'
import type { AnswerFault, ReadAnswer } from './answer.ts'
import type { TokenPrices } from './cost.ts'

/** An answer, and what it took. */
export interface Asked extends ReadAnswer {
  readonly usage: TokenUsage
}

/**
 * Why there is none. `rate_limited` and `unavailable`: to be asked again later, when the provider says
 * or the budget does. `rejected`: asking the same again would lead to the same.
 */
export interface ModelFailure extends StepFailure {
  readonly kind: 'rate_limited' | 'unavailable' | 'rejected'
  /** Of `rejected`: what was wrong with the answer, or with our settings. */
  readonly fault?: AnswerFault | 'misconfigured'
  /** An answer that cannot be used costs as much as any other. Absent of `unavailable`: nobody knows. */
  readonly usage?: TokenUsage
}

/** Ranks and words what the server built. It makes one call a question; whether, and when again, others decide. */
export interface PolicyModel {
  /** As the key of a question and the operators are told it. */
  readonly name: string
  readonly promptVersion: string
  readonly prices: TokenPrices
  /** The cache key of a question to this model; `null`: it must not be cached. */
  keyOf(question: PolicyQuestion): string | null
  /** The most that asking may take, to be reserved. */
  estimate(question: PolicyQuestion): TokenUsage
  /** Never throws. */
  ask(question: PolicyQuestion): Promise<Result<Asked, ModelFailure>>
}
