import type { HydrationStep, StepDefinition } from '../../core/hydration/step.ts'
import type { Settings } from '../../env.ts'
import type { CallGate } from '../call-gate.ts'
import type { AccountWriter } from '../neon/account-writer.ts'
import { accountStepDefinition, createAccountStep } from './account.ts'
import { auth0SettingsOf } from '../auth0/settings.ts'
import { billingStepDefinition, createBillingStep } from './billing.ts'
import { createIdentityStep, identityStepDefinition } from './identity.ts'

/**
 * The steps of a run, in order. The account comes last: its row is what makes a person real, and it
 * carries what the others found. A step of your own is one more file and one more line in each of
 * the two functions.
 */
export function stepDefinitions(settings: Settings): readonly StepDefinition[] {
  const auth0 = auth0SettingsOf(settings)
  return [
    ...(auth0 === null ? [] : [identityStepDefinition(auth0)]),
    ...(settings.STRIPE_SECRET_KEY === undefined ? [] : [billingStepDefinition]),
    accountStepDefinition,
  ]
}

/** @param gate for steps that hold a connection of their own while they wait */
export function createSteps(
  { STRIPE_SECRET_KEY, ...settings }: Settings,
  accounts: AccountWriter,
  gate: CallGate,
): readonly HydrationStep[] {
  const auth0 = auth0SettingsOf(settings)
  return [
    ...(auth0 === null ? [] : [gated(createIdentityStep(auth0), gate)]),
    ...(STRIPE_SECRET_KEY === undefined
      ? []
      : [gated(createBillingStep({ ...settings, STRIPE_SECRET_KEY }), gate)]),
    createAccountStep(accounts),
  ]
}

const gated = ({ remove, ...step }: HydrationStep, gate: CallGate): HydrationStep => ({
  ...step,
  ensure: (input) => gate(() => step.ensure(input)),
  ...(remove && { remove: (input) => gate(() => remove(input)) }),
})
