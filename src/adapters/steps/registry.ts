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

/** @param gates of the providers whom steps call */
export function createSteps(
  { STRIPE_SECRET_KEY, ...settings }: Settings,
  accounts: Pick<AccountWriter, 'write' | 'erase' | 'erasePerson'>,
  gates: Readonly<Record<'identity' | 'billing', CallGate>>,
): readonly HydrationStep[] {
  const auth0 = auth0SettingsOf(settings)
  return [
    ...(auth0 === null ? [] : [createIdentityStep(auth0, gates.identity)]),
    ...(STRIPE_SECRET_KEY === undefined
      ? []
      : [createBillingStep({ ...settings, STRIPE_SECRET_KEY }, gates.billing)]),
    createAccountStep(accounts),
  ]
}
