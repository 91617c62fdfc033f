import { z } from 'zod'

/** Whose calls share one budget across the whole deployment; the name of its object. */
export const Provider = z.enum(['identity', 'billing', 'mail', 'model'])
export type Provider = z.infer<typeof Provider>

const tokens = z.int().nonnegative()

/** What a call that has a price may take at the most, or what it took. */
export const Amount = z.object({
  inputTokens: tokens,
  outputTokens: tokens,
  /** Millionths of a US dollar. */
  microUsd: z.int().nonnegative(),
})
export type Amount = z.infer<typeof Amount>

/** What a call told about the provider, whatever it told about the request. */
export const CallOutcome = z.object({
  permit: z.int(),
  kind: z.enum([
    /** It did its work, if only by a refusal. */
    'answered',
    /** It did not serve us: silent, out of order, or not knowing our credentials. */
    'no_answer',
    /** It asks everybody to slow down. */
    'rate_limited',
  ]),
  /** Milliseconds it asked us to wait. */
  retryAfterMs: z.number().nonnegative().exactOptional(),
  /** Of what was reserved; absent: nobody knows, and all of it counts as spent. */
  took: Amount.exactOptional(),
})
export type CallOutcome = z.infer<typeof CallOutcome>

export interface Allowance {
  /** Each is the right to make one call now; it lapses by itself. At most as many as were wanted. */
  readonly permits: readonly number[]
  /** For each of the others, in how many milliseconds to ask again. */
  readonly waitsMs: readonly number[]
}

/** The answer to who wants to make one call that has a price. Times are epoch milliseconds. */
export type Reservation =
  /** The right to make it now. Not settled in time, all that was reserved counts as spent. */
  | { readonly kind: 'permit'; readonly permit: number }
  /** Too many calls, too many tokens, or the rest of the day's money is on its way. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** The breaker is open. */
  | { readonly kind: 'down'; readonly waitMs: number }
  /** The day's money does not reach. */
  | { readonly kind: 'over_budget'; readonly nextDayAt: number }

/** Of one day, which is a UTC one. */
export interface DaySpent extends Amount {
  /** Since the epoch. */
  readonly day: number
}

/** Of a provider whose calls have a price. */
export interface SpendSnapshot {
  readonly tokensPerSecond: number
  readonly tokensBurst: number
  /** When as many tokens as are a burst may be asked for, epoch milliseconds. */
  readonly tokensFreeAt: number
  /** What may be spent in a day; 0: nothing is asked, ever. */
  readonly capMicroUsd: number
  /** Today, without what is reserved. */
  readonly spentMicroUsd: number
  readonly reservedMicroUsd: number
  readonly nextDayAt: number
  /** The last ones on which something was spent, the newest first. */
  readonly days: readonly DaySpent[]
}

/** For people to look at. Times are epoch milliseconds. */
export interface BudgetSnapshot {
  readonly provider: Provider
  readonly perSecond: number
  readonly burst: number
  readonly concurrency: number
  /** When the next call may be made, as far as the rate is concerned. */
  readonly freeAt: number
  readonly openPermits: number
  readonly breaker: 'closed' | 'open' | 'half_open'
  /** Calls in a row that were not served. */
  readonly failures: number
  /** When the next probe is let through; `null` while the breaker is closed. */
  readonly probeAt: number | null
  /** The provider asked for silence until then; in the past, or 0, when it did not. */
  readonly pausedUntil: number
  /** How often it asked us to slow down, ever. */
  readonly rateLimitHits: number
  readonly spend?: SpendSnapshot
}

/** The methods of a provider's budget object. */
export interface ProviderBudgetRpc {
  /** @param outcomes of calls that have ended since the last time; they are taken in first */
  acquire(wanted: number, outcomes: readonly CallOutcome[]): Promise<Allowance>
  /** The same for one call of a provider whose calls have a price: its permit and its money. */
  reserve(wanted: Amount): Promise<Reservation>
  /** Both permits and money. */
  settle(outcomes: readonly CallOutcome[]): Promise<void>
  inspect(): Promise<BudgetSnapshot>
}
