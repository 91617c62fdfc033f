import type { SubjectState } from '../onboarding/state.ts'
import type { PersonFacts } from './person-state.ts'

/**
 * What a subject's history says of one of its people: a session, or the account. A session knows
 * nothing but itself, whoever else opened one for the same address.
 *
 * @returns `null` if there is no such person, or not any more
 */
export function personFacts(state: SubjectState, person: string): PersonFacts | null {
  const { account } = state
  if (account === null) return null
  const { subjectKey, kind, userId, planId, createdAt, provenAt } = account
  if (userId === person) {
    return {
      person,
      role: 'member',
      kind,
      subjectKey,
      plan: planId,
      startedAt: createdAt,
      ...(provenAt === undefined ? {} : { provenAt }),
    }
  }
  const session = state.sessions.get(person)
  if (session === undefined) return null
  const { planId: plan, openedAt: startedAt } = session
  return { person, role: 'speculative', kind, subjectKey, plan, startedAt }
}

/** Whether what this person does still counts: until a proof ends the session; of an account, from then on. */
export function isPresent(state: SubjectState, { person, role }: PersonFacts): boolean {
  if (role === 'member') return state.account?.provenAt !== undefined
  const session = state.sessions.get(person)
  return session !== undefined && !session.ended && session.authEpoch === state.authEpoch
}
