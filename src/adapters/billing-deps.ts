import type { SettleDeps, Trouble } from '../core/billing/settle.ts'
import type { Settings } from '../env.ts'
import type { CallGate } from './call-gate.ts'
import { describeError, log } from './log.ts'
import { createBillingEvents } from './neon/billing-events.ts'
import { connect } from './neon/database.ts'
import { createReadCustomer } from './stripe/read-customer.ts'

/** What brings accounts up to date with billing, for any shell; `null`: billing is off. */
export function createSettleDeps(
  { STRIPE_SECRET_KEY, ...settings }: Settings,
  gate: CallGate,
): SettleDeps | null {
  if (STRIPE_SECRET_KEY === undefined) return null
  return {
    events: createBillingEvents(connect(settings)),
    readCustomer: createReadCustomer({ ...settings, STRIPE_SECRET_KEY }, gate),
    now: Date.now,
    report,
  }
}

function report(trouble: Trouble): void {
  switch (trouble.kind) {
    case 'no_answer': {
      const { kind, detail } = trouble.failure
      return log('warn', 'webhooks.no_answer', { kind, detail })
    }
    case 'interrupted':
      return log('warn', 'webhooks.interrupted', { error: describeError(trouble.error) })
  }
}
