import { Hono } from 'hono'
import type { BudgetsResponse } from '../../contract/admin.ts'
import { type BudgetSnapshot, Provider } from '../../contract/budget-rpc.ts'
import { describeError, log } from '../../adapters/log.ts'
import { within } from '../../adapters/within.ts'
import type { Bindings } from '../../env.ts'
import type { HttpEnv } from '../context.ts'

/** An object answers within milliseconds; whoever looks at budgets looks because something is slow. */
const BUDGET_TIMEOUT_MS = 2_000

/** `/api/admin/budgets`: what each provider may be asked, and what was spent. */
export const budgets = new Hono<HttpEnv>().get('/', async (c) => {
  const seen = await Promise.all(Provider.options.map((provider) => look(c.env, provider)))
  return c.json({
    budgets: seen.filter((snapshot) => typeof snapshot !== 'string'),
    unanswered: seen.filter((snapshot) => typeof snapshot === 'string'),
  } satisfies BudgetsResponse)
})

/** @returns the name of a provider whose budget does not answer */
async function look({ BUDGETS }: Bindings, provider: Provider): Promise<BudgetSnapshot | Provider> {
  try {
    return await within(BUDGET_TIMEOUT_MS, BUDGETS.getByName(provider).inspect())
  } catch (error) {
    log('warn', 'budget.no_answer', { kind: provider, error: describeError(error) })
    return provider
  }
}
