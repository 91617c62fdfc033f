import type { HydrationStep } from '../../core/hydration/step.ts'
import { inSpan } from '../trace.ts'
import { accountStepDefinition } from './account.ts'
import { BILLING_STEP } from './names.ts'

/** Who is called by whose step; of a team's own step nothing is said. */
const PROVIDERS: Readonly<Record<string, string>> = {
  identity: 'auth0',
  [BILLING_STEP]: 'stripe',
  [accountStepDefinition.name]: 'postgres',
}

/** The same step, each pass of it in a span of its own. */
export function traced(step: HydrationStep): HydrationStep {
  const { name } = step
  const provider = PROVIDERS[name]
  const of = { step: name, ...(provider === undefined ? {} : { provider }) }
  return {
    ...step,
    ensure: (input) =>
      inSpan('hydration.step', of, async ({ tell }) => {
        const result = await step.ensure(input)
        tell({ outcome: result.ok ? 'done' : result.error.kind })
        return result
      }),
  }
}
