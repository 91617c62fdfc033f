import { type SQL, and, desc, eq, gte, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm'
import type { FoundPerson, FoundSession, SessionSearch } from '../../contract/people.ts'
import type { Database } from './database.ts'
import { deadLetters as letters, onboardingSessions as sessions, users } from './schema.ts'

/** A healthy run takes seconds; a provider that rests its callers, minutes. */
const PENDING_LONG_MS = 10 * 60_000

type Row = typeof sessions.$inferSelect

/** Whose sessions; `null`: of everybody. */
export type Whose = { readonly subjectKey: string } | null

/** A page of the index, the newest first. Throws when the database cannot. */
export async function searchSessions(
  database: Database,
  { specId, state, limit, after }: Omit<SessionSearch, 'userId' | 'email'>,
  whose: Whose,
  now: number,
): Promise<{ readonly sessions: readonly FoundSession[]; readonly next: string | null }> {
  const rows = await database
    .select()
    .from(sessions)
    .where(
      and(
        whose === null ? undefined : eq(sessions.subjectKey, whose.subjectKey),
        specId === undefined ? undefined : beginsWith(specId),
        state === undefined ? undefined : STATES[state](now),
        after === undefined ? undefined : isBehind(after),
      ),
    )
    .orderBy(desc(sessions.openedAt), desc(sessions.specId))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    sessions: page.map(found),
    next:
      rows.length > limit && last !== undefined
        ? `${last.openedAt.getTime()}.${last.specId}`
        : null,
  }
}

/** Who somebody is; `null`: there is no row. Throws when the database cannot. */
export async function findPerson(
  database: Database,
  by: { readonly subjectKey: string } | { readonly userId: string },
): Promise<(FoundPerson & { readonly subjectKey: string }) | null> {
  const [row] = await database
    .select()
    .from(users)
    .where('userId' in by ? eq(users.userId, by.userId) : eq(users.subjectKey, by.subjectKey))
  if (row === undefined) return null
  const { subjectKey, userId, kind, email, walletAddress, issuerSubject, provenAt } = row
  const identity = email ?? walletAddress ?? issuerSubject ?? ''
  return { subjectKey, userId, kind, identity, provenAt: momentOf(provenAt) }
}

const STATES: Readonly<
  Record<NonNullable<SessionSearch['state']>, (now: number) => SQL | undefined>
> = {
  pending_long: (now) =>
    and(isNull(sessions.settledAt), lt(sessions.openedAt, new Date(now - PENDING_LONG_MS))),
  // Written as in the partial index, or that would not be used.
  failed: () => sql`${sessions.status} = 'failed'`,
  dead_lettered: () =>
    sql`exists (select 1 from ${letters}
      where ${letters.specId} = ${sessions.specId} and ${letters.settledAt} is null)`,
  unfinished: () => and(isNotNull(sessions.archivedAt), isNull(sessions.provenAt)),
}

const UUID_CHARS = 36
const LOWEST = '00000000-0000-0000-0000-000000000000'
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Between the first and the last id that begin so: the primary key finds them. */
const beginsWith = (start: string): SQL | undefined =>
  start.length === UUID_CHARS
    ? eq(sessions.specId, start)
    : and(
        gte(sessions.specId, start + LOWEST.slice(start.length)),
        lte(sessions.specId, start + HIGHEST.slice(start.length)),
      )

/** Postgres keeps microseconds, and we write milliseconds: what a cursor says is exact. */
function isBehind(cursor: string): SQL {
  const [openedAt = '', specId = ''] = cursor.split('.')
  const at = new Date(Number(openedAt)).toISOString()
  return sql`(${sessions.openedAt}, ${sessions.specId}) < (${at}::timestamptz, ${specId}::uuid)`
}

const found = (row: Row): FoundSession => ({
  specId: row.specId,
  run: row.run,
  status: row.status,
  openedAt: row.openedAt.getTime(),
  settledAt: momentOf(row.settledAt),
  archivedAt: momentOf(row.archivedAt),
  provenAt: momentOf(row.provenAt),
  erasedAt: momentOf(row.erasedAt),
  failure: row.failureStep === null ? null : { step: row.failureStep, kind: row.failureKind },
})

const momentOf = (date: Date | null): number | null => date?.getTime() ?? null
