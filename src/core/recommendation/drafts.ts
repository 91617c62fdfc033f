import type { PolicyAnswer, PolicyChoice } from '../../contract/policy.ts'
import type { Source, Tone } from '../../contract/recommendation.ts'
import type { Action } from './catalogue.ts'
import { type Choice, RULES_VERSION, rankByRules } from './rules.ts'
import { wordingOf } from './tones.ts'
import { type Validated, validate } from './validate.ts'

/** What a model said, and whether it was asked for this. */
export interface Answered {
  readonly answer: PolicyAnswer
  readonly source: Exclude<Source, 'rules'>
}

/** One of the candidates, and how it could be said. */
export interface Draft {
  readonly action: Action
  readonly component: Validated['component']
  readonly wording: Readonly<Record<Tone, string>>
  readonly confidence: number
  readonly source: Source
  readonly promptVersion: string
}

/** A draft for each candidate, the best first: what the model chose, then what the rules would. */
export function draftsFor(
  candidates: readonly Action[],
  page: string | null,
  answered: Answered | null,
): readonly Draft[] {
  const byRules = rankByRules(candidates, page).map(draftByRules)
  const byModel = (answered?.answer.choices ?? []).flatMap((choice) => {
    const action = candidates.find(({ id }) => id === choice.action)
    return answered === null || action === undefined ? [] : [draftOf(choice, action, answered)]
  })
  const chosen = new Set(byModel.map(({ action }) => action))
  return [...byModel, ...byRules.filter(({ action }) => !chosen.has(action))]
}

function draftByRules({ action, confidence }: Choice): Draft {
  const [aggressive, moderate, passive] = [
    wordingOf(action, 'aggressive'),
    wordingOf(action, 'moderate'),
    wordingOf(action, 'passive'),
  ]
  return {
    action,
    component: action.component,
    wording: { aggressive, moderate, passive },
    confidence,
    source: 'rules',
    promptVersion: RULES_VERSION,
  }
}

const draftOf = (
  { ui_component: component, wording, confidence }: PolicyChoice,
  action: Action,
  { answer, source }: Answered,
): Draft => ({
  action,
  component,
  wording,
  confidence,
  source,
  promptVersion: answer.promptVersion,
})

/**
 * The draft in one tone, if it may be shown; what a model wrote was checked before it was kept, and is
 * checked again here, where it is about to reach somebody. Failing that, the rules' words.
 */
export function checked(
  draft: Draft,
  tone: Tone,
  candidates: readonly Action[],
  componentNow: (component: Draft['component']) => Draft['component'],
): (Validated & Pick<Draft, 'source'>) | null {
  const { action } = draft
  const byRules = rankByRules(candidates, null).filter((choice) => choice.action === action)
  for (const { wording, component, confidence, source, promptVersion } of [
    draft,
    ...byRules.map(draftByRules),
  ]) {
    const proposal = {
      actionId: action.id,
      component: componentNow(component),
      text: wording[tone],
      confidence,
    }
    const valid = validate(proposal, candidates, promptVersion)
    if (valid.ok) return { ...valid.value, source }
  }
  return null
}
