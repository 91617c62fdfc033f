import type { HourCount, LedgerBalance } from '../../contract/ledger.ts'
import { COMPARED_MS, HOUR_CLOSED_AFTER_MS, HOUR_MS } from './limits.ts'

/** What was read, each from a place of its own. */
export interface LedgerFacts {
  /** Runs in the index that are neither settled nor before their deadline plus its slack. */
  readonly overdueRuns: number
  readonly overdueSpecIds: readonly string[]
  /** Accounts that have none of a thing, or several. */
  readonly openFindings: number
  readonly hours: readonly HourCount[]
  readonly asked: number
  readonly unanswered: number
}

/**
 * Whether nobody was lost and nothing was made twice.
 *
 * | fact                                       | verdict                                    |
 * |--------------------------------------------|--------------------------------------------|
 * | a run past its deadline is not over        | `overdue_runs`, one each                   |
 * | an account has none of a thing, or several | `account_findings`, one for each thing     |
 * | an hour: more accepted than indexed        | `missing_sessions`, the difference         |
 * | an hour: more indexed than accepted        | said as `uncounted`; no imbalance          |
 * | a provider could not be asked              | said as `unanswered`; no imbalance         |
 *
 * What one hour has too much of does not make up for another: the hour is that of the session's
 * opening on both sides.
 */
export function balanceOf(facts: LedgerFacts): LedgerBalance {
  const { overdueRuns, overdueSpecIds, openFindings, hours, asked, unanswered } = facts
  const counts = [
    { kind: 'overdue_runs', count: overdueRuns },
    { kind: 'account_findings', count: openFindings },
    { kind: 'missing_sessions', count: surplus(hours, (hour) => hour.accepted - hour.indexed) },
  ] as const
  return {
    imbalances: counts.filter(({ count }) => count > 0),
    overdueSpecIds: [...overdueSpecIds],
    unevenHours: hours.filter(({ accepted, indexed }) => accepted !== indexed),
    uncounted: surplus(hours, (hour) => hour.indexed - hour.accepted),
    asked,
    unanswered,
  }
}

const surplus = (hours: readonly HourCount[], of: (hour: HourCount) => number): number =>
  hours.reduce((sum, hour) => sum + Math.max(0, of(hour)), 0)

/** The hours to compare: those that nothing is added to any more. `until` is not among them. */
export function closedHours(now: number): { readonly from: number; readonly until: number } {
  const until = hourOf(now - HOUR_CLOSED_AFTER_MS)
  return { from: until - COMPARED_MS, until }
}

/** The beginning of the hour (UTC) of this moment. */
export const hourOf = (moment: number): number => Math.floor(moment / HOUR_MS) * HOUR_MS

/** Two counts by hour side by side; an hour that only one of them knows counts as none in the other. */
export function sideBySide(
  accepted: ReadonlyMap<number, number>,
  indexed: ReadonlyMap<number, number>,
): readonly HourCount[] {
  const hours = [...new Set([...accepted.keys(), ...indexed.keys()])].toSorted((a, b) => a - b)
  return hours.map((hour) => ({
    hour,
    accepted: accepted.get(hour) ?? 0,
    indexed: indexed.get(hour) ?? 0,
  }))
}
