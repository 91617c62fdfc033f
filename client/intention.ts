import type { SignUp } from './foyer.ts'

/** The server's own window: later the same fields are a new intention there, too. */
const INTENTION_MS = 600_000

/** One wish to sign up, however often it has to be said. */
export interface Intention {
  readonly fields: string
  readonly key: string
  /** When it was first said, by this browser's clock. */
  readonly at: number
}

const fieldsOf = ({ email, planId, referrer }: SignUp): string =>
  JSON.stringify([email, planId, referrer])

/**
 * The one that was kept, if these are its fields and it is not too old; else a new one. A clock that
 * was set back makes it a new one, too, which costs a session and no account.
 */
export function intend(
  signUp: SignUp,
  kept: unknown,
  { now, newId }: { readonly now: number; readonly newId: () => string },
): Intention {
  const fields = fieldsOf(signUp)
  const earlier = kept as Partial<Intention> | null
  if (earlier?.fields === fields && typeof earlier.key === 'string' && isFresh(earlier.at, now)) {
    return { fields, key: earlier.key, at: earlier.at }
  }
  return { fields, key: newId(), at: now }
}

const isFresh = (at: unknown, now: number): at is number =>
  typeof at === 'number' && at <= now && now < at + INTENTION_MS
