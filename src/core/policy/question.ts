import type { Candidate, CoarseState, PolicyQuestion, Since } from '../../contract/policy.ts'
import type { PersonState } from '../behaviour/person-state.ts'
import { candidatesFor } from '../recommendation/candidates.ts'
import type { Action, Catalogue } from '../recommendation/catalogue.ts'
import { hexHash } from '../short-hash.ts'
import { screenWords } from './screen.ts'

/** Half of a SHA-256: among a billion questions two meet with a chance of one in 10^20. */
const KEY_HEX_DIGITS = 32

/**
 * A prompt stays short whatever a catalogue grows to: these cost some 1,500 tokens at most, and what
 * is not among the twenty most important things is no next step.
 */
const CANDIDATES_MAX = 20

/** What is in no catalogue: it is known that it is there, and not what it says. */
const OTHER = 'other'

/**
 * From which day on. Each day by itself would make a new question of everybody every night, and
 * nobody's advice changes between the tenth day and the eleventh; what does depend on a day is legal
 * or not by the exact one, and shows in the candidates.
 */
const SINCE: readonly (readonly [fromDay: number, since: Since])[] = [
  [30, 'later'],
  [7, 'first_month'],
  [3, 'first_week'],
  [1, 'first_days'],
  [0, 'first_day'],
]

export interface Standing {
  readonly state: PersonState
  /** Where the person is, a pattern of the catalogue. */
  readonly page: string | null
  /** What the person wrote, as it came. */
  readonly words?: string
}

/**
 * What a model is asked about somebody; `null` if there is nothing to choose from. Everything in it is
 * the catalogue's, whatever the state holds: an error or a plan that the catalogue does not name is
 * `other`, since a client can call them what it likes. Words that do not pass the screen are left out.
 */
export function questionFor(
  catalogue: Catalogue,
  { state, page, words }: Standing,
): PolicyQuestion | null {
  const candidates = mostImportant(candidatesFor(catalogue, state)).map(candidateOf)
  if (candidates.length === 0) return null
  const screened = words === undefined ? null : screenWords(words)
  return {
    state: coarseState(catalogue, state),
    page: page !== null && catalogue.pages.includes(page) ? page : null,
    candidates,
    ...(screened?.ok === true ? { words: screened.value } : {}),
  }
}

export function coarseState(catalogue: Catalogue, state: PersonState): CoarseState {
  const { actions } = catalogue
  const known = new Set(actions.map(({ id }) => id))
  const errors = new Set(actions.flatMap(({ when }) => when.errors ?? []))
  const plans = new Set(actions.flatMap(({ when }) => when.plans ?? []))
  const { last_error: error, subscription_tier: plan, days_since_signup: days } = state
  return {
    since_signup: SINCE.find(([fromDay]) => days >= fromDay)?.[1] ?? 'first_day',
    completed_actions: state.completed_actions.filter((id) => known.has(id)).toSorted(),
    last_error: error === null || errors.has(error) ? error : OTHER,
    subscription_tier: plans.has(plan) ? plan : OTHER,
    proven: state.proven,
  }
}

/**
 * Under what an answer is kept: made of everything that the prompt is made of and of nothing else, so
 * that the same key is the same prompt, and nobody's answer is of another's making.
 *
 * @returns 32 hex digits; `null`: a question with somebody's words is theirs alone, and not kept
 */
export function questionKey(
  { state, page, candidates, words }: PolicyQuestion,
  promptVersion: string,
  catalogueVersion: string,
  model: string,
): string | null {
  if (words !== undefined) return null
  const preimage = [
    promptVersion,
    catalogueVersion,
    model,
    [
      state.since_signup,
      state.completed_actions,
      state.last_error,
      state.subscription_tier,
      state.proven,
    ],
    page,
    candidates.map(({ id, title, benefit, component }) => [id, title, benefit, component]),
  ]
  return hexHash(JSON.stringify(preimage), KEY_HEX_DIGITS)
}

/** In the order of the catalogue. */
function mostImportant(actions: readonly Action[]): readonly Action[] {
  const kept = new Set(actions.toSorted((a, b) => b.priority - a.priority).slice(0, CANDIDATES_MAX))
  return actions.filter((action) => kept.has(action))
}

const candidateOf = ({ id, title, benefit, component }: Action): Candidate => ({
  id,
  title,
  benefit,
  component,
})
