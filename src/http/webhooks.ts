import { Hono } from 'hono'
import { describeError, log } from '../adapters/log.ts'
import { createSettleDeps } from '../adapters/billing-deps.ts'
import { openGates } from '../adapters/provider-gates.ts'
import { settleEvents } from '../core/billing/settle.ts'
import { verifyWebhook } from '../adapters/stripe/verify-webhook.ts'
import { ignoredAtSight } from '../core/billing/verdict.ts'
import type { HttpEnv } from './context.ts'
import { readBody } from './read-body.ts'
import { NOTHING_HERE, type Refusal, refuse } from './refuse.ts'

/** Events about subscriptions are a few KB; an invoice of hundreds of lines stays below this. */
const EVENT_MAX_BYTES = 524_288
/** What the platform gives to work after the answer, less the time of a last call. */
const SETTLE_MS = 20_000
const STORE_RETRY_MS = 10_000

/**
 * `/webhooks/stripe`: verified, stored, answered; what follows happens after the answer and may fail
 * without loss. Not behind the limit by address, since all of Stripe's come from a few: the signature
 * is what keeps others out.
 */
export const webhooks = new Hono<HttpEnv>().post('/stripe', async (c) => {
  const { settings } = c.get('services')
  const gates = openGates(c.env, Date.now() + SETTLE_MS)
  const deps = createSettleDeps(settings, gates.billing)
  // Whoever has not set it up has no such address. Stripe tries an event for three days, and shows
  // its owner that nobody takes it.
  if (deps === null || settings.STRIPE_WEBHOOK_SECRET.length === 0) return refuse(c, NOTHING_HERE)
  const body = await readBody(c.req.raw, EVENT_MAX_BYTES)
  if (body === null) return refuse(c, TOO_LARGE)
  const signature = c.req.header('stripe-signature') ?? ''
  const verified = await verifyWebhook(settings.STRIPE_WEBHOOK_SECRET, body, signature)
  const requestId = c.get('requestId')
  if (!verified.ok) {
    log('warn', 'webhooks.refused', { requestId, error: verified.error })
    return refuse(c, REFUSED)
  }
  const event = verified.value
  const ignoredAs = ignoredAtSight(event)
  try {
    const isNew = await deps.events.store(event, ignoredAs, Date.now())
    if (isNew && ignoredAs === null && event.customerId !== null) {
      c.executionCtx.waitUntil(settleEvents(deps, [event.customerId]).then(gates.settle))
    }
  } catch (error) {
    log('error', 'webhooks.not_stored', { requestId, error: describeError(error) })
    return refuse(c, NOT_STORED)
  }
  return c.json({ received: true })
})

const TOO_LARGE: Refusal = {
  code: 'payload_too_large',
  message: `The body must not exceed ${EVENT_MAX_BYTES} bytes.`,
}

/** One answer for all that can be wrong with it: a forger learns nothing. */
const REFUSED: Refusal = { code: 'signature_invalid', message: 'The signature is not valid.' }

const NOT_STORED: Refusal = {
  code: 'unavailable',
  message: 'Please send it again.',
  retryAfterMs: STORE_RETRY_MS,
}
