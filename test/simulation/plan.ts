import { billingStepDefinition } from '../../src/adapters/steps/billing.ts'
import { accountStepDefinition } from '../../src/adapters/steps/account.ts'
import { identityStepDefinition } from '../../src/adapters/steps/identity.ts'
import type { Random } from './random.ts'
import type { DecisionContext } from '../../src/core/onboarding/decision.ts'

/** The settings that the decisions read. */
export type Plan = Pick<
  DecisionContext,
  'steps' | 'opensPerMinute' | 'sessionMaxAgeMs' | 'retentionMs' | 'mailRepeats'
>

export const IDENTITY_SETTINGS = { connection: 'simulated' }

const DAY_MS = 24 * 3_600_000

/** As `wrangler.toml` has it, with all three steps on. */
export const PLAN: Plan = {
  steps: [identityStepDefinition(IDENTITY_SETTINGS), billingStepDefinition, accountStepDefinition],
  opensPerMinute: 3,
  sessionMaxAgeMs: DAY_MS,
  retentionMs: 30 * DAY_MS,
  mailRepeats: 'idempotent',
}

/** Now and then a short retention, in whose end people get caught, or a mail provider without keys. */
export const drawPlan = (random: Random): Plan => ({
  ...PLAN,
  retentionMs: random.pick([1, 2, 5, 30]) * DAY_MS,
  mailRepeats: random.chance(0.2) ? 'at_least_once' : 'idempotent',
})
