import type { MemberGrant } from '../../contract/subject-rpc.ts'
import type { DecisionContext } from './decision.ts'
import type { Proven } from './entries.ts'
import { MEMBER_MAX_AGE_MS } from './limits.ts'
import type { Member, SubjectState } from './state.ts'

/** What was shown, and by which session, if it was a code; of a wallet, what it signed. */
export type Evidence = Pick<Proven, 'by' | 'mail' | 'specId' | 'nonce' | 'nonceUntil' | 'account'>

/** The proof itself: every unproven session ends, a member session begins. */
export function proven(
  state: SubjectState,
  evidence: Evidence,
  { now, newId }: DecisionContext,
): Proven {
  return {
    type: 'proven',
    at: now,
    ...evidence,
    authEpoch: state.authEpoch + 1,
    member: newId(),
    memberExpiresAt: now + MEMBER_MAX_AGE_MS,
  }
}

export const grantOf = (
  userId: string,
  { id: member, generation }: Pick<Member, 'id' | 'generation'>,
  authEpoch: number,
): MemberGrant => ({ userId, member, generation, authEpoch })
