import { catalogue } from '../../src/catalogue.ts'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import type { ToneCounts } from '../../src/contract/behaviour-rpc.ts'
import { TONES } from '../../src/contract/recommendation.ts'
import type { BehaviourContext } from '../../src/core/behaviour/behave.ts'
import type { PersonFacts } from '../../src/core/behaviour/person-state.ts'
import { PROMPT_IN_USE } from '../../src/core/policy/prompts/index.ts'
import { wordsInUse } from '../../src/core/recommendation/words-in-use.ts'

/** More than fit into anything that remembers the last one, few enough to stay in the caches. */
export const PEOPLE = 64

const DAY_MS = 86_400_000
export const NOW = Date.UTC(2026, 10, 21)

/** The least that makes ids differ: making good ones is not what is measured. */
let ids = 0
const newId = (): string => `id-${(ids += 1)}`

/** Everybody in one group. */
export const contextOf = (group: 'policy' | 'baseline', withModel: boolean): BehaviourContext => ({
  catalogue,
  now: NOW,
  newId,
  random: Math.random,
  policy: withModel ? { model: 'bench', promptVersion: PROMPT_IN_USE.version } : null,
  coldStartEvents: 0,
  experiment: {
    id: 'bench-1',
    holdoutPercent: 0,
    baselinePercent: group === 'baseline' ? 100 : 0,
  },
})

export interface Somebody {
  readonly facts: PersonFacts
  /** What they have just done, on top of nothing. */
  readonly events: readonly BehaviourEvent[]
}

const TARGETS = ['project', 'task', 'invite'] as const

/** Visitors and members, on all pages, with something done or nothing. */
export const people: readonly Somebody[] = Array.from({ length: PEOPLE }, (_, at) => ({
  facts: {
    person: `person-${at}`,
    role: at % 2 === 0 ? 'speculative' : 'member',
    kind: 'email',
    subjectKey: `subject-${at}`.padEnd(43, 'x'),
    plan: at % 3 === 0 ? 'free' : 'pro',
    startedAt: NOW - (at % 10) * DAY_MS,
  },
  events: [
    event(at, { type: 'page_view', path: catalogue.pages[at % catalogue.pages.length] ?? '/' }),
    ...TARGETS.slice(0, at % 4).map((target, more) =>
      event(at * 10 + more + 1_000, { type: 'form_submit', target }),
    ),
  ],
}))

function event(at: number, change: Pick<BehaviourEvent, 'type'> & Partial<BehaviourEvent>) {
  return {
    eventId: `event-${at}`,
    sessionId: 'tab-1',
    at: NOW - 1_000 + (at % 1_000),
    receivedAt: NOW,
    dropped: 0,
    ...change,
  }
}

export const SEGMENTS = ['visitor', 'member'].flatMap((role) =>
  ['new', 'going', 'settled'].map((phase) => `${role}-${phase}`),
)

/** What was learned of all tones, as much as some weeks teach. */
export const tones: ToneCounts = wordsInUse(catalogue).versions.flatMap((version, of) =>
  SEGMENTS.flatMap((segment, who) =>
    TONES.map((tone, which) => ({
      tone,
      segment,
      version,
      successes: 120.5 + 31 * which + 17 * who + of,
      failures: 900.25 + 53 * who + 11 * of,
    })),
  ),
)

/** Round and round. */
export function itemAt<T>(items: readonly T[], at: number): T {
  const item = items[at % items.length]
  if (item === undefined) throw new Error('there is nobody')
  return item
}
