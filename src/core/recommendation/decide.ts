import type { ToneCounts } from '../../contract/behaviour-rpc.ts'
import type { PersonState } from '../behaviour/person-state.ts'
import type { Assignment } from '../experiment/assignment.ts'
import { candidatesFor, isLegal } from './candidates.ts'
import { type Past, componentNow, isSnoozed, withinCaps } from './caps.ts'
import { type Catalogue, actionById } from './catalogue.ts'
import { type Answered, checked, draftsFor } from './drafts.ts'
import { drawDraft, drawTone, versionOf } from './draw.ts'
import { STANDS_FOR_MS } from './limits.ts'
import type { Recommendation } from './recommendation.ts'
import { segmentOf } from './segment.ts'

/** How somebody stands at the moment of a decision. */
export interface Situation {
  readonly state: PersonState
  readonly past: Past
  readonly assignment: Assignment
  /** Where the person is, a pattern of the catalogue; `null`: nobody said. */
  readonly page: string | null
  /** Nothing is drawn by lot: of the baseline, and of everybody's first events. */
  readonly isCertain: boolean
}

/** What others found out for this decision. */
export interface Knowledge {
  /** What a model says of people who stand like this; `null`: nobody asked it, or it did not say. */
  readonly answered: Answered | null
  readonly tones: ToneCounts
}

export interface DecisionMeans {
  readonly catalogue: Catalogue
  /** Epoch milliseconds. */
  readonly now: number
  readonly newId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** What stands: the newest one, unless it was answered, has grown old, or is no good advice any more. */
export function standing(
  { state, past: { recommendations, dismissed } }: Pick<Situation, 'state' | 'past'>,
  catalogue: Catalogue,
  now: number,
): Recommendation | null {
  const newest = recommendations.at(-1)
  if (newest === undefined || newest.catalogueVersion !== catalogue.version) return null
  const { clickedAt, dismissedAt, convertedAt, decidedAt } = newest
  if ((clickedAt ?? dismissedAt ?? convertedAt) !== null) return null
  if (isSnoozed(newest.action, dismissed, now)) return null
  const action = actionById(catalogue, newest.action)
  if (action === undefined || !isLegal(action, state)) return null
  return now < decidedAt + STANDS_FOR_MS ? newest : null
}

/** What to show next; `null`: nothing, which is an answer, too. */
export function decideNext(
  situation: Situation,
  knowledge: Knowledge,
  means: DecisionMeans,
): Recommendation | null {
  const { state, past, assignment } = situation
  const { catalogue, now } = means
  if (assignment.group === 'holdout') return null
  const candidates = withinCaps(candidatesFor(catalogue, state), past, now)
  const drafts = draftsFor(candidates, situation.page, knowledge.answered)
  const draft = drawDraft(drafts, situation, means.random)
  if (draft === null) return null
  const segment = segmentOf(state)
  const version = versionOf(draft.value.promptVersion, catalogue.version)
  const tone = drawTone(knowledge.tones, { segment, version }, situation, means.random)
  const shown = checked(draft.value, tone.value, candidates, (component) =>
    componentNow(component, past, now),
  )
  if (shown === null) return null
  const { action, hash: validationHash, ...rest } = shown
  return {
    id: means.newId(),
    decidedAt: now,
    ...assignment,
    action: action.id,
    ...rest,
    isAdvised: knowledge.answered !== null,
    tone: tone.value,
    tonePropensity: tone.propensity,
    actionPropensity: draft.propensity,
    candidates: candidates.map(({ id }) => id),
    segment,
    catalogueVersion: catalogue.version,
    validationHash,
    ...NOTHING_HAPPENED,
  }
}

const NOTHING_HAPPENED = {
  exposedAt: null,
  clickedAt: null,
  dismissedAt: null,
  convertedAt: null,
  supersededAt: null,
}
