import pLimit from 'p-limit'
import type { HydrationStep } from '../core/hydration/step.ts'
import type { DeadLetterStore, Mailer, SessionIndex } from '../core/ports.ts'
import { createPepper } from '../core/pepper.ts'
import type { Settings } from '../env.ts'
import { noMailer } from './mail/no-mailer.ts'
import { createResendMailer } from './mail/resend.ts'
import { AccountWriter } from './neon/account-writer.ts'
import { connect } from './neon/database.ts'
import { createDeadLetterStore } from './neon/dead-letters.ts'
import { createSessionIndex } from './neon/session-index.ts'
import { createSteps } from './steps/registry.ts'

/**
 * Workers allow six outgoing connections at a time in one invocation; a call that had to wait for
 * one would spend its time-out waiting. One is left to the database.
 */
const PROVIDER_CALLS_MAX = 5

/** What one invocation of a consumer works with. */
export interface HydrationAdapters {
  readonly steps: readonly HydrationStep[]
  readonly mailer: Mailer
  readonly index: SessionIndex
  readonly deadLetters: DeadLetterStore
}

/** Fresh for each invocation: what gathers rows or counts connections must not outlive it. */
export function createHydrationAdapters(settings: Settings): HydrationAdapters {
  const database = connect(settings)
  const limit = pLimit(PROVIDER_CALLS_MAX)
  return {
    steps: createSteps(settings, new AccountWriter(database), limit),
    mailer: limitedMailer(createMailer(settings), limit),
    index: createSessionIndex(database),
    deadLetters: createDeadLetterStore(database),
  }
}

function createMailer({ RESEND_API_KEY, ...settings }: Settings): Mailer {
  if (RESEND_API_KEY === undefined) return noMailer
  return createResendMailer({ ...settings, RESEND_API_KEY }, createPepper(settings.SUBJECT_PEPPER))
}

const limitedMailer = (mailer: Mailer, limit: ReturnType<typeof pLimit>): Mailer => ({
  sendProof: (mail) => limit(() => mailer.sendProof(mail)),
})
