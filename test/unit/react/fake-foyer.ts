import { vi } from 'vitest'
import type { Foyer } from '../../../client/foyer.ts'
import { NOTHING_YET, type Snapshot } from '../../../client/snapshot.ts'
import type { RecommendationView, UiComponent } from '../../../src/contract/recommendation.ts'
import { fail } from '../../../src/contract/result.ts'

const unanswered = async () => fail({ code: 'offline' as const, message: 'Nobody answers.' })

/** Stands in for the client where a component is tested: it knows what the test tells it. */
export function fakeFoyer(known: Partial<Snapshot> = {}) {
  let snapshot: Snapshot = { ...NOTHING_YET, ...known }
  const listeners = new Set<() => void>()
  const foyer = {
    start: vi.fn<Foyer['start']>(),
    stop: vi.fn<Foyer['stop']>(),
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    signUp: vi.fn<Foyer['signUp']>(unanswered),
    saveDraft: vi.fn<Foyer['saveDraft']>(unanswered),
    requestCode: vi.fn<Foyer['requestCode']>(unanswered),
    claim: vi.fn<Foyer['claim']>(unanswered),
    resume: vi.fn<Foyer['resume']>(unanswered),
    me: vi.fn<Foyer['me']>(unanswered),
    logout: vi.fn<Foyer['logout']>(unanswered),
    token: vi.fn<Foyer['token']>(async () => null),
    track: vi.fn<Foyer['track']>(),
    seen: vi.fn<Foyer['seen']>(),
    clicked: vi.fn<Foyer['clicked']>(),
    dismiss: vi.fn<Foyer['dismiss']>(),
    snooze: vi.fn<Foyer['snooze']>(),
  } satisfies Foyer
  const tell = (news: Partial<Snapshot>) => {
    snapshot = { ...snapshot, ...news }
    for (const listener of listeners) listener()
  }
  return { foyer, tell }
}

export const recommendation = (
  ui_component: UiComponent,
  fields: Partial<RecommendationView> = {},
): RecommendationView => ({
  recommendationId: `of-${ui_component}`,
  recommendation: 'Create your first project. Everything you do here lives in a project.',
  ui_component,
  action: { id: 'create_project', title: 'Create your first project', path: '/projects/new' },
  confidence: 1,
  arm: 'moderate',
  source: 'rules',
  validation_hash: '0123456789ab',
  prompt_version: 'none',
  ...fields,
})
