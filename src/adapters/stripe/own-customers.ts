import type { AccountFacts, StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import { USER_ID } from './client.ts'

/** As far as we read it: anything that calls itself Stripe may have answered. */
export interface CustomerAnswer {
  readonly id?: unknown
  readonly deleted?: unknown
  readonly metadata?: Readonly<Record<string, string>>
}

/** How customers are looked for; each call throws what Stripe's own client throws, or `CallRefused`. */
export interface CustomerLookup {
  /** At most a hundred, the newest. */
  listByEmail(email: string): Promise<readonly CustomerAnswer[]>
  /** By our id in their metadata. What was just made is not found yet. */
  search(userId: string): Promise<readonly CustomerAnswer[]>
  /** Made between these moments, epoch seconds; `null`: more than anybody should look through. */
  listCreated(from: number, to: number): Promise<readonly CustomerAnswer[] | null>
}

/** Stripe finds a customer within a minute, and within an hour on its worst days. */
const SEARCH_LAG_MS = 3_600_000
/** Stripe's clock and ours, and a call that was under way. */
const MARGIN_MS = 300_000

const TOO_MANY: StepFailure = {
  kind: 'unavailable',
  detail: 'stripe has too many new customers to look through, until its search knows them',
}

/**
 * The ids of all customers that carry our id. With an address, by listing, which is consistent at
 * once. Without one by searching, which lags, so that what may be too new for it is looked through.
 *
 * @param madeUntil when the last of them may have been made, epoch milliseconds
 */
export async function ownCustomers(
  customers: CustomerLookup,
  account: AccountFacts,
  madeUntil: number,
  now: number,
): Promise<Result<ReadonlySet<string>, StepFailure>> {
  const known = await knownCustomers(customers, account)
  if (account.kind === 'email' || now - madeUntil >= SEARCH_LAG_MS) return ok(known)
  const from = Math.max(account.createdAt, madeUntil - SEARCH_LAG_MS) - MARGIN_MS
  const recent = await customers.listCreated(seconds(from), seconds(madeUntil + MARGIN_MS))
  return recent === null ? fail(TOO_MANY) : ok(new Set([...known, ...idsOf(recent, account)]))
}

/** The same without those too new to be found without an address. */
export const knownCustomers = async (
  customers: CustomerLookup,
  account: AccountFacts,
): Promise<ReadonlySet<string>> =>
  idsOf(
    account.kind === 'email'
      ? await customers.listByEmail(account.identity)
      : await customers.search(account.userId),
    account,
  )

/** For a removal: runs make their things soon after the account, and none is open by then. */
export const madeSoonAfter = ({ createdAt }: AccountFacts, now: number): number =>
  Math.min(now, createdAt + SEARCH_LAG_MS)

const idsOf = (found: readonly CustomerAnswer[], { userId }: AccountFacts): ReadonlySet<string> =>
  new Set(
    found
      .filter(({ metadata }) => metadata?.[USER_ID] === userId)
      .flatMap(({ id }) => (typeof id === 'string' ? [id] : [])),
  )

const seconds = (moment: number): number => Math.floor(moment / 1_000)
