import type { Entry } from './entries.ts'
import { SIGNED_IN } from './limits.ts'

/**
 * The timeline as the person it is about may read it. Anybody can type an address: what was said in a
 * session that nobody proved may be somebody else's, and only that it happened, when, and how it went
 * is told of it.
 */
export function exportedTimeline(timeline: readonly Entry[]): readonly object[] {
  const own = ownSessions(timeline)
  return timeline.map((entry) => {
    if (entry.type === 'session_opened' && !own.has(entry.specId)) {
      const { referrer: _, client: __, idempotencyKey: ___, ...told } = entry
      return told
    }
    if (entry.type === 'draft_saved' && !own.has(entry.specId)) {
      const { draft: _, ...told } = entry
      return told
    }
    return entry
  })
}

/** Those that proved the address by its code, and those that somebody opened who had proved it. */
const ownSessions = (timeline: readonly Entry[]): ReadonlySet<string> =>
  new Set(
    timeline.flatMap((entry) => {
      if (entry.type === 'proven') return entry.specId ?? []
      if (entry.type !== 'session_opened') return []
      return entry.byLink === true || entry.client === SIGNED_IN ? entry.specId : []
    }),
  )
