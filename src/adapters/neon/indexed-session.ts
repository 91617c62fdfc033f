import { eq } from 'drizzle-orm'
import type { IndexRow } from '../../contract/explanation.ts'
import type { Database } from './database.ts'
import { onboardingSessions } from './schema.ts'

/** A session as the index has it; `null`: it has none of this id. Throws when the database cannot. */
export async function findIndexed(database: Database, specId: string): Promise<IndexRow | null> {
  const [row] = await database
    .select()
    .from(onboardingSessions)
    .where(eq(onboardingSessions.specId, specId))
  if (row === undefined) return null
  const { subjectKey, run, status, failureStep, failureKind, failureDetail } = row
  return {
    subject: subjectKey,
    run,
    status,
    failure:
      failureStep === null ? null : { step: failureStep, kind: failureKind, detail: failureDetail },
    openedAt: row.openedAt.getTime(),
    deadlineAt: row.deadlineAt.getTime(),
    settledAt: momentOf(row.settledAt),
    archivedAt: momentOf(row.archivedAt),
    invitedAt: momentOf(row.invitedAt),
    provenAt: momentOf(row.provenAt),
    erasedAt: momentOf(row.erasedAt),
  }
}

const momentOf = (date: Date | null): number | null => date?.getTime() ?? null
