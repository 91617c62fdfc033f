import { Hono } from 'hono'
import { z } from 'zod'
import { connect } from '../../adapters/neon/database.ts'
import { findIndexed } from '../../adapters/neon/indexed-session.ts'
import { findPerson, searchSessions } from '../../adapters/neon/session-search.ts'
import type { SessionReport, SessionResponse } from '../../contract/explanation.ts'
import {
  type FoundPerson,
  SessionSearch,
  type SessionSearchResponse,
} from '../../contract/people.ts'
import { ERASED } from '../../core/onboarding/explain.ts'
import type { HttpEnv } from '../context.ts'
import { keyOfEmail } from './person-meant.ts'
import { readJson } from '../read-json.ts'
import { NOTHING_HERE, refuse } from '../refuse.ts'

const SpecId = z.uuid()

/** `/api/admin/sessions`: who is it about, and why are they stuck? */
export const sessions = new Hono<HttpEnv>()
  .post('/search', async (c) => {
    const search = await readJson(c, SessionSearch)
    if (!search.ok) return refuse(c, search.error)
    const { userId, email, ...which } = search.value
    const services = c.get('services')
    const database = connect(services.settings)
    const key = email === undefined ? null : await keyOfEmail(email, services.pepper)
    if (key?.ok === false) return refuse(c, key.error)
    const by = key === null ? (userId === undefined ? null : { userId }) : { subjectKey: key.value }
    const known = by === null ? null : await findPerson(database, by)
    const subjectKey = known?.subjectKey ?? key?.value
    // Of an id that has no account's row nobody knows whose it is.
    if (by !== null && subjectKey === undefined) {
      return c.json({ sessions: [], next: null, person: null } satisfies SessionSearchResponse)
    }
    const whose = subjectKey === undefined ? null : { subjectKey }
    const page = await searchSessions(database, which, whose, Date.now())
    return c.json({ ...page, person: shown(known) } satisfies SessionSearchResponse)
  })

  .get('/:specId', async (c) => {
    const specId = SpecId.safeParse(c.req.param('specId').toLowerCase()).data
    if (specId === undefined) return refuse(c, NOTHING_HERE)
    // Only the index knows whose session it is.
    const indexed = await findIndexed(connect(c.get('services').settings), specId)
    if (indexed === null) return refuse(c, NOTHING_HERE)
    const report: SessionReport =
      indexed.subject === null
        ? NOBODY
        : await c.env.SUBJECTS.getByName(indexed.subject).explain(specId)
    return c.json({ specId, indexed, ...report } satisfies SessionResponse)
  })

/** Without the key, which is of no use outside. */
function shown(known: Awaited<ReturnType<typeof findPerson>>): FoundPerson | null {
  if (known === null) return null
  const { subjectKey: _, ...person } = known
  return person
}

const NOBODY: SessionReport = {
  session: null,
  steps: [],
  explanation: ERASED,
  timeline: [],
  traceId: null,
}
