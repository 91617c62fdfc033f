import type { PolicyQuestion } from '../../../contract/policy.ts'

/** A template under one version: whatever changes in what it makes, its version changes, too. */
export interface PromptTemplate {
  /** `name/number`; it is part of every cache key and of every recommendation. */
  readonly version: string
  /** `YYYY-MM-DD`: when somebody reads it again, beside what the model has made of it. */
  readonly reviewBy: string
  /** Constant: nothing of a question gets in here. */
  readonly system: string
  /** What the data is, as JSON is made of it. */
  data(question: PolicyQuestion): Readonly<Record<string, unknown>>
}
