import type { MailLinks } from '../../src/core/ports.ts'
import type { HydrationDeps } from '../../src/hydration/hydrate-subject.ts'
import { openGate } from './gate.ts'
import type { Invocation } from './invocation.ts'
import { IDENTITY_SETTINGS } from './plan.ts'
import type { World } from './world.ts'

export type WorkingTime = Pick<HydrationDeps, 'now' | 'stopAt'>

/** Nobody in here opens a sealed link: it is the mail's id. */
const LINKS: MailLinks = {
  of: async ({ mail }) => ({ resumeUrl: `#${mail}`, unsubscribeUrl: mail }),
}

/** `createProviders` of `src/adapters/hydration-adapters.ts`, with what the world has. */
export function createProviders(
  { stage, identity, billing, database, mail, bucket }: World,
  invocation: Invocation,
  { now, stopAt }: WorkingTime,
): Omit<HydrationDeps, keyof WorkingTime> {
  const { identityStep, billingStep, accountStep, createArchive } = stage.decisions
  const gate = openGate(stopAt, now)
  const mailer = mail.mailer(invocation)
  const steps = [
    identityStep(identity.api(invocation, gate), IDENTITY_SETTINGS),
    billingStep(billing.api(invocation, gate)),
    accountStep(database.accountWriter(invocation)),
  ]
  return {
    steps,
    mailer: {
      repeats: mailer.repeats,
      sendProof: (proof) => gate(() => mailer.sendProof(proof)),
      sendInvitation: (invitation) => gate(() => mailer.sendInvitation(invitation)),
    },
    erasures: database.erasureRecords(invocation),
    archive: createArchive(bucket.binding(invocation)),
    links: LINKS,
  }
}
