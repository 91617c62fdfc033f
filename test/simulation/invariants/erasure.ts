import { archiveKey } from '../../../src/adapters/archive.ts'
import type { ErasureOrdered } from '../../../src/core/onboarding/entries.ts'
import type { Invariants } from '../invariants.ts'
import type { SimulatedObject } from '../object.ts'
import type { World } from '../world.ts'
import { first } from './find.ts'

/** About people who were erased because somebody ordered it. */
export const ERASURE: Invariants = {
  'B7: whose erasure is ordered is forgotten by their object in that moment': (_, { written }) =>
    first(written, ({ entry, after }) =>
      entry.type === 'erasure_ordered' && (after.account !== null || after.members.size > 0)
        ? 'somebody is still there'
        : null,
    ),

  'B7: whoever is said to be erased is nowhere, and does not come back': (world) =>
    first(world.objects.values(), (object) =>
      first(object.journal.completed, (order) => placeOf(world, object, order)),
    ),

  'B7: whoever has a receipt is no more in their order either': ({ database, objects }) =>
    first(objects.values(), ({ name, journal }) =>
      first(journal.ordered, (order) =>
        database.erasures.get(order.erasure)?.receipt && !journal.completed.includes(order)
          ? `${name} is in the order`
          : null,
      ),
    ),
}

/** Where something of somebody is; the address is not looked for, since it may be of somebody again. */
function placeOf(
  { database, identity, billing, bucket }: World,
  { journal, name }: SimulatedObject,
  { account: { userId }, sessions }: ErasureOrdered,
): string | null {
  const text = journal.text
  if (text.includes(userId)) return `${name} is in their object`
  if ([...database.users.values()].some((row) => row.userId === userId)) return `${name} has a row`
  if (identity.users.has(`auth0|${userId}`)) return `${name} has an identity`
  if (
    [...billing.customers.values()].some(({ metadata }) => metadata['foyer_user_id'] === userId)
  ) {
    return `${name} has a customer`
  }
  return first(sessions, (session) => {
    if (text.includes(session.specId)) return `${session.specId} is in its object`
    if (database.sessions.has(session.specId)) return `${session.specId} is in the index`
    return bucket.objects.has(archiveKey(session)) ? `${session.specId} is in the archive` : null
  })
}
