import { type Result, fail, ok } from '../../contract/result.ts'
import type { ResumeByLink, ResumedMember } from '../../contract/subject-rpc.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { grantOf, proven } from './grant.ts'
import { IDEMPOTENCY_WINDOW_MS } from './limits.ts'
import { sessionOpened } from './open.ts'
import type { SubjectState } from './state.ts'

/**
 * The link of a mail is pressed: a proof. It opens a session of its own, without any draft, so that
 * the account is built or found whatever became of the earlier ones, and ends all that nobody proved.
 *
 * Once; within ten minutes the same again, so that a lost reply locks nobody out.
 */
export function decideResume(
  state: SubjectState,
  { mail, client, traceparent }: ResumeByLink,
  context: DecisionContext,
): Decision<Result<ResumedMember, 'expired'>> {
  const { now } = context
  const { account, proof } = state
  if (account === null) return { entries: [], reply: fail('expired') }
  if (proof?.mail === mail && proof.specId === null) {
    const member = state.members.get(proof.member)
    const repeated = member !== undefined && now < proof.at + IDEMPOTENCY_WINDOW_MS
    return {
      entries: [],
      reply: repeated
        ? ok({ ...grantOf(account.userId, member, state.authEpoch), openedAt: null })
        : fail('expired'),
    }
  }
  const challenge = state.challenges.get(mail)
  if (challenge === undefined || now >= challenge.linkUntil) {
    return { entries: [], reply: fail('expired') }
  }
  const { subjectKey, identity, planId } = account
  const session = { subjectKey, identity, client, planId, traceparent }
  const entry = proven(state, { by: 'link', mail }, context)
  return {
    entries: [{ ...sessionOpened(state, session, context, false), byLink: true }, entry],
    reply: ok({
      ...grantOf(account.userId, { id: entry.member, generation: 0 }, entry.authEpoch),
      openedAt: now,
    }),
  }
}

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
