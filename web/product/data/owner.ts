import type { Person } from '../../../client/snapshot.ts'

/** Whose a sample is; `null`: nobody's. */
export type Owner = `session:${string}` | `member:${string}` | null

export function ownerOf(person: Person): Owner {
  switch (person.kind) {
    case 'nobody':
      return null
    case 'session':
      return `session:${person.specId}`
    case 'member':
      return `member:${person.userId}`
  }
}

/** Also what somebody made before they proved their address: a session becomes its member. */
export const isTheirs = (kept: Owner, owner: Owner): boolean =>
  kept !== null &&
  owner !== null &&
  (kept === owner || (kept.startsWith('session:') && owner.startsWith('member:')))
