import { type Result, fail, ok } from '../../contract/result.ts'
import type { MemberGrant, ResumeByLink } from '../../contract/subject-rpc.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { IDEMPOTENCY_WINDOW_MS, LINK_LIFETIME_MS, MEMBER_MAX_AGE_MS } from './limits.ts'
import { sessionOpened } from './open.ts'
import type { SubjectState } from './state.ts'

/**
 * The link of an invitation is pressed: a proof. It opens a session of its own, so that the account
 * is built or found whatever became of the earlier ones, and ends all that nobody proved.
 *
 * Once; within ten minutes the same again, so that a lost reply locks nobody out.
 */
export function decideResume(
  state: SubjectState,
  { invitation, client, traceparent }: ResumeByLink,
  context: DecisionContext,
): Decision<Result<MemberGrant, 'expired'>> {
  const { now, newId } = context
  const { account, proof } = state
  if (account === null) return { entries: [], reply: fail('expired') }
  if (proof?.invitation === invitation) {
    const repeated = now < proof.at + IDEMPOTENCY_WINDOW_MS && state.members.get(proof.member)
    return {
      entries: [],
      reply: repeated ? ok(grant(account.userId, repeated, state.authEpoch)) : fail('expired'),
    }
  }
  if (state.invitation?.id !== invitation) return { entries: [], reply: fail('expired') }
  if (now >= state.invitation.requestedAt + LINK_LIFETIME_MS) {
    return { entries: [], reply: fail('expired') }
  }
  const { subjectKey, identity, planId } = account
  const session = { subjectKey, identity, client, planId, traceparent }
  const authEpoch = state.authEpoch + 1
  const member = { id: newId(), generation: 0 }
  return {
    entries: [
      sessionOpened(state, session, context, false),
      {
        type: 'proven',
        at: now,
        by: 'link',
        invitation,
        authEpoch,
        member: member.id,
        memberExpiresAt: now + MEMBER_MAX_AGE_MS,
      },
    ],
    reply: ok(grant(account.userId, member, authEpoch)),
  }
}

const grant = (
  userId: string,
  { id, generation }: { readonly id: string; readonly generation: number },
  authEpoch: number,
): MemberGrant => ({ userId, member: id, generation, authEpoch })

/** No more invitations to this address. */
export const decideUnsubscribe = (
  state: SubjectState,
  { now }: DecisionContext,
): Decision<null> => ({
  // Only who was written to can ask for that; an object that knows nobody stays empty.
  entries:
    state.unsubscribed || state.invitation === null ? [] : [{ type: 'unsubscribed', at: now }],
  reply: null,
})
