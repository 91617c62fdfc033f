import { z } from 'zod'
import { UiComponent } from './recommendation.ts'

// What a model is asked and what it says: as a queue carries it, and as Postgres keeps it.

/** How long ago somebody signed up, in the steps in which advice changes. */
export const Since = z.enum(['first_day', 'first_days', 'first_week', 'first_month', 'later'])
export type Since = z.infer<typeof Since>

/** How a person stands, told in words of the catalogue alone. */
export const CoarseState = z.strictObject({
  since_signup: Since,
  /** Sorted. */
  completed_actions: z.array(z.string()),
  /** An error that the catalogue names, or `other`; `null`: the last thing went well. */
  last_error: z.string().nullable(),
  /** A plan that the catalogue names, or `other`. */
  subscription_tier: z.string(),
  proven: z.boolean(),
})
export type CoarseState = z.infer<typeof CoarseState>

export const Candidate = z.strictObject({
  id: z.string(),
  title: z.string(),
  benefit: z.string(),
  component: UiComponent.exclude(['none']),
})
export type Candidate = z.infer<typeof Candidate>

export const PolicyQuestion = z.strictObject({
  state: CoarseState,
  /** Where the person is, a pattern of the catalogue. */
  page: z.string().nullable(),
  candidates: z.array(Candidate).min(1),
  /** What a person wrote and the screen let through; such a question is never cached. */
  words: z.string().exactOptional(),
})
export type PolicyQuestion = z.infer<typeof PolicyQuestion>

/** One sentence or two for each tone. */
export const Wording = z.strictObject({
  aggressive: z.string(),
  moderate: z.string(),
  passive: z.string(),
})
export type Wording = z.infer<typeof Wording>

export const PolicyChoice = z.strictObject({
  action: z.string(),
  ui_component: UiComponent.exclude(['none']),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  wording: Wording,
})
export type PolicyChoice = z.infer<typeof PolicyChoice>

/** The more a model says the more it costs; a person is shown one thing, the others are its rivals. */
export const CHOICES_MAX = 3

/** Validated: the only form in which a model's answer is kept. The best choice comes first. */
export const PolicyAnswer = z.strictObject({
  promptVersion: z.string(),
  choices: z.array(PolicyChoice).min(1).max(CHOICES_MAX),
})
export type PolicyAnswer = z.infer<typeof PolicyAnswer>

/** Tokens of one call, as the provider counted them. */
export interface TokenUsage {
  readonly input: number
  readonly output: number
}
