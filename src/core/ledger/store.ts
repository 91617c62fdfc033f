import type { LedgerBalance, LedgerFinding } from '../../contract/ledger.ts'
import type { AcceptanceCount } from './acceptances.ts'
import type { LedgerFacts } from './balance.ts'
import type { LedgerAccount, ThingCount } from './count-things.ts'

/** The ledger's rows. Moments are epoch milliseconds; every method throws when the database cannot. */
export interface LedgerStore {
  /** Takes the accounts that were not looked at since, those longest ago first. Two ticks share. */
  takeAccounts(checkedBefore: number, limit: number, now: number): Promise<readonly LedgerAccount[]>
  /**
   * Keeps a finding for each count that is not even, unless the account changed meanwhile, and
   * resolves those that are mended, whose account is gone, or of whose kind nobody counts any more.
   */
  settleFindings(
    counts: readonly ThingCount[],
    countedKinds: readonly string[],
    now: number,
  ): Promise<void>
  readFacts(
    overdueBefore: number,
    hours: { readonly from: number; readonly until: number },
  ): Promise<Omit<LedgerFacts, 'asked' | 'unanswered'>>
  /** A newer look that is there already stays. */
  keepBalance(balance: LedgerBalance, now: number): Promise<void>
  /** Folds old acceptances into one row an hour and forgets what is older than it is kept. */
  tidy(now: number): Promise<void>
  latest(): Promise<{ readonly checkedAt: number; readonly balance: LedgerBalance } | null>
  /** The open ones first, then the newest. */
  findings(limit: number): Promise<readonly LedgerFinding[]>
}

/** Where counts of acceptances go. */
export interface AcceptanceStore {
  /** Adds those that are not there yet. Throws when the database cannot, or did not say. */
  add(counts: readonly AcceptanceCount[]): Promise<void>
}
