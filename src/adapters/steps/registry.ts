import type { LimitFunction } from 'p-limit'
import type { HydrationStep, StepDefinition } from '../../core/hydration/step.ts'
import type { Settings } from '../../env.ts'
import type { AccountWriter } from '../neon/account-writer.ts'
import { accountStepDefinition, createAccountStep } from './account.ts'
import { billingStepDefinition, createBillingStep } from './billing.ts'

/**
 * The steps of a run, in order. The account comes last: its row is what makes a person real, and it
 * carries what the others found. A step of your own is one more file and one more line in each of
 * the two functions.
 */
export function stepDefinitions(settings: Settings): readonly StepDefinition[] {
  return [
    ...(settings.STRIPE_SECRET_KEY === undefined ? [] : [billingStepDefinition]),
    accountStepDefinition,
  ]
}

/** @param limit for steps that hold a connection of their own while they wait */
export function createSteps(
  { STRIPE_SECRET_KEY, ...settings }: Settings,
  accounts: AccountWriter,
  limit: LimitFunction,
): readonly HydrationStep[] {
  return [
    ...(STRIPE_SECRET_KEY === undefined
      ? []
      : [limited(createBillingStep({ ...settings, STRIPE_SECRET_KEY }), limit)]),
    createAccountStep(accounts),
  ]
}

const limited = (step: HydrationStep, limit: LimitFunction): HydrationStep => ({
  ...step,
  ensure: (input) => limit(() => step.ensure(input)),
})
