import { and, asc, count, gte, isNull, lt, sql } from 'drizzle-orm'
import { LedgerBalance } from '../../contract/ledger.ts'
import { sideBySide } from '../../core/ledger/balance.ts'
import {
  ACCEPTANCES_KEPT_MS,
  FINDINGS_KEPT_MS,
  FOLD_AFTER_MS,
  OVERDUE_SHOWN_MAX,
} from '../../core/ledger/limits.ts'
import type { LedgerStore } from '../../core/ledger/store.ts'
import { acceptedByHour, foldAcceptances, forgetAcceptances } from './acceptances.ts'
import type { Database } from './database.ts'
import {
  countOpenFindings,
  forgetFindings,
  listFindings,
  settleFindings,
} from './ledger-findings.ts'
import { takeAccounts } from './ledger-accounts.ts'
import { ledgerBalance, onboardingSessions as sessions } from './schema.ts'

/** There is one balance, the newest. */
const ONLY = 1

export function createLedgerStore(database: Database): LedgerStore {
  return {
    takeAccounts: (checkedBefore, limit, now) =>
      takeAccounts(database, new Date(checkedBefore), limit, new Date(now)),

    settleFindings: (counts, countedKinds, now) =>
      settleFindings(database, counts, countedKinds, new Date(now)),

    readFacts: (overdueBefore, { from, until }) =>
      readFacts(database, new Date(overdueBefore), new Date(from), new Date(until)),

    async keepBalance(balance, now) {
      const row = { id: ONLY, checkedAt: new Date(now), balance }
      await database
        .insert(ledgerBalance)
        .values(row)
        .onConflictDoUpdate({
          target: ledgerBalance.id,
          set: row,
          setWhere: lt(ledgerBalance.checkedAt, row.checkedAt),
        })
    },

    async tidy(now) {
      await database.batch([
        foldAcceptances(database, new Date(now - FOLD_AFTER_MS)),
        forgetAcceptances(database, new Date(now - ACCEPTANCES_KEPT_MS)),
        forgetFindings(database, new Date(now - FINDINGS_KEPT_MS)),
      ])
    },

    async latest() {
      const [row] = await database.select().from(ledgerBalance)
      return row === undefined
        ? null
        : { checkedAt: row.checkedAt.getTime(), balance: LedgerBalance.parse(row.balance) }
    },

    findings: (limit) => listFindings(database, limit),
  }
}

async function readFacts(
  database: Database,
  overdueBefore: Date,
  from: Date,
  until: Date,
): ReturnType<LedgerStore['readFacts']> {
  const overdue = and(isNull(sessions.settledAt), lt(sessions.deadlineAt, overdueBefore))
  const [[runs], longest, [findings], accepted, indexed] = await database.batch([
    database.select({ count: count() }).from(sessions).where(overdue),
    database
      .select({ specId: sessions.specId })
      .from(sessions)
      .where(overdue)
      .orderBy(asc(sessions.deadlineAt))
      .limit(OVERDUE_SHOWN_MAX),
    countOpenFindings(database),
    acceptedByHour(database, from, until),
    indexedByHour(database, from, until),
  ])
  return {
    overdueRuns: runs?.count ?? 0,
    overdueSpecIds: longest.map(({ specId }) => specId),
    openFindings: findings?.count ?? 0,
    hours: sideBySide(countsOf(accepted), countsOf(indexed)),
  }
}

const indexedByHour = (database: Database, from: Date, until: Date) => {
  const hour = sql`date_trunc('hour', ${sessions.openedAt}, 'UTC')`.mapWith(sessions.openedAt)
  return database
    .select({ hour: hour.as('hour'), count: count() })
    .from(sessions)
    .where(and(gte(sessions.openedAt, from), lt(sessions.openedAt, until)))
    .groupBy(sql`1`)
}

const countsOf = (
  rows: readonly { readonly hour: Date; readonly count: number }[],
): ReadonlyMap<number, number> => new Map(rows.map((row) => [row.hour.getTime(), row.count]))
