import type { Provider } from '../contract/budget-rpc.ts'
import type { TokenPrices } from '../core/policy/cost.ts'
import type { Bindings } from '../env.ts'
import { BudgetGate } from './budget-gate.ts'
import { type CallGate, openConnections } from './call-gate.ts'
import { ModelGate } from './model-gate.ts'

/** A model's calls have a price, and so a gate of their own. */
type Free = Exclude<Provider, 'model'>

/** The ways to the providers, for one invocation: they share its connections. */
export interface ProviderGates extends Readonly<Record<Free, CallGate>> {
  /** Tells the budgets what the calls have shown; to be awaited at the end. Never throws. */
  readonly settle: () => Promise<void>
}

/**
 * Fresh for each invocation: what counts connections must not outlive it.
 *
 * @param stopAt epoch milliseconds after which no call is begun
 */
export function openGates({ BUDGETS }: Bindings, stopAt: number): ProviderGates {
  const connections = openConnections(stopAt)
  const gateOf = (provider: Free): BudgetGate =>
    new BudgetGate(BUDGETS.getByName(provider), connections)
  const [identity, billing, mail] = [gateOf('identity'), gateOf('billing'), gateOf('mail')]
  return {
    identity: identity.run,
    billing: billing.run,
    mail: mail.run,
    settle: async () => {
      await Promise.all([identity, billing, mail].map((gate) => gate.settle()))
    },
  }
}

/** The same for the model, with connections of its own. */
export const openModelGate = (
  { BUDGETS }: Bindings,
  stopAt: number,
  prices: TokenPrices,
): ModelGate => new ModelGate(BUDGETS.getByName('model'), openConnections(stopAt), prices)
