import { z } from 'zod'

/** Whose calls share one budget across the whole deployment; the name of its object. */
export const Provider = z.enum(['identity', 'billing', 'mail'])
export type Provider = z.infer<typeof Provider>

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
})
export type CallOutcome = z.infer<typeof CallOutcome>

export interface Allowance {
  /** Each is the right to make one call now; it lapses by itself. At most as many as were wanted. */
  readonly permits: readonly number[]
  /** For each of the others, in how many milliseconds to ask again. */
  readonly waitsMs: readonly number[]
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
}

/** The methods of a provider's budget object. */
export interface ProviderBudgetRpc {
  /** @param outcomes of calls that have ended since the last time; they are taken in first */
  acquire(wanted: number, outcomes: readonly CallOutcome[]): Promise<Allowance>
  settle(outcomes: readonly CallOutcome[]): Promise<void>
  inspect(): Promise<BudgetSnapshot>
}
