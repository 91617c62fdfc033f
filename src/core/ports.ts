import type { MailWork, SessionFacts, StepFailure } from '../contract/hydration.ts'
import type { RunStatus } from '../contract/onboarding.ts'
import type { Result } from '../contract/result.ts'

/** Sends mails, each once in effect however often it is asked to. */
export interface Mailer {
  /** The mail that only the owner of the address can read. Never throws. */
  sendProof(mail: MailWork): Promise<Result<null, StepFailure>>
}

export interface IndexedSession extends SessionFacts {
  readonly subjectKey: string
  readonly status: RunStatus
  /** Size of the subject's database, where it is known. */
  readonly storageBytes?: number
}

/** The sessions as Postgres knows them: for cron, the funnel and the status of last resort. */
export interface SessionIndex {
  /** Inserts, or settles once; a terminal status stays. Throws when the database cannot. */
  record(sessions: readonly IndexedSession[], now: number): Promise<void>
  /**
   * Takes the sessions that were opened before `openedBefore`, are not known to be over, and were
   * neglected longest; they go to the end of the line. Throws when the database cannot.
   */
  takeOverdue(openedBefore: number, limit: number, now: number): Promise<readonly IndexedSession[]>
}

/** A message that no consumer could work off, kept for people to look at. */
export interface DeadLetter {
  readonly id: string
  readonly queue: string
  /** `null` for a body that is not one of our messages: nobody knows what is in it. */
  readonly body: unknown
  readonly reason: string
  readonly receivedAt: number
}

export interface DeadLetterStore {
  /** Inserts those that are not there yet. Throws when the database cannot. */
  keep(letters: readonly DeadLetter[]): Promise<void>
}
