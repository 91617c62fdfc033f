import type { PersonState } from '../behaviour/person-state.ts'

/** Done so many, somebody knows their way around. */
const SETTLED_AFTER = 4

/**
 * For which people the tones are learned together: few enough that each is learned of within days.
 * Nothing that a client could invent makes another one.
 */
export function segmentOf({ proven, completed_actions: { length: done } }: PersonState): string {
  const phase = done === 0 ? 'new' : done < SETTLED_AFTER ? 'going' : 'settled'
  return `${proven ? 'member' : 'visitor'}-${phase}`
}
