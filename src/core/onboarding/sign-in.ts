import { type Result, fail, ok } from '../../contract/result.ts'
import type { MemberGrant, SignInByWallet, SignInRefusal } from '../../contract/subject-rpc.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { grantOf, proven } from './grant.ts'
import { SIGN_INS_MAX } from './limits.ts'
import { newAccount } from './open.ts'
import type { SubjectState } from './state.ts'

/**
 * A wallet signed a nonce of ours, which is spent here: a proof. The wallet is a member from its first
 * moment, and its account is built when it asks for that.
 */
export function decideSignIn(
  state: SubjectState,
  command: SignInByWallet,
  context: DecisionContext,
): Decision<Result<MemberGrant, SignInRefusal>> {
  const { now } = context
  const { nonce, nonceUntil } = command
  const spent = state.spentNonces.filter(({ until }) => now < until)
  if (now >= nonceUntil || spent.some((one) => one.nonce === nonce)) {
    return { entries: [], reply: fail({ code: 'nonce_spent' }) }
  }
  const [oldest] = spent
  // None may be forgotten while it could come again.
  if (oldest !== undefined && spent.length >= SIGN_INS_MAX) {
    const retryAfterMs = oldest.until - now
    return { entries: [], reply: fail({ code: 'rate_limited', retryAfterMs }) }
  }
  const account = state.account ?? newAccount({ ...command, kind: 'wallet' }, context)
  const first = state.account === null ? { account } : {}
  const entry = proven(state, { by: 'wallet', nonce, nonceUntil, ...first }, context)
  return {
    entries: [entry],
    reply: ok(grantOf(account.userId, { id: entry.member, generation: 0 }, entry.authEpoch)),
  }
}
