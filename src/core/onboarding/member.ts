import { type Result, fail, ok } from '../../contract/result.ts'
import type { MemberClaim, MemberGrant, Profile } from '../../contract/subject-rpc.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { grantOf } from './grant.ts'
import { MEMBER_MAX_AGE_MS, REFRESH_GRACE_MS } from './limits.ts'
import type { Member, SubjectState } from './state.ts'

/** The device a token speaks for, while it is signed in. */
function signedIn(
  state: SubjectState,
  { userId, member: id }: MemberClaim,
  now: number,
): Member | null {
  const member = state.members.get(id)
  if (state.account?.userId !== userId || member === undefined) return null
  return now < member.expiresAt ? member : null
}

export const isSignedIn = (state: SubjectState, claim: MemberClaim, now: number): boolean =>
  signedIn(state, claim, now) !== null

/** What a member sees of their account; `null`: signed out. */
export function profileOf(state: SubjectState, claim: MemberClaim, now: number): Profile | null {
  const { account } = state
  if (account === null || signedIn(state, claim, now) === null) return null
  const { userId, kind, identity, planId, profile = {} } = account
  return { userId, kind, identity, planId, profile: JSON.stringify(profile) }
}

/**
 * A refresh token counts once. One that was spent comes back either from a reply that was lost,
 * moments ago, or from a thief, and nobody can tell who of the two is: the device is signed out
 * (RFC 9700, 4.14.2).
 */
export function decideRefresh(
  state: SubjectState,
  claim: MemberClaim & { readonly generation: number },
  { now }: DecisionContext,
): Decision<Result<MemberGrant, 'ended'>> {
  const member = signedIn(state, claim, now)
  if (member === null) return { entries: [], reply: fail('ended') }
  const { userId, generation } = claim
  const grantNow = (counting: number): MemberGrant =>
    grantOf(userId, { id: member.id, generation: counting }, state.authEpoch)
  if (generation === member.generation) {
    const next = generation + 1
    const expiresAt = now + MEMBER_MAX_AGE_MS
    return {
      entries: [
        { type: 'member_refreshed', at: now, member: member.id, generation: next, expiresAt },
      ],
      reply: ok(grantNow(next)),
    }
  }
  if (generation === member.generation - 1 && now < member.rotatedAt + REFRESH_GRACE_MS) {
    return { entries: [], reply: ok(grantNow(member.generation)) }
  }
  return {
    entries: [{ type: 'member_ended', at: now, member: member.id, reason: 'reused' }],
    reply: fail('ended'),
  }
}

/** Signs one device out. */
export const decideLogout = (
  state: SubjectState,
  claim: MemberClaim,
  { now }: DecisionContext,
): Decision<null> => ({
  entries:
    signedIn(state, claim, now) === null
      ? []
      : [{ type: 'member_ended', at: now, member: claim.member, reason: 'logout' }],
  reply: null,
})
