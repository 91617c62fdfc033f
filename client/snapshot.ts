import type { SessionView } from '../src/contract/onboarding.ts'
import type { ChecklistView, RecommendationView } from '../src/contract/recommendation.ts'
import type { Problem } from './problem.ts'

/** Who this browser acts for. */
export type Person =
  | { readonly kind: 'nobody' }
  /** Signed up, and has not shown yet that the address is theirs. */
  | { readonly kind: 'session'; readonly specId: string; readonly email: string }
  | { readonly kind: 'member'; readonly userId: string }

/** By what tokens call them; `null`: nobody. */
export function idOf(person: Person): string | null {
  switch (person.kind) {
    case 'nobody':
      return null
    case 'session':
      return person.specId
    case 'member':
      return person.userId
  }
}

/** How news arrive at the moment, from best to worst; `none`: not yet, or there is nobody to wait for. */
export type Transport = 'none' | 'websocket' | 'stream' | 'polling'

/** All that a page can show; a new object for each change, the same one for none. */
export interface Snapshot {
  readonly person: Person
  /** Why the last session or membership came to its end without us; `null` when it did not. */
  readonly ended: 'elsewhere' | null
  /** How the account behind the session comes along; `null` until the first word of it, and for members. */
  readonly run: SessionView | null
  /**
   * Why the server has not, or not taken, the draft that was last sent to it; what may pass is tried
   * again. `null`: nothing stands in its way.
   */
  readonly draftProblem: Problem | null
  readonly transport: Transport
  /** What to show next, already without what was waved away or snoozed here. */
  readonly recommendation: RecommendationView | null
  readonly checklist: ChecklistView | null
}

/** Before anything is known, on a server, and while a page hydrates. */
export const NOTHING_YET: Snapshot = {
  person: { kind: 'nobody' },
  ended: null,
  run: null,
  draftProblem: null,
  transport: 'none',
  recommendation: null,
  checklist: null,
}
