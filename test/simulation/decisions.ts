import { invitationMailKey, proofMailKey } from '../../src/adapters/mail/resend.ts'
import { gatedClient } from '../../src/adapters/gated-client.ts'
import { createArchive } from '../../src/adapters/archive.ts'
import { createAccountStep } from '../../src/adapters/steps/account.ts'
import { billingStepWith } from '../../src/adapters/steps/billing.ts'
import { identityStepWith } from '../../src/adapters/steps/identity.ts'
import { hydrateSubject } from '../../src/hydration/hydrate-subject.ts'
import { lookAfterErasure } from '../../src/core/look-after-erasure.ts'
import { decideClaim } from '../../src/core/onboarding/claim.ts'
import { isArmedFor, isWorkDue, nextWakeAt } from '../../src/core/onboarding/due.ts'
import { decideLease } from '../../src/core/onboarding/lease.ts'
import { decideOpen } from '../../src/core/onboarding/open.ts'
import { decideErase } from '../../src/core/onboarding/order-erasure.ts'
import { decideReport } from '../../src/core/onboarding/report.ts'
import { decideReopen } from '../../src/core/onboarding/reopen.ts'
import { decideResume, decideUnsubscribe } from '../../src/core/onboarding/resume.ts'
import { takeTurn } from '../../src/core/onboarding/turn.ts'
import { wakeAfter, wakeMessage } from '../../src/core/onboarding/wake.ts'

/** The production code that runs in the world. One table, so that a mutant can replace a line. */
export const PRODUCTION = {
  // In the object.
  takeTurn,
  decideOpen,
  decideLease,
  decideReport,
  decideClaim,
  decideResume,
  decideUnsubscribe,
  decideReopen,
  decideErase,
  nextWakeAt,
  isArmedFor,
  isWorkDue,
  wakeAfter,
  wakeMessage,
  // In the consumer.
  hydrateSubject,
  identityStep: identityStepWith,
  billingStep: billingStepWith,
  accountStep: createAccountStep,
  proofMailKey,
  invitationMailKey,
  createArchive,
  gatedClient,
  // In the cron.
  lookAfterErasure,
  /** Stands for the condition of the upsert in `adapters/neon/accounts.ts`, which is SQL. */
  mayOverwrite: (heldFence: number, fence: number): boolean => heldFence <= fence,
}

export type Decisions = typeof PRODUCTION
