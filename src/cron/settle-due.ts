import { describeError, log } from '../adapters/log.ts'
import { createSettleDeps } from '../adapters/billing-deps.ts'
import { openGates } from '../adapters/provider-gates.ts'
import { settleEvents } from '../core/billing/settle.ts'
import { type Bindings, parseSettings } from '../env.ts'

/** One tick's share: some ten calls a second for a few seconds; the next tick takes those behind. */
const CUSTOMERS_PER_TICK_MAX = 50
const SETTLE_MS = 20_000
/** Stripe lets people send an event again for thirty days: until then its id is worth knowing. */
const KEPT_MS = 35 * 86_400_000

/** The net under webhooks: takes up what is open and due, and forgets what was closed long ago. */
export async function settleDue(env: Bindings): Promise<void> {
  const gates = openGates(env, Date.now() + SETTLE_MS)
  const deps = createSettleDeps(parseSettings(env), gates.billing)
  if (deps === null) return
  await settleEvents(deps, { limit: CUSTOMERS_PER_TICK_MAX })
  await gates.settle()
  try {
    await deps.events.forget(Date.now() - KEPT_MS)
  } catch (error) {
    log('warn', 'webhooks.not_forgotten', { error: describeError(error) })
  }
}
