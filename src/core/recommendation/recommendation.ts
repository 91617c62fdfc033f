import { z } from 'zod'
import {
  type FeedbackKind,
  Group,
  type RecommendationView,
  Source,
  Tone,
  UiComponent,
} from '../../contract/recommendation.ts'
import { type Catalogue, actionById } from './catalogue.ts'

const moment = z.number().nullable()
const propensity = z.number().positive().max(1)

/** What a person was, or is, recommended, how it was chosen, and what became of it. */
export const Recommendation = z.object({
  id: z.string(),
  decidedAt: z.number(),
  /** When the newest event came that it answers; of one that somebody asked for: none. */
  promptedAt: z.number().exactOptional(),
  experiment: z.string(),
  group: Group,
  action: z.string(),
  component: UiComponent,
  text: z.string(),
  confidence: z.number(),
  source: Source,
  /** A model's word was known, whether or not the lot fell on it: no other word is waited for. */
  isAdvised: z.boolean().default(false),
  tone: Tone,
  tonePropensity: propensity,
  actionPropensity: propensity,
  candidates: z.array(z.string()),
  segment: z.string(),
  promptVersion: z.string(),
  catalogueVersion: z.string(),
  validationHash: z.string(),
  exposedAt: moment,
  clickedAt: moment,
  dismissedAt: moment,
  convertedAt: moment,
  /** A better one took its place; records of before have none. */
  supersededAt: moment.default(null),
})
export type Recommendation = Readonly<z.infer<typeof Recommendation>>

/** Each once; who clicks or dismisses has seen it, whether or not that was told. */
export function withFeedback(
  recommendation: Recommendation,
  kind: FeedbackKind,
  now: number,
): Recommendation {
  const { exposedAt, clickedAt, dismissedAt, convertedAt } = recommendation
  const seen = { ...recommendation, exposedAt: exposedAt ?? now }
  switch (kind) {
    case 'impression':
      return exposedAt === null ? seen : recommendation
    case 'click':
      return clickedAt === null ? { ...seen, clickedAt: now } : recommendation
    case 'dismiss':
      return dismissedAt === null ? { ...seen, dismissedAt: now } : recommendation
    case 'conversion':
      return convertedAt === null ? { ...seen, convertedAt: now } : recommendation
  }
}

/** What is shown of it; `null` once the catalogue has become another. */
export function viewOf(
  recommendation: Recommendation,
  catalogue: Catalogue,
): RecommendationView | null {
  const action = actionById(catalogue, recommendation.action)
  if (action === undefined || recommendation.catalogueVersion !== catalogue.version) return null
  const { id, title, path } = action
  return {
    recommendationId: recommendation.id,
    recommendation: recommendation.text,
    ui_component: recommendation.component,
    action: { id, title, path },
    confidence: recommendation.confidence,
    arm: recommendation.tone,
    source: recommendation.source,
    validation_hash: recommendation.validationHash,
    prompt_version: recommendation.promptVersion,
  }
}
