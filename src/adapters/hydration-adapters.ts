import type { HydrationStep } from '../core/hydration/step.ts'
import type { DeadLetterStore, Mailer, SessionIndex } from '../core/ports.ts'
import { createPepper } from '../core/pepper.ts'
import type { Settings } from '../env.ts'
import { openGate } from './call-gate.ts'
import { noMailer } from './mail/no-mailer.ts'
import { createResendMailer } from './mail/resend.ts'
import { AccountWriter } from './neon/account-writer.ts'
import { connect } from './neon/database.ts'
import { createDeadLetterStore } from './neon/dead-letters.ts'
import { createSessionIndex } from './neon/session-index.ts'
import { createSteps } from './steps/registry.ts'

export interface Providers {
  readonly steps: readonly HydrationStep[]
  readonly mailer: Mailer
}

/**
 * Fresh for each invocation: what gathers rows or counts connections must not outlive it.
 *
 * @param stopAt epoch milliseconds after which no call is begun
 */
export function createProviders(settings: Settings, stopAt: number): Providers {
  const gate = openGate(stopAt)
  const mailer = createMailer(settings)
  return {
    steps: createSteps(settings, new AccountWriter(connect(settings)), gate),
    mailer: { sendProof: (mail) => gate(() => mailer.sendProof(mail)) },
  }
}

function createMailer({ RESEND_API_KEY, ...settings }: Settings): Mailer {
  if (RESEND_API_KEY === undefined) return noMailer
  return createResendMailer({ ...settings, RESEND_API_KEY }, createPepper(settings.SUBJECT_PEPPER))
}

export interface Stores {
  readonly index: SessionIndex
  readonly deadLetters: DeadLetterStore
}

export function createStores(settings: Settings): Stores {
  const database = connect(settings)
  return {
    index: createSessionIndex(database),
    deadLetters: createDeadLetterStore(database),
  }
}
