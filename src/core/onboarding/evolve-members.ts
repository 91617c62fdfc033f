import type { MemberRefreshed, Proven } from './entries.ts'
import { MEMBERS_MAX } from './limits.ts'
import type { SubjectState } from './state.ts'

// The part of `evolve` about people who have shown that the address is theirs.

export function prove(state: SubjectState, entry: Proven): SubjectState {
  const { at, invitation, authEpoch, member: id } = entry
  const member = { id, generation: 0, rotatedAt: at, expiresAt: entry.memberExpiresAt }
  const newest = [...state.members.values()].slice(-(MEMBERS_MAX - 1))
  return {
    ...state,
    authEpoch,
    proof: { at, invitation, member: id },
    members: new Map([...newest, member].map((one) => [one.id, one])),
  }
}

export function refreshMember(
  state: SubjectState,
  { at, member: id, generation, expiresAt }: MemberRefreshed,
): SubjectState {
  const member = { id, generation, rotatedAt: at, expiresAt }
  return { ...state, members: new Map(state.members).set(id, member) }
}

export function endMember(state: SubjectState, id: string): SubjectState {
  const members = new Map(state.members)
  members.delete(id)
  return { ...state, members }
}
