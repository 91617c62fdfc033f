import { Hono } from 'hono'
import { z } from 'zod'
import { connect } from '../../adapters/neon/database.ts'
import { findIndexed } from '../../adapters/neon/indexed-session.ts'
import type { SessionReport, SessionResponse } from '../../contract/explanation.ts'
import { ERASED } from '../../core/onboarding/explain.ts'
import type { HttpEnv } from '../context.ts'
import { NOTHING_HERE, refuse } from '../refuse.ts'

const SpecId = z.uuid()

/** `/api/admin/sessions`: why is this person stuck? */
export const sessions = new Hono<HttpEnv>().get('/:specId', async (c) => {
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

const NOBODY: SessionReport = {
  session: null,
  steps: [],
  explanation: ERASED,
  timeline: [],
  traceId: null,
}
