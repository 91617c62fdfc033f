import type { PersonState } from '../behaviour/person-state.ts'
import type { Action, Catalogue } from './catalogue.ts'

/** What may be recommended to somebody who stands like this: the only things that anybody can choose. */
export const candidatesFor = (catalogue: Catalogue, state: PersonState): readonly Action[] =>
  catalogue.actions.filter((action) => isLegal(action, state))

/** A member who has not proved an address has none: what only such a proof completes is not for them. */
export function isLegal({ id, when, completedBy }: Action, state: PersonState): boolean {
  const { days_since_signup: days, completed_actions: done } = state
  return (
    !done.includes(id) &&
    !(state.proven && completedBy.every((by) => by === 'proof')) &&
    (when.proven === undefined || when.proven === state.proven) &&
    (when.after ?? []).every((earlier) => done.includes(earlier)) &&
    (when.errors?.includes(state.last_error ?? '') ?? true) &&
    (when.plans?.includes(state.subscription_tier) ?? true) &&
    days >= (when.minDays ?? 0) &&
    days <= (when.maxDays ?? Number.POSITIVE_INFINITY)
  )
}
