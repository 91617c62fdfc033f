import { type BudgetSnapshot, Provider } from '../contract/budget-rpc.ts'
import type { Bindings } from '../env.ts'
import { describeError, log } from './log.ts'
import { within } from './within.ts'

/** An object answers within milliseconds; whoever looks at budgets looks because something is slow. */
const BUDGET_TIMEOUT_MS = 2_000

/** How the budgets of all providers stand. One that does not answer is left out. Never throws. */
export async function budgetSnapshots(env: Bindings): Promise<readonly BudgetSnapshot[]> {
  const seen = await Promise.all(Provider.options.map((provider) => look(env, provider)))
  return seen.filter((snapshot) => snapshot !== null)
}

async function look({ BUDGETS }: Bindings, provider: Provider): Promise<BudgetSnapshot | null> {
  try {
    return await within(BUDGET_TIMEOUT_MS, BUDGETS.getByName(provider).inspect())
  } catch (error) {
    log('warn', 'budget.no_answer', { kind: provider, error: describeError(error) })
    return null
  }
}
