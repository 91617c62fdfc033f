import type { AccountKind } from '../../contract/hydration.ts'
import type { Catalogue } from '../recommendation/catalogue.ts'
import type { Journey } from './journey.ts'

const DAY_MS = 86_400_000

/** What the subject's history says of one person: a session, or the account once it is proved. */
export interface PersonFacts {
  readonly person: string
  /** Whose journey it is: a session's own until somebody proves the address, then the account's. */
  readonly role: 'speculative' | 'member'
  /** Only an address is proved by a mail. */
  readonly kind: AccountKind
  readonly subjectKey: string
  readonly plan: string
  /** Epoch milliseconds: the session's opening, or the account's. */
  readonly startedAt: number
  /** Of an account: epoch milliseconds. */
  readonly provenAt?: number
}

/** How a person stands, as the rules and the model are told. Everything in it follows from the log. */
export interface PersonState {
  readonly days_since_signup: number
  /** Sorted. */
  readonly completed_actions: readonly string[]
  /** Of the last thing that was tried; `null`: it went well. */
  readonly last_error: string | null
  readonly subscription_tier: string
  /** Whether the address, or what else they are known by, was shown to be theirs. */
  readonly proven: boolean
}

export function personState(
  facts: PersonFacts,
  journey: Journey,
  catalogue: Catalogue,
  now: number,
): PersonState {
  const proven = facts.role === 'member'
  const provedAddress = proven && facts.kind === 'email'
  const done = catalogue.actions
    .filter(
      ({ id, completedBy }) =>
        id in journey.completed || (provedAddress && completedBy.includes('proof')),
    )
    .map(({ id }) => id)
  return {
    days_since_signup: Math.max(0, Math.floor((now - facts.startedAt) / DAY_MS)),
    completed_actions: done.toSorted(),
    last_error: journey.outcome?.error ?? null,
    subscription_tier: facts.plan,
    proven,
  }
}
