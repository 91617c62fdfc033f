import type { SignUpResponse } from '../src/contract/onboarding.ts'
import { fail, ok } from '../src/contract/result.ts'
import type { Access } from './access.ts'
import { isSamePerson, ofSession } from './credentials.ts'
import type { SignUp } from './foyer.ts'
import { type Intention, intend } from './intention.ts'
import type { Kept } from './kept.ts'
import { newId } from './new-id.ts'
import { NOBODY, OFFLINE, type Outcome } from './problem.ts'

/** Says one intention; the key that makes it one is kept before, and over a reload. */
export async function signUp(
  access: Access,
  kept: Kept,
  wish: SignUp,
): Outcome<{ readonly specId: string }> {
  const asked = access.current()
  const intention = intend(wish, kept.read('intention'), { now: Date.now(), newId })
  kept.write('intention', intention)
  const { email, planId, referrer, challenge } = wish
  const answer = await access.request<SignUpResponse>({
    path: '/api/onboarding/speculative',
    method: 'POST',
    headers: {
      'Idempotency-Key': intention.key,
      ...(challenge !== undefined && { 'Turnstile-Token': challenge }),
    },
    body: { email, plan_id: planId, ...(referrer !== undefined && { referrer }) },
  })
  if (!answer.ok) {
    if (answer.error.code === 'idempotency_key_reused') kept.write('intention', null)
    return answer
  }
  const session = ofSession(answer.value, email, Date.now())
  if (session === null) return fail(OFFLINE)
  // Meanwhile somebody signed out, or wished for something else and has it.
  const { key } = (kept.read('intention') ?? {}) as Partial<Intention>
  if (key !== intention.key && !isSamePerson(asked, access.current())) return fail(NOBODY)
  access.become(session)
  return ok({ specId: session.specId })
}
