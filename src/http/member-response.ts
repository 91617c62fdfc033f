import type { MemberGrant } from '../contract/subject-rpc.ts'
import type { MemberResponse } from '../contract/tokens.ts'
import { refreshSeal } from '../core/sealed.ts'
import type { Services } from './context.ts'

/** The tokens of a member session, made anew each time: none of them is kept. */
export async function memberResponse(
  { tokens, pepper }: Services,
  subjectKey: string,
  { userId, member, generation, authEpoch }: MemberGrant,
): Promise<MemberResponse> {
  const [token, refreshToken] = await Promise.all([
    tokens.issueMember({ userId, member, key: subjectKey, authEpoch }, Date.now()),
    refreshSeal.seal(pepper, { subjectKey, userId, member, generation }),
  ])
  return { token, refreshToken, role: 'member', userId }
}
