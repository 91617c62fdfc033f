import { type ArchivedSession } from '../../../src/contract/hydration.ts'
import { archiveKey } from '../../../src/adapters/archive.ts'
import type { Invariants } from '../invariants.ts'
import type { World } from '../world.ts'
import { first, repeated } from './find.ts'

/** About people who did not finish: archived, asked back once, and only then erased. */
export const FAREWELL: Invariants = {
  'J: what is called archived is in the archive': (world, { written }) =>
    first(written, ({ entry, before }) =>
      entry.type === 'sessions_archived'
        ? first(entry.specIds, (specId) => unkept(world, before.sessions.get(specId), specId))
        : null,
    ),

  'J: nobody is invited who is at it, let in or unwilling, and nobody twice': (_, { written }) =>
    first(written, ({ entry, before }) => {
      if (entry.type !== 'invitation_requested') return null
      if (before.invitation !== null) return 'a second invitation'
      if (before.proof !== null) return 'an invitation after a proof'
      return before.unsubscribed ? 'an invitation after the wish for none' : null
    }),

  'J: erased is who is archived, unproven and kept long enough': (world, { written }) =>
    first(written, ({ entry, before }) => {
      if (entry.type !== 'erased') return null
      if (before.proof !== null) return 'erased after a proof'
      if (entry.at < before.retainUntil) return 'erased too early'
      return first(before.sessions.values(), (session) =>
        session.ended ? null : unkept(world, session, session.specId),
      )
    }),

  'D: who was let in stays in': ({ ledger, objects }) =>
    first(ledger.granted, ({ subjectKey, userId }) => {
      const { journal } = objects.get(subjectKey) ?? {}
      const { account, proof } = journal?.state ?? {}
      if (journal?.ordered.some((order) => order.account.userId === userId)) return null
      return account?.userId === userId && proof ? null : `${userId} was let in, and is gone`
    }),

  'D: a mail lets one device in': ({ ledger }) => {
    const devices = ledger.granted.map(({ mail, member }) => `${mail} ${member}`)
    return repeated([...new Set(devices)].map((device) => device.split(' ')[0] ?? ''))
  },
}

function unkept(
  { bucket }: World,
  session: Pick<ArchivedSession, 'openedAt'> | undefined,
  specId: string,
): string | null {
  if (session === undefined) return `${specId} is unknown`
  const key = archiveKey({ specId, openedAt: session.openedAt })
  return bucket.objects.has(key) ? null : `${specId} is not in the archive`
}
