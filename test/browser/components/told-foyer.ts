import type { Foyer } from '../../../client/foyer.ts'
import { NOTHING_YET, type Snapshot } from '../../../client/snapshot.ts'
import { fail } from '../../../src/contract/result.ts'

const unanswered = async () => fail({ code: 'offline' as const, message: 'Nobody answers.' })

/** Stands in for the client: it knows what the test tells it, and notes what the components tell it. */
export function toldFoyer(known: Partial<Snapshot>) {
  const noted: string[] = []
  const listeners = new Set<() => void>()
  let snapshot: Snapshot = { ...NOTHING_YET, ...known }
  const tell = (news: Partial<Snapshot>) => {
    snapshot = { ...snapshot, ...news }
    for (const listener of listeners) listener()
  }
  const answered = (kind: string) => (id: string) => {
    noted.push(`${kind} ${id}`)
    tell({ recommendation: null })
  }
  const foyer: Foyer = {
    start: () => undefined,
    stop: () => undefined,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    signUp: unanswered,
    saveDraft: unanswered,
    requestCode: unanswered,
    claim: unanswered,
    resume: unanswered,
    me: unanswered,
    logout: unanswered,
    token: async () => null,
    track: () => undefined,
    seen: (id) => noted.push(`seen ${id}`),
    clicked: answered('clicked'),
    dismiss: answered('dismissed'),
    snooze: answered('snoozed'),
  }
  return { foyer, tell, noted }
}
