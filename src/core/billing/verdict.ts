import { type AccountBilling, type BillingCustomer, billingOf } from './customer.ts'
import type { BillingEvent, IgnoredAs, TakenEvents } from './events.ts'

/** Events that may change what an account's row says. A customer's creation is our own doing. */
const RELATED = new Set([
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.updated',
])

/** Longer than an account that nobody proved is kept: whatever comes later has no account to meet. */
const UNCLAIMED_AFTER_MS = 35 * 86_400_000

/** Whether an event is closed as soon as it is stored, and as what. */
export const ignoredAtSight = ({ type, customerId }: BillingEvent): IgnoredAs | null =>
  RELATED.has(type) && customerId !== null ? null : 'unrelated'

/** What is to become of the open events of a customer. */
export type Verdict =
  /** Only the billing provider can tell; decide again with its answer. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'apply'; readonly version: number; readonly billing: AccountBilling }
  /** Until the account is there. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'ignore'; readonly as: IgnoredAs }

type Known = Pick<TakenEvents, 'account' | 'knownForeign' | 'receivedAt'>

/**
 * Not the event decides, but what billing says after it arrived: so the order of events, and how
 * often each arrives, make no difference.
 *
 * @param customer `null`: not asked for yet
 */
export function decideEvents(
  { account, knownForeign, receivedAt }: Known,
  customer: BillingCustomer | null,
  now: number,
): Verdict {
  // An account that has this customer makes it ours, whatever its metadata say.
  if (account === null && knownForeign) return { kind: 'ignore', as: 'foreign' }
  if (customer === null) return { kind: 'ask' }
  if (account !== null) {
    return { kind: 'apply', version: account.version, billing: billingOf(customer) }
  }
  if (customer.kind === 'deleted') return { kind: 'ignore', as: 'gone' }
  if (!customer.ours) return { kind: 'ignore', as: 'foreign' }
  if (now - receivedAt >= UNCLAIMED_AFTER_MS) return { kind: 'ignore', as: 'unclaimed' }
  return { kind: 'wait' }
}
