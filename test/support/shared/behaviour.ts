import type { DecisionRecord, JourneyRecord } from '../../../src/contract/behaviour-rpc.ts'
import type { OwnedEvent, SeenExperiment } from '../../../src/core/behaviour/store.ts'

export const EXPERIMENT: SeenExperiment = {
  id: 'onboarding-1',
  holdoutPercent: 0,
  baselinePercent: 10,
  seenAt: Date.UTC(2026, 0),
}

/** A subject that nothing else knows. */
export const freshKey = (): string => crypto.randomUUID().replaceAll('-', '').padEnd(43, 'x')

/** Something that a person did whom no other test knows. */
export const ownedEvent = (change: Partial<OwnedEvent> = {}): OwnedEvent => ({
  person: crypto.randomUUID(),
  subjectKey: freshKey(),
  eventId: crypto.randomUUID(),
  sessionId: 'tab-1',
  type: 'page_view',
  at: Date.UTC(2026, 0),
  receivedAt: Date.UTC(2026, 0),
  path: '/projects/:id',
  dropped: 0,
  ...change,
})

export const journeyRecord = (change: Partial<JourneyRecord> = {}): JourneyRecord => ({
  person: crypto.randomUUID(),
  subjectKey: freshKey(),
  version: 1,
  attachedTo: null,
  experiment: EXPERIMENT.id,
  group: 'policy',
  startedAt: Date.UTC(2026, 0),
  activatedAt: null,
  completedActions: [],
  lastError: null,
  plan: 'pro',
  ...change,
})

export const decisionRecord = (change: Partial<DecisionRecord> = {}): DecisionRecord => ({
  id: crypto.randomUUID(),
  person: crypto.randomUUID(),
  subjectKey: freshKey(),
  version: 1,
  decidedAt: Date.UTC(2026, 0),
  experiment: EXPERIMENT.id,
  group: 'policy',
  action: 'create_project',
  component: 'modal',
  text: 'Create your first project',
  confidence: 0.5,
  source: 'rules',
  tone: 'moderate',
  tonePropensity: 1 / 3,
  actionPropensity: 1,
  candidates: ['create_project', 'invite_teammate'],
  segment: 'all',
  promptVersion: 'rules-1',
  catalogueVersion: 'v1',
  validationHash: '0123456789ab',
  exposedAt: null,
  clickedAt: null,
  dismissedAt: null,
  convertedAt: null,
  supersededAt: null,
  ...change,
})
