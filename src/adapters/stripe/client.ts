import { Stripe } from 'stripe'
import type { StepFailure } from '../../contract/hydration.ts'
import { providerFailure } from '../../core/hydration/failure.ts'
import { CallRefused } from '../gated-client.ts'
import { describeError } from '../log.ts'

/** Stripe answers within a second or not for a while; the lease must outlast a few of these. */
const CALL_TIMEOUT_MS = 5_000

/** Under this key a customer's metadata carries our id: how one of ours is recognised. */
export const USER_ID = 'foyer_user_id'

export interface StripeSettings {
  readonly STRIPE_SECRET_KEY: string
  readonly STRIPE_API_BASE?: string | undefined
}

export function stripeClient({ STRIPE_SECRET_KEY, STRIPE_API_BASE }: StripeSettings): Stripe {
  const base = STRIPE_API_BASE === undefined ? null : new URL(STRIPE_API_BASE)
  return new Stripe(STRIPE_SECRET_KEY, {
    httpClient: Stripe.createFetchHttpClient(),
    timeout: CALL_TIMEOUT_MS,
    // Whoever calls decides about retries.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && {
      protocol: base.protocol === 'http:' ? 'http' : 'https',
      host: base.hostname,
      port: base.port,
    }),
  })
}

/** Whether Stripe says that there never was what was asked for. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.code === 'resource_missing'

export function stripeFailure(error: unknown): StepFailure {
  if (error instanceof CallRefused) return error.failure
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    return { kind: 'rejected', detail: 'stripe key was used with another body' }
  }
  if (error instanceof Stripe.errors.StripeError) {
    // Its message may quote the address; type and code do not.
    const status = error.statusCode ?? null
    return providerFailure(
      'stripe',
      status,
      error.code ?? error.type,
      error.headers?.['retry-after'],
    )
  }
  return { kind: 'unknown_outcome', detail: `stripe ${describeError(error)}` }
}
