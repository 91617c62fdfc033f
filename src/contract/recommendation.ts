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
export interface RecommendationView {
  readonly recommendationId: string
  readonly recommendation: string
  readonly ui_component: UiComponent
  /** Where it leads, within the product. */
  readonly action: { readonly id: string; readonly title: string; readonly path: string }
  /** 0 to 1. */
  readonly confidence: number
  readonly arm: Tone
  readonly source: Source
  /** First 12 hex digits of a SHA-256 over what is shown. */
  readonly validation_hash: string
  readonly prompt_version: string
}

/** The same as a frame of the socket. */
export interface RecommendationFrame extends RecommendationView {
  readonly type: 'recommendation'
}

/** What was recommended stands no longer, and nothing takes its place yet: answered, done, or outdated. */
export interface WithdrawalFrame {
  readonly type: 'recommendation_withdrawn'
  readonly recommendationId: string
}

/** `200` of `GET /api/v1/checklist`: what is done, and what can be done now, in the rules' order. */
export interface ChecklistView {
  readonly items: readonly {
    readonly id: string
    readonly title: string
    /** Where it is done, within the product. */
    readonly path: string
    readonly done: boolean
  }[]
}
