import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { ObjectExport, type PersonExport } from '../contract/people.ts'
import type { LedgerAccount } from '../core/ledger/count-things.ts'
import { stepsFor } from '../core/hydration/step.ts'
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
  const archive = (await readArchive(env.ARCHIVE, ids)).map(withoutReferrer)
  return {
    exportedAt: now,
    object,
    postgres,
    archive,
    ...(await askProviders(env, await accountMeant(database, subjectKey, object), now)),
  }
}

const Archived = z.looseObject({ referrerOrigin: z.unknown().optional() })

/** Nobody proved an archived session: where its holder came from may be somebody else's matter. */
function withoutReferrer(kept: unknown): object {
  const { referrerOrigin: _, ...told } = Archived.parse(kept)
  return told
}

type AccountMeant = Pick<LedgerAccount, 'facts' | 'refs'>

/** The account as its object knows it, also when no row was ever written; things that only a row names, too. */
async function accountMeant(
  database: Database,
  subjectKey: string,
  { account: facts, refs }: ObjectExport,
): Promise<AccountMeant | null> {
  const rows = await database.select().from(users).where(eq(users.subjectKey, subjectKey))
  const [row] = rows.flatMap(accountOf)
  if (facts === null || (row !== undefined && row.facts.userId !== facts.userId)) return row ?? null
  return { facts, refs: new Map([...Object.entries(refs), ...(row?.refs ?? [])]) }
}

/** Those that were asked to hold something of this person. */
async function askProviders(
  env: Bindings,
  account: AccountMeant | null,
  now: number,
): Promise<Pick<PersonExport, 'providers' | 'unanswered'>> {
  if (account === null) return { providers: {}, unanswered: [] }
  const { steps, settle } = createProviders(env, now + PROVIDERS_MS)
  const answers = await Promise.all(
    stepsFor(steps, account.facts).flatMap(({ name, tell }) =>
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
