import type { StepFailure } from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'
import type { AccountBilling, BillingCustomer } from './customer.ts'

/** What is kept of a webhook's event. Its payload is not: what billing says now is asked for. */
export interface BillingEvent {
  readonly id: string
  readonly type: string
  /** `null`: it is about something else than a customer. */
  readonly customerId: string | null
  /** Epoch milliseconds, by the billing provider's clock. */
  readonly createdAt: number
}

/** Why an event changes nothing, and never will. */
export type IgnoredAs =
  /** It says nothing about an account's billing. */
  | 'unrelated'
  /** Its customer is not one of ours. */
  | 'foreign'
  /** Its customer is deleted and no account has it: superseded, or erased with the account. */
  | 'gone'
  /** No account claimed its customer for longer than a sign-up can take. */
  | 'unclaimed'

/** The open events of one customer, in one holder's hands for a while. */
export interface TakenEvents {
  readonly customerId: string
  /** Names this taking: what it writes holds only while nobody else has taken or released them. */
  readonly holder: string
  /** How often somebody took the most taken of them, this time included. */
  readonly looks: number
  /** Epoch milliseconds, of the newest. */
  readonly receivedAt: number
  /** The account that has this customer, as it was before anything was asked outside. */
  readonly account: { readonly version: number } | null
  /** An earlier event told that this customer is not ours. */
  readonly knownForeign: boolean
}

/**
 * Events as Postgres keeps them. Each method throws when the database cannot. Those that answer a
 * boolean answer `false` when they changed nothing, because the world changed in between; then the
 * events are still open.
 */
export interface BillingEvents {
  /** Keeps the event; `false`: it was there already. `ignoredAs` closes it at once. */
  store(event: BillingEvent, ignoredAs: IgnoredAs | null, now: number): Promise<boolean>
  /** Takes what is due of these customers, or of those that waited longest. */
  take(
    of: readonly string[] | { readonly limit: number },
    now: number,
  ): Promise<readonly TakenEvents[]>
  /** Writes the account's billing and closes the events, both or nothing. */
  apply(taken: TakenEvents, version: number, billing: AccountBilling, now: number): Promise<boolean>
  ignore(taken: TakenEvents, ignoredAs: IgnoredAs, now: number): Promise<boolean>
  /** Leaves them to the account step, which makes them due; `dueAt` is the net under it. */
  park(taken: TakenEvents, dueAt: number): Promise<boolean>
  /** Makes them due at `dueAt`, unless somebody else has them by now. */
  giveBack(taken: TakenEvents, dueAt: number): Promise<void>
  /** Makes the open events of these customers due at once, whoever has them. */
  release(customerIds: readonly string[], now: number): Promise<void>
  /** Forgets what was closed before; a bounded number of rows. */
  forget(closedBefore: number): Promise<void>
}

/** What billing says about a customer now. Never throws. */
export type ReadCustomer = (customerId: string) => Promise<Result<BillingCustomer, StepFailure>>
