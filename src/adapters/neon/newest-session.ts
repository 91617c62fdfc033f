import { desc, eq, sql } from 'drizzle-orm'
import type { RunStatus } from '../../contract/onboarding.ts'
import type { Database } from './database.ts'
import { onboardingSessions } from './schema.ts'

export interface NewestSession {
  readonly status: RunStatus
  /** Epoch milliseconds. */
  readonly openedAt: number
}

/**
 * The newest session of a subject, of those that a proof ended if there are any: others may be
 * strangers'. Throws when the database cannot.
 */
export async function newestSession(
  database: Database,
  subjectKey: string,
): Promise<NewestSession | null> {
  const { status, openedAt, provenAt, run } = onboardingSessions
  const [found] = await database
    .select({ status, openedAt })
    .from(onboardingSessions)
    .where(eq(onboardingSessions.subjectKey, subjectKey))
    .orderBy(sql`${provenAt} is null`, desc(run))
    .limit(1)
  return found === undefined ? null : { ...found, openedAt: found.openedAt.getTime() }
}
