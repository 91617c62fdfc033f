import { Hono } from 'hono'
import { ActionPage } from '../../contract/admin.ts'
import { connect } from '../../adapters/neon/database.ts'
import { listActions } from '../../adapters/neon/operator-actions.ts'
import type { HttpEnv } from '../context.ts'
import { validationRefusal } from '../read-json.ts'
import { refuse } from '../refuse.ts'

/** `/api/admin/operator-actions`: who did what, when, why, and what came of it. */
export const operatorActions = new Hono<HttpEnv>().get('/', async (c) => {
  const page = ActionPage.safeParse(c.req.query())
  if (!page.success) return refuse(c, validationRefusal(page.error))
  return c.json(await listActions(connect(c.get('services').settings), page.data))
})
