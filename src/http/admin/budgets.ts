import { Hono } from 'hono'
import type { BudgetsResponse } from '../../contract/admin.ts'
import { Provider } from '../../contract/budget-rpc.ts'
import { budgetSnapshots } from '../../adapters/budget-snapshots.ts'
import type { HttpEnv } from '../context.ts'

/** `/api/admin/budgets`: what each provider may be asked, and what was spent. */
export const budgets = new Hono<HttpEnv>().get('/', async (c) => {
  const answered = await budgetSnapshots(c.env)
  const silent = Provider.options.filter(
    (provider) => !answered.some((snapshot) => snapshot.provider === provider),
  )
  return c.json({ budgets: answered, unanswered: silent } satisfies BudgetsResponse)
})
