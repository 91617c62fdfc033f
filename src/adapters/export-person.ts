import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { PersonExport } from '../contract/people.ts'
import type { Bindings } from '../env.ts'
import { parseSettings } from '../env.ts'
import { readArchive } from './archive.ts'
import { createProviders } from './hydration-adapters.ts'
import { connect, type Database } from './neon/database.ts'
import { rowsOfPerson } from './neon/export-person.ts'
import { accountOf } from './neon/ledger-accounts.ts'
import { onboardingSessions as sessions, users } from './neon/schema.ts'

/** An operator waits; providers answer within seconds or are down. */
const PROVIDERS_MS = 15_000

const ObjectExport = z.object({ timeline: z.array(z.unknown()), behaviour: z.array(z.unknown()) })

/**
 * Gathers what every store holds of a subject.
 *
 * @returns `null`: nobody holds anything. Throws when the database or the archive cannot be read.
 */
export async function exportPerson(
  env: Bindings,
  subjectKey: string,
  now: number,
): Promise<PersonExport | null> {
  const database = connect(parseSettings(env))
  const [told, postgres, archived] = await Promise.all([
    env.SUBJECTS.getByName(subjectKey).export(),
    rowsOfPerson(database, subjectKey),
    database
      .select({ specId: sessions.specId, openedAt: sessions.openedAt })
      .from(sessions)
      .where(eq(sessions.subjectKey, subjectKey)),
  ])
  const object = ObjectExport.parse(JSON.parse(told))
  const rows = Object.values(postgres).reduce((sum, { length }) => sum + length, 0)
  if (object.timeline.length === 0 && rows === 0) return null
  const ids = archived.map(({ specId, openedAt }) => ({ specId, openedAt: openedAt.getTime() }))
  const archive = await readArchive(env.ARCHIVE, ids)
  return {
    exportedAt: now,
    object,
    postgres,
    archive,
    ...(await askProviders(env, database, subjectKey, now)),
  }
}

/** Those that were asked to hold something of this person. */
async function askProviders(
  env: Bindings,
  database: Database,
  subjectKey: string,
  now: number,
): Promise<Pick<PersonExport, 'providers' | 'unanswered'>> {
  const rows = await database.select().from(users).where(eq(users.subjectKey, subjectKey))
  const [account] = rows.flatMap(accountOf)
  if (account === undefined) return { providers: {}, unanswered: [] }
  const { steps, settle } = createProviders(env, now + PROVIDERS_MS)
  const answers = await Promise.all(
    steps.flatMap(({ name, tell }) =>
      tell === undefined
        ? []
        : [tell({ account: account.facts, refs: account.refs }).then((said) => ({ name, said }))],
    ),
  )
  await settle()
  return {
    providers: Object.fromEntries(
      answers.flatMap(({ name, said }) => (said.ok ? [[name, said.value]] : [])),
    ),
    unanswered: answers.flatMap(({ name, said }) => (said.ok ? [] : [name])),
  }
}
