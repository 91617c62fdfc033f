import type { Provider } from '../contract/budget-rpc.ts'
import type { BudgetLimits } from '../core/budget/budget.ts'
import { rateWithin, rateWithinMinute } from '../core/budget/gcra.ts'
import type { SpendLimits } from '../core/budget/reserve.ts'
import { microUsd } from '../core/budget/token-cost.ts'
import type { Settings } from '../env.ts'

/** Calls under way at one provider, from all consumers: what they take without slowing down. */
const CONCURRENCY_MAX = 50

/** What everybody together may ask of a provider. */
export const budgetLimits = (settings: Settings, provider: Provider): BudgetLimits => ({
  ...rateWithin(callsPerSecond(settings, provider)),
  concurrency: provider === 'model' ? settings.OPENAI_CONCURRENCY : CONCURRENCY_MAX,
})

/** @returns `null`: its calls have no price */
export const spendLimits = (settings: Settings, provider: Provider): SpendLimits | null =>
  provider === 'model'
    ? {
        tokens: rateWithinMinute(settings.OPENAI_TOKENS_PER_MINUTE),
        capMicroUsd: microUsd(settings.LLM_DAILY_BUDGET_USD),
      }
    : null

function callsPerSecond(settings: Settings, provider: Provider): number {
  switch (provider) {
    case 'identity':
      return settings.AUTH0_CALLS_PER_SECOND
    case 'billing':
      return settings.STRIPE_CALLS_PER_SECOND
    case 'mail':
      return settings.RESEND_CALLS_PER_SECOND
    case 'model':
      return settings.OPENAI_CALLS_PER_SECOND
  }
}
