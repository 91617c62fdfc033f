import { and, count, eq, isNotNull, isNull, lt, min, sql } from 'drizzle-orm'
import { LedgerBalance } from '../../contract/ledger.ts'
import { Counts } from '../../core/metrics/counts.ts'
import type { Standing } from '../../core/metrics/standing.ts'
import type { Experiment } from '../../core/experiment/assignment.ts'
import type { Database } from './database.ts'
import { countOpenFindings } from './ledger-findings.ts'
import { experimentLooks } from './learning-schema.ts'
import { countRows, selectCounts } from './metric-counts.ts'
import {
  deadLetters,
  erasures,
  ledgerBalance,
  onboardingSessions,
  webhookEvents,
} from './schema.ts'

/** What Postgres knows of all that is shown. */
export interface MetricFacts {
  readonly counts: Counts
  readonly standing: Omit<Standing, 'budgets' | 'queues'>
}

export interface MetricSettings {
  readonly experiment: Experiment
  readonly sessionMaxAgeMs: number
}

/** An archive that is asked again after an hour was perhaps only busy. */
const ARCHIVE_SLACK_MS = 3_600_000

/**
 * One round trip, and no table is read whole that grows with the people: but for the counts each part
 * has a partial index of what is open.
 *
 * Throws when the database cannot.
 *
 * @param now epoch milliseconds
 */
export async function readMetrics(
  database: Database,
  { experiment, sessionMaxAgeMs }: MetricSettings,
  now: number,
): Promise<MetricFacts> {
  const [
    counted,
    letters,
    [webhooks],
    size,
    [ledger],
    [findings],
    [due],
    [unarchived],
    [look],
    [order],
  ] = await database.batch([
    selectCounts(database),
    database
      .select({
        queue: sql<string>`coalesce(${deadLetters.queue}, 'runs')`,
        count: count(),
        fingerprints: sql<number>`count(distinct ${deadLetters.fingerprint})::int`,
      })
      .from(deadLetters)
      .where(isNull(deadLetters.settledAt))
      .groupBy(sql`1`),
    database.select({ open: count() }).from(webhookEvents).where(isNull(webhookEvents.doneAt)),
    database.execute<{ bytes: number }>(
      sql`select pg_database_size(current_database())::float8 as bytes`,
    ),
    database.select().from(ledgerBalance),
    countOpenFindings(database),
    database
      .select({ dueAt: min(onboardingSessions.dueAt) })
      .from(onboardingSessions)
      .where(isNotNull(onboardingSessions.dueAt)),
    countUnarchived(database, new Date(now - sessionMaxAgeMs - ARCHIVE_SLACK_MS)),
    database
      .select({ trippedAt: experimentLooks.trippedAt })
      .from(experimentLooks)
      .where(eq(experimentLooks.experiment, experiment.id)),
    oldestErasure(database),
  ])
  const dueAt = due?.dueAt?.getTime() ?? null
  return {
    counts: new Counts(countRows(counted.rows)),
    standing: {
      letters: letters.some(({ queue }) => queue === 'runs')
        ? letters
        : [{ queue: 'runs', count: 0, fingerprints: 0 }, ...letters],
      openWebhooks: webhooks?.open ?? 0,
      databaseBytes: size.rows[0]?.bytes ?? 0,
      ledger:
        ledger === undefined
          ? null
          : {
              checkedAt: ledger.checkedAt.getTime(),
              balance: LedgerBalance.parse(ledger.balance),
            },
      openFindings: findings?.count ?? 0,
      overdueSeconds: dueAt === null || dueAt > now ? null : (now - dueAt) / 1_000,
      erasureSeconds: order?.orderedAt ? (now - order.orderedAt.getTime()) / 1_000 : null,
      archiveOverdue: unarchived?.sessions ?? 0,
      experimentTripped: look !== undefined && look.trippedAt !== null,
    },
  }
}

const oldestErasure = (database: Database) =>
  database
    .select({ orderedAt: min(erasures.orderedAt) })
    .from(erasures)
    .where(isNull(erasures.completedAt))

/** The condition is written as in the partial index, or that would not be used. */
const countUnarchived = (database: Database, openedBefore: Date) =>
  database
    .select({ sessions: count() })
    .from(onboardingSessions)
    .where(
      and(
        lt(onboardingSessions.openedAt, openedBefore),
        isNull(onboardingSessions.archivedAt),
        isNull(onboardingSessions.provenAt),
        isNull(onboardingSessions.erasedAt),
        isNotNull(onboardingSessions.dueAt),
        sql`${onboardingSessions.origin} <> 'signed_in'`,
      ),
    )
