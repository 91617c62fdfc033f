import { catalogue } from '../../../src/catalogue.ts'
import type { BehaviourEvent } from '../../../src/contract/behaviour.ts'
import type { BehaviourContext } from '../../../src/core/behaviour/behave.ts'
import type { PersonFacts } from '../../../src/core/behaviour/person-state.ts'
import { type Action, actionById } from '../../../src/core/recommendation/catalogue.ts'
import type { Recommendation } from '../../../src/core/recommendation/recommendation.ts'

export const T0 = Date.UTC(2026, 10, 21)
export const SECOND_MS = 1_000
export const HOUR_MS = 3_600 * SECOND_MS
export const DAY_MS = 24 * HOUR_MS

/** One of the shipped catalogue's actions. */
export function actionOf(id: string): Action {
  const action = actionById(catalogue, id)
  if (action === undefined) throw new Error(`there is no action ${id}`)
  return action
}

/** An event that nothing else is like. */
export const event = (change: Partial<BehaviourEvent> = {}): BehaviourEvent => ({
  eventId: crypto.randomUUID(),
  sessionId: 'tab-1',
  type: 'page_view',
  at: T0,
  receivedAt: T0,
  dropped: 0,
  ...change,
})

export const submitted = (target: string, change: Partial<BehaviourEvent> = {}): BehaviourEvent =>
  event({ type: 'form_submit', target, ...change })

export const visitor = (change: Partial<PersonFacts> = {}): PersonFacts => ({
  person: 'a-session',
  role: 'speculative',
  kind: 'email',
  subjectKey: 'k'.repeat(43),
  plan: 'pro',
  startedAt: T0,
  ...change,
})

export const member = (change: Partial<PersonFacts> = {}): PersonFacts =>
  visitor({ person: 'an-account', role: 'member', ...change })

/** Everybody is in one group, and nothing is left to chance. */
export function contextAt(
  now: number,
  group: 'policy' | 'baseline' | 'holdout' = 'policy',
): BehaviourContext {
  return {
    catalogue,
    experiment: {
      id: 'test',
      holdoutPercent: group === 'holdout' ? 100 : 0,
      baselinePercent: group === 'baseline' ? 100 : 0,
    },
    now,
    newId: () => crypto.randomUUID(),
    random: () => 0.5,
    policy: null,
    coldStartEvents: 3,
  }
}

/** One that nobody has seen. */
export const recommendation = (change: Partial<Recommendation> = {}): Recommendation => ({
  id: crypto.randomUUID(),
  decidedAt: T0,
  experiment: 'test',
  group: 'policy',
  action: 'create_project',
  component: 'modal',
  text: 'Create your first project.',
  confidence: 0.6,
  source: 'rules',
  isAdvised: false,
  tone: 'moderate',
  tonePropensity: 1 / 3,
  actionPropensity: 1,
  candidates: ['create_project'],
  segment: 'member-new',
  promptVersion: 'rules/1',
  catalogueVersion: catalogue.version,
  validationHash: '0'.repeat(12),
  exposedAt: null,
  clickedAt: null,
  dismissedAt: null,
  convertedAt: null,
  supersededAt: null,
  ...change,
})
