export interface BillingSubscription {
  /** The provider's own word: it may know more of them than we do. */
  readonly status: string
  /** The price's name where it has one, else its id. */
  readonly plan: string | null
  /** Epoch seconds. */
  readonly created: number
}

/** A customer as the billing provider has it now. */
export type BillingCustomer =
  | { readonly kind: 'deleted' }
  | {
      readonly kind: 'living'
      /** Whether it carries the id of an account of ours. */
      readonly ours: boolean
      /** Those that run or could run again; what was cancelled is not among them. */
      readonly subscriptions: readonly BillingSubscription[]
    }

/** What the account's row says of its billing. */
export interface AccountBilling {
  /** Of the subscription that counts; `none`: there is none; `deleted`: nor is there a customer. */
  readonly status: string
  readonly plan: string | null
}

/** From what a person enjoys to what is left to be paid. */
const BEST_FIRST = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete']

/** Several subscriptions are unusual: the best one counts, of equals the newest. */
export function billingOf(customer: BillingCustomer): AccountBilling {
  if (customer.kind === 'deleted') return { status: 'deleted', plan: null }
  const [best] = customer.subscriptions.toSorted(
    (a, b) => rank(a.status) - rank(b.status) || b.created - a.created,
  )
  return best === undefined
    ? { status: 'none', plan: null }
    : { status: best.status, plan: best.plan }
}

function rank(status: string): number {
  const at = BEST_FIRST.indexOf(status)
  return at === -1 ? BEST_FIRST.length : at
}
