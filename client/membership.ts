import { ok } from '../src/contract/result.ts'
import type { Access } from './access.ts'
import type { Profile } from './foyer.ts'
import type { Outcome } from './problem.ts'

/** As `GET /api/me` says it. */
type Me = Omit<Profile, 'planId'> & { readonly plan_id: string }

export async function me(access: Access): Outcome<Profile> {
  const answer = await access.call<Me>({ path: '/api/me' })
  if (!answer.ok) return answer
  const { plan_id: planId, ...rest } = answer.value
  return ok({ ...rest, planId })
}

/** Here at once, whatever the server says; a problem means that it may not have heard. */
export async function logout(access: Access): Outcome<null> {
  const held = access.current()
  access.become(null)
  return held?.kind === 'member' ? access.release(held) : ok(null)
}
