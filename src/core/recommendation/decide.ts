import { TONES, type Tone } from '../../contract/recommendation.ts'
import type { PersonState } from '../behaviour/person-state.ts'
import type { Assignment } from '../experiment/assignment.ts'
import { candidatesFor, isLegal } from './candidates.ts'
import { type Past, componentNow, withinCaps } from './caps.ts'
import { type Catalogue, actionById } from './catalogue.ts'
import { STANDS_FOR_MS } from './limits.ts'
import type { Recommendation } from './recommendation.ts'
import { RULES_VERSION, chooseByRules } from './rules.ts'
import { segmentOf } from './segment.ts'
import { wordingOf } from './tones.ts'
import { validate } from './validate.ts'

/** How somebody stands at the moment of a decision. */
export interface Situation {
  readonly state: PersonState
  readonly past: Past
  readonly assignment: Assignment
  /** Where the person is, a pattern of the catalogue; `null`: nobody said. */
  readonly page: string | null
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
  { state, past: { recommendations } }: Pick<Situation, 'state' | 'past'>,
  catalogue: Catalogue,
  now: number,
): Recommendation | null {
  const newest = recommendations.at(-1)
  if (newest === undefined || newest.catalogueVersion !== catalogue.version) return null
  const { clickedAt, dismissedAt, convertedAt, decidedAt } = newest
  if ((clickedAt ?? dismissedAt ?? convertedAt) !== null) return null
  const action = actionById(catalogue, newest.action)
  if (action === undefined || !isLegal(action, state)) return null
  return now < decidedAt + STANDS_FOR_MS ? newest : null
}

/** What to show next; `null`: nothing, which is an answer, too. */
export function decideNext(situation: Situation, means: DecisionMeans): Recommendation | null {
  const { state, past, assignment, page } = situation
  const { catalogue, now } = means
  if (assignment.group === 'holdout') return null
  const candidates = withinCaps(candidatesFor(catalogue, state), past, now)
  const choice = chooseByRules(candidates, page)
  if (choice === null) return null
  const { tone, propensity } = chooseTone(assignment, means.random)
  const { action, confidence } = choice
  const component = componentNow(action.component, past, now)
  const text = wordingOf(action, tone)
  const proposal = { actionId: action.id, component, text, confidence }
  const valid = validate(proposal, candidates, RULES_VERSION)
  if (!valid.ok) return null
  return {
    id: means.newId(),
    decidedAt: now,
    ...assignment,
    action: action.id,
    component: valid.value.component,
    text: valid.value.text,
    confidence,
    source: 'rules',
    tone,
    tonePropensity: propensity,
    actionPropensity: 1,
    candidates: candidates.map(({ id }) => id),
    segment: segmentOf(state),
    promptVersion: RULES_VERSION,
    catalogueVersion: catalogue.version,
    validationHash: valid.value.hash,
    exposedAt: null,
    clickedAt: null,
    dismissedAt: null,
    convertedAt: null,
  }
}

/** What the baseline always says it in. */
const BASELINE_TONE: Tone = 'moderate'

function chooseTone(
  { group }: Assignment,
  random: () => number,
): { readonly tone: Tone; readonly propensity: number } {
  const tone = TONES[Math.floor(random() * TONES.length)]
  if (group === 'baseline' || tone === undefined) return { tone: BASELINE_TONE, propensity: 1 }
  return { tone, propensity: 1 / TONES.length }
}
