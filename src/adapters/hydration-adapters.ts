import { settleClaimed } from '../core/billing/settle.ts'
import type { HydrationStep } from '../core/hydration/step.ts'
import type { AcceptanceStore, LedgerStore } from '../core/ledger/store.ts'
import type {
  Archive,
  DeadLetterStore,
  ErasureRecords,
  MailLinks,
  Mailer,
  SessionIndex,
} from '../core/ports.ts'
import { createPepper } from '../core/pepper.ts'
import { type Bindings, type Settings, parseSettings } from '../env.ts'
import { createArchive } from './archive.ts'
import type { CallGate } from './call-gate.ts'
import { createMailLinks } from './mail/mail-links.ts'
import { createMailer } from './mail/mailer.ts'
import { AccountWriter } from './neon/account-writer.ts'
import { createAcceptanceStore } from './neon/acceptances.ts'
import { connect } from './neon/database.ts'
import { createDeadLetterStore } from './neon/dead-letters.ts'
import { createErasureRecords } from './neon/erasures.ts'
import { createLedgerStore } from './neon/ledger.ts'
import { createSessionIndex } from './neon/session-index.ts'
import { createSettleDeps } from './billing-deps.ts'
import { openGates } from './provider-gates.ts'
import { createSteps } from './steps/registry.ts'
import { traced } from './steps/traced.ts'
import { inSpan } from './trace.ts'

export interface Providers {
  readonly steps: readonly HydrationStep[]
  /** Whose account rows may be written together; who says nothing only waits a little for nobody. */
  readonly company: Company
  readonly mailer: Mailer
  readonly archive: Archive
  readonly erasures: ErasureRecords
  readonly links: MailLinks
  /** Tells the budgets what the calls have shown; to be awaited at the end. Never throws. */
  readonly settle: () => Promise<void>
}

type Company = Pick<AccountWriter, 'expect' | 'leave'>
type Accounts = Pick<AccountWriter, 'write' | 'erase' | 'erasePerson'>

/**
 * Fresh for each invocation: what gathers rows or counts connections must not outlive it.
 *
 * @param stopAt epoch milliseconds after which no call is begun
 */
export function createProviders(env: Bindings, stopAt: number): Providers {
  const settings = parseSettings(env)
  const pepper = createPepper(settings.SUBJECT_PEPPER)
  const gates = openGates(env, stopAt)
  const mailer = createMailer(env, settings, pepper)
  const accounts = createAccountWriter(settings, gates.billing)
  return {
    steps: createSteps(settings, accounts, gates).map(traced),
    company: accounts,
    mailer: {
      repeats: mailer.repeats,
      sendProof: (mail) => gates.mail(() => mailer.sendProof(mail)),
      sendInvitation: (mail) => gates.mail(() => mailer.sendInvitation(mail)),
    },
    archive: createArchive(env.ARCHIVE),
    erasures: createErasureRecords(connect(settings), pepper),
    links: createMailLinks(settings.PUBLIC_BASE_URL, pepper),
    settle: gates.settle,
  }
}

/** Whoever's billing was heard of before their account was there has it settled with the row. */
function createAccountWriter(settings: Settings, gate: CallGate): Accounts & Company {
  const billing = createSettleDeps(settings, gate)
  const writer = new AccountWriter(connect(settings), async (customerIds) => {
    if (billing !== null) await settleClaimed(billing, customerIds)
  })
  return {
    // One for each person, though a statement writes the rows of many: it is their trace.
    write: (row) =>
      inSpan('postgres.merge', {}, async ({ tell }) => {
        const written = await writer.write(row)
        tell({ outcome: written.ok ? 'done' : written.error.kind })
        return written
      }),
    erase: (subjectKey, fence) => writer.erase(subjectKey, fence),
    erasePerson: (person) => writer.erasePerson(person),
    expect: (subjectKeys) => writer.expect(subjectKeys),
    leave: (subjectKey) => writer.leave(subjectKey),
  }
}

export interface Stores {
  readonly index: SessionIndex
  readonly deadLetters: DeadLetterStore
}

export const createLedger = (settings: Settings): LedgerStore =>
  createLedgerStore(connect(settings))

export const createAcceptances = (settings: Settings): AcceptanceStore =>
  createAcceptanceStore(connect(settings))

export function createStores(settings: Settings): Stores {
  const database = connect(settings)
  return {
    index: createSessionIndex(database),
    deadLetters: createDeadLetterStore(database),
  }
}
