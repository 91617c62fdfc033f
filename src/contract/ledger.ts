import { z } from 'zod'

/** Sessions opened within one hour, as two counts that know nothing of each other. */
export const HourCount = z.object({
  /** Its beginning, epoch milliseconds. */
  hour: z.int(),
  /** Counted by the Worker when it answered. */
  accepted: z.int().nonnegative(),
  /** Rows of the index. */
  indexed: z.int().nonnegative(),
})
export type HourCount = z.infer<typeof HourCount>

/** What does not add up; `src/core/ledger/balance.ts` says when. */
export const ImbalanceKind = z.enum(['overdue_runs', 'account_findings', 'missing_sessions'])
export type ImbalanceKind = z.infer<typeof ImbalanceKind>

/** What one look came to, as it is stored and shown. */
export const LedgerBalance = z.object({
  /** Empty: balanced. */
  imbalances: z.array(z.object({ kind: ImbalanceKind, count: z.int().positive() })),
  /** Some of the runs that are late, those longest overdue first. */
  overdueSpecIds: z.array(z.string()),
  /** Closed hours whose two counts differ. */
  unevenHours: z.array(HourCount),
  /** Sessions of the index whose acceptance nobody counted: an isolate died with its counts. */
  uncounted: z.int().nonnegative(),
  /** Things that were asked for in this look, and those whose provider could not be asked. */
  asked: z.int().nonnegative(),
  unanswered: z.int().nonnegative(),
})
export type LedgerBalance = z.infer<typeof LedgerBalance>

/** An account that has none of a thing, or several. Moments are epoch milliseconds. */
export interface LedgerFinding {
  /** The hydration step whose things were counted. */
  readonly kind: string
  readonly subjectKey: string
  readonly expected: number
  readonly found: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  /** `null`: it still is so, as far as anybody knows. */
  readonly resolvedAt: number | null
}

/** `GET /api/admin/ledger`; without `balance` nobody has looked yet. */
export interface LedgerResponse {
  readonly checkedAt: number | null
  readonly balanced: boolean | null
  readonly balance: LedgerBalance | null
  /** The open ones first, then those resolved lately. */
  readonly findings: readonly (LedgerFinding & { readonly advice: string })[]
}
