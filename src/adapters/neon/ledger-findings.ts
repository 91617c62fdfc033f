import { and, count, desc, eq, inArray, isNull, lt, notInArray, or, sql } from 'drizzle-orm'
import { type ThingCount, isEven } from '../../core/ledger/count-things.ts'
import type { LedgerFinding } from '../../contract/ledger.ts'
import type { Database } from './database.ts'
import { ledgerFindings as findings, users } from './schema.ts'

/** See `LedgerStore.settleFindings`: all of it is one transaction. */
export async function settleFindings(
  database: Database,
  counts: readonly ThingCount[],
  countedKinds: readonly string[],
  now: Date,
): Promise<void> {
  const odd = counts.filter((one) => !isEven(one))
  await database.batch([
    resolve(database, counts.filter(isEven), countedKinds, now),
    ...odd.map((one) => keep(database, one, now)),
  ])
}

function resolve(
  database: Database,
  even: readonly ThingCount[],
  countedKinds: readonly string[],
  now: Date,
) {
  const mended = [...Map.groupBy(even, ({ kind }) => kind)].map(([kind, own]) =>
    and(
      eq(findings.kind, kind),
      inArray(
        findings.subjectKey,
        own.map(({ account }) => account.facts.subjectKey),
      ),
    ),
  )
  const living = database.select({ subjectKey: users.subjectKey }).from(users)
  return database
    .update(findings)
    .set({ resolvedAt: now })
    .where(
      and(
        isNull(findings.resolvedAt),
        or(
          ...mended,
          notInArray(findings.kind, [...countedKinds]),
          sql`not exists ${living.where(eq(users.subjectKey, findings.subjectKey))}`,
        ),
      ),
    )
}

/** From the row itself: a lease that wrote it meanwhile knows more than we do. */
function keep(database: Database, { account, kind, expected, found }: ThingCount, now: Date) {
  const moment = sql`${now.toISOString()}::timestamptz`
  const unchanged = database
    .select({
      kind: sql<string>`${kind}::text`.as('kind'),
      subjectKey: users.subjectKey,
      expected: sql<number>`${expected}::integer`.as('expected'),
      found: sql<number>`${found}::integer`.as('found'),
      firstSeenAt: moment.as('first_seen_at'),
      lastSeenAt: moment.as('last_seen_at'),
      resolvedAt: sql`null::timestamptz`.as('resolved_at'),
    })
    .from(users)
    .where(and(eq(users.subjectKey, account.facts.subjectKey), eq(users.fence, account.fence)))
  return database
    .insert(findings)
    .select(unchanged)
    .onConflictDoUpdate({
      target: [findings.subjectKey, findings.kind],
      set: {
        expected: sql`excluded.expected`,
        found: sql`excluded.found`,
        // Of one that had been mended: it is another one.
        firstSeenAt: sql`case when ${findings.resolvedAt} is null
          then ${findings.firstSeenAt} else excluded.first_seen_at end`,
        lastSeenAt: sql`excluded.last_seen_at`,
        resolvedAt: null,
      },
    })
}

export const countOpenFindings = (database: Database) =>
  database.select({ count: count() }).from(findings).where(isNull(findings.resolvedAt))

export const forgetFindings = (database: Database, resolvedBefore: Date) =>
  database.delete(findings).where(lt(findings.resolvedAt, resolvedBefore))

export async function listFindings(
  database: Database,
  limit: number,
): Promise<readonly LedgerFinding[]> {
  const rows = await database
    .select()
    .from(findings)
    .orderBy(sql`${findings.resolvedAt} desc nulls first`, desc(findings.lastSeenAt))
    .limit(limit)
  return rows.map((row) => ({
    ...row,
    firstSeenAt: row.firstSeenAt.getTime(),
    lastSeenAt: row.lastSeenAt.getTime(),
    resolvedAt: row.resolvedAt?.getTime() ?? null,
  }))
}
