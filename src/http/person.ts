import type { Context } from 'hono'
import type { PersonRole } from '../contract/behaviour.ts'
import type { HttpEnv } from './context.ts'

/** Whose journey a request is about. */
export interface Person {
  /** The token's `sub`: a session's specId, or a member's userId. */
  readonly person: string
  readonly role: PersonRole
  /** The subject's object. */
  readonly key: string
}

/** Of a route for speculative and member tokens; `authorize` sets one of the two. */
export function personOf(c: Context<HttpEnv>): Person {
  // Typed as if both were there, since each other route is for one role.
  const member = c.get('member') as HttpEnv['Variables']['member'] | undefined
  if (member !== undefined) return { person: member.userId, role: member.role, key: member.key }
  const { specId, role, key } = c.get('claims')
  return { person: specId, role, key }
}
