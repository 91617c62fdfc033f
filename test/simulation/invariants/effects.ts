import type { Session, SubjectState } from '../../../src/core/onboarding/state.ts'
import type { Invariants } from '../invariants.ts'
import type { World } from '../world.ts'
import { first, repeated } from './find.ts'

/** What the outside holds: created, and not deleted by hand. */
export const EFFECTS: Invariants = {
  'A: a person has one identity at most': ({ identity }) =>
    repeated(
      [...identity.users.values()].flatMap(({ userId, email }) => (userId === null ? [] : email)),
    ),

  'A: a person has one customer at most': ({ billing }) =>
    repeated([...billing.customers.values()].map(({ email }) => email)),

  "A: a row is of its person's account": ({ database, objects }) =>
    first(database.users.values(), ({ subjectKey, userId, email }) => {
      const { account, condemned } = objects.get(subjectKey)?.journal.state ?? {}
      // Whoever is being erased has theirs until its turn comes.
      return [account, condemned?.account].some(
        (one) => one?.userId === userId && one.identity === email,
      )
        ? null
        : `the row of ${subjectKey} is of ${userId}`
    }),

  "A: nobody else's identity is linked": ({ database, identity }) =>
    first(database.users.values(), ({ auth0UserId, userId }) => {
      const user = auth0UserId === null ? undefined : identity.users.get(auth0UserId)
      return user === undefined || user.userId === userId ? null : `${userId} has ${user.id}`
    }),

  'B: the fence of a row was handed out, and is never exceeded': ({ database, objects }) =>
    first(database.users.values(), ({ subjectKey, fence }) => {
      const handedOut = objects.get(subjectKey)?.journal.state.lastFence ?? 0
      return fence <= handedOut ? null : `fence ${fence} of ${handedOut}`
    }),

  'B: the fence of a row only grows': (_, { rows }) =>
    first(rows, ({ before, after }) =>
      before === undefined || before.fence <= after.fence
        ? null
        : `fence ${after.fence} after ${before.fence}`,
    ),

  'E: a mail goes out once, a code perhaps twice where keys are not known': ({ mail }) =>
    repeated(
      mail.delivered
        .filter(({ kind }) => kind === 'invitation' || mail.repeats === 'idempotent')
        .map(({ kind, id }) => `${kind} ${id}`),
    ),

  'A: who becomes merged has a row, an identity and a customer': (world, { written }) =>
    first(written, ({ object, before, after }) => {
      const becomes = [...after.sessions.values()].some(
        (session) => isMerged(session) && !isMerged(before.sessions.get(session.specId)),
      )
      return becomes ? missing(world, object.name, after) : null
    }),
}

const isMerged = (session: Session | undefined): boolean =>
  session?.views.at(-1)?.status === 'merged'

/** What a merged person lacks. */
export function missing(
  { database, identity, billing }: World,
  name: string,
  { account }: Pick<SubjectState, 'account'>,
): string | null {
  if (account === null) return 'a merged run without an account'
  const row = database.users.get(account.subjectKey)
  if (row === undefined) return `${name} is merged without a row`
  const id = `auth0|${account.userId}`
  const isHeld = [...identity.users.values()].some(
    ({ email, userId }) => email === account.identity && userId === null,
  )
  if (!isHeld && !identity.users.has(id) && !identity.deletedByHand.has(id)) {
    return `${name} is merged without an identity`
  }
  const customer = row.stripeCustomerId ?? ''
  return billing.customers.has(customer) || billing.deletedByHand.has(customer)
    ? null
    : `${name} is merged without a customer`
}
