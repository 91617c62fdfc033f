import type { ArchivedSession, ErasureOrder, MailWork, StepFailure } from '../contract/hydration.ts'
import type { Result } from '../contract/result.ts'
import type { SessionState } from '../contract/subject-rpc.ts'

/** What a repeated sending comes to: one mail, since the provider keeps keys, or perhaps two. */
export type MailRepeats = 'idempotent' | 'at_least_once'

/** The mail whose code or link proves the address. */
export interface ProofMail extends MailWork {
  /** Of a page whose button brings the person in; opening it spends nothing. */
  readonly resumeUrl: string
}

/** The one mail that asks a person back. */
export interface InvitationMail extends MailWork, MailUrls {}

export interface MailUrls {
  /** Of a page whose button brings the person in; opening it spends nothing. */
  readonly resumeUrl: string
  /** Takes one `POST` (RFC 8058); opening it shows a page that asks. */
  readonly unsubscribeUrl: string
}

/** Writes the links of a mail, which say nothing of the person to anybody else. */
export interface MailLinks {
  of(link: { readonly subjectKey: string; readonly mail: string }): Promise<MailUrls>
}

/** Sends mails, each once in effect as far as the provider lets us. */
export interface Mailer {
  readonly repeats: MailRepeats
  /** The mail that only the owner of the address can read. Never throws. */
  sendProof(mail: ProofMail): Promise<Result<null, StepFailure>>
  /** The one "Finish setup" mail. Never throws. */
  sendInvitation(mail: InvitationMail): Promise<Result<null, StepFailure>>
}

/** Where unfinished sessions are kept for drop-off analysis. */
export interface Archive {
  /** Writes each to its own place, over whatever is there. Never throws. */
  put(sessions: readonly ArchivedSession[]): Promise<Result<null, StepFailure>>
  /** Takes these out, there or not. Never throws. */
  remove(
    sessions: readonly Pick<ArchivedSession, 'specId' | 'openedAt'>[],
  ): Promise<Result<null, StepFailure>>
}

/** What stores said of somebody who is being erased; nothing in it leads to them. */
export interface EmptiedStores {
  readonly erasure: string
  readonly orderedAt: number
  /** In the order in which they were emptied for the last time. */
  readonly stores: readonly { readonly store: string; readonly emptiedAt: number }[]
}

/** The same when it is over, with the object as the last of them. */
export interface ErasureReceipt extends EmptiedStores {
  readonly completedAt: number
}

/** An erasure of which nothing was heard for a while. */
export interface StalledErasure {
  readonly erasure: string
  readonly subjectKey: string
  /** What all stores but the object said in the last pass; `null`: that pass is still to come. */
  readonly emptied: EmptiedStores | null
}

export type ErasureBegun = Pick<ErasureOrder, 'erasure' | 'operator' | 'reason' | 'orderedAt'>

/** The audit of erasures, for which the object's order is the truth. No method throws. */
export interface ErasureRecords {
  /** Who ordered it, why and when; again is the same. */
  begin(order: ErasureBegun, subjectKey: string): Promise<Result<null, StepFailure>>
  /** What all stores but the object said, for whoever closes the order if its consumer dies. */
  keep(emptied: EmptiedStores): Promise<Result<null, StepFailure>>
  /** The object has lost them, too. From then on nothing in it leads to anybody; again is the same. */
  close(receipt: ErasureReceipt): Promise<Result<null, StepFailure>>
}

export interface IndexedSession extends SessionState {
  readonly subjectKey: string
  /** When the subject is to be woken if nothing is heard of it; `null`: never. Epoch milliseconds. */
  readonly dueAt: number | null
  /** Size of the subject's database, with one of its sessions; 0: it is told with another one now. */
  readonly storageBytes?: number
}

/** A session that the index says somebody should look after. */
export type OverdueSession = Pick<IndexedSession, 'specId' | 'subjectKey' | 'run' | 'openedAt'>

/** The sessions as Postgres knows them: for cron, the funnel and the status of last resort. */
export interface SessionIndex {
  /**
   * Inserts or updates; what is known of a run never goes back, a later run takes the place of an
   * earlier one. In the same transaction a failed run becomes a dead letter, and letters of earlier
   * runs of a session that is over are settled. Throws when the database cannot.
   *
   * @returns the ids of replays that letters were settled of
   */
  record(sessions: readonly IndexedSession[], now: number): Promise<readonly string[]>
  /**
   * Takes the sessions whose time came before `dueBefore`, those longest overdue first; they are
   * next due at `againAt`. Throws when the database cannot.
   */
  takeOverdue(dueBefore: number, limit: number, againAt: number): Promise<readonly OverdueSession[]>
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
