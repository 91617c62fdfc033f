import { z } from 'zod'

/** How a recommendation may be shown; whatever is not here is not shown. */
export const UiComponent = z.enum(['tooltip', 'modal', 'sidebar_hint', 'email_trigger', 'none'])
export type UiComponent = z.infer<typeof UiComponent>

/** The arms: how much a wording presses. */
export const Tone = z.enum(['aggressive', 'moderate', 'passive'])
export type Tone = z.infer<typeof Tone>
export const TONES: readonly Tone[] = Tone.options

/** Who made it: deterministic rules, a model just now, or a model's earlier answer for this state. */
export const Source = z.enum(['rules', 'model', 'cache'])
export type Source = z.infer<typeof Source>

/** Of the experiment: no recommendations at all, the rules alone, or whatever the policy learns. */
export const Group = z.enum(['holdout', 'baseline', 'policy'])
export type Group = z.infer<typeof Group>

export const FeedbackKind = z.enum(['impression', 'click', 'dismiss', 'conversion'])
export type FeedbackKind = z.infer<typeof FeedbackKind>

/** `POST /api/v1/recommendations/:id/feedback`. */
export const FeedbackRequest = z.strictObject({ kind: FeedbackKind })

/** `200` of `GET /api/v1/recommendation`. */
export const RecommendationView = z.strictObject({
  recommendationId: z.uuid(),
  recommendation: z.string(),
  ui_component: UiComponent,
  /** Where it leads, within the product. */
  action: z.strictObject({ id: z.string(), title: z.string(), path: z.string() }).readonly(),
  confidence: z.number().min(0).max(1),
  arm: Tone,
  source: Source,
  /** First 12 hex digits of a SHA-256 over what is shown. */
  validation_hash: z.string(),
  prompt_version: z.string(),
})
export type RecommendationView = Readonly<z.infer<typeof RecommendationView>>

/** The same as a frame of the socket. */
export const RecommendationFrame = RecommendationView.extend({ type: z.literal('recommendation') })
export type RecommendationFrame = Readonly<z.infer<typeof RecommendationFrame>>

/** What was recommended stands no longer, and nothing takes its place yet: answered, done, or outdated. */
export const WithdrawalFrame = z.strictObject({
  type: z.literal('recommendation_withdrawn'),
  recommendationId: z.uuid(),
})
export type WithdrawalFrame = Readonly<z.infer<typeof WithdrawalFrame>>

const ChecklistItem = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Where it is done, within the product. */
  path: z.string(),
  done: z.boolean(),
})

/** `200` of `GET /api/v1/checklist`: what is done, and what can be done now, in the rules' order. */
export const ChecklistView = z.strictObject({ items: z.array(ChecklistItem.readonly()).readonly() })
export type ChecklistView = Readonly<z.infer<typeof ChecklistView>>
