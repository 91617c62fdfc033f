import { z } from 'zod'
import { PolicyQuestion } from './policy.ts'

/** Under what an answer is kept. */
export const QuestionKey = z.string().regex(/^[\da-f]{32}$/)

/** Queue `policy-questions`: ask a model this. Nothing in it is of a person. */
export const QuestionMessage = z.object({
  v: z.literal(1),
  key: QuestionKey,
  question: PolicyQuestion,
  /** W3C trace context of the report that led to it; may be empty. */
  traceparent: z.string().max(64),
})
export type QuestionMessage = z.infer<typeof QuestionMessage>
