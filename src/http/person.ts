import type { Context } from 'hono'
import type { Caller } from '../contract/behaviour-rpc.ts'
import type { MemberClaims, SpeculativeClaims } from '../contract/tokens.ts'
import type { HttpEnv } from './context.ts'

/** Whose journey a request is about. */
export interface Person {
  /** The token's `sub`: a session's specId, or a member's userId. */
  readonly person: string
  /** The subject's object. */
  readonly key: string
  readonly caller: Caller
}

/** Of a route for speculative and member tokens; `authorize` sets one of the two. */
export function personOf(c: Context<HttpEnv>): Person {
  // Typed as if both were there, since each other route is for one role.
  const member = c.get('member') as HttpEnv['Variables']['member'] | undefined
  return personIn(member ?? c.get('claims'))
}

export function personIn(claims: SpeculativeClaims | MemberClaims): Person {
  const { key } = claims
  if (claims.role === 'member') {
    const { role, userId, member } = claims
    return { person: userId, key, caller: { role, userId, member } }
  }
  const { role, specId, authEpoch } = claims
  return { person: specId, key, caller: { role, specId, authEpoch } }
}
