import { Hono } from 'hono'
import { admin } from './admin/admin.ts'
import { knownBy } from '../adapters/current-work.ts'
import { describeError, log } from '../adapters/log.ts'
import { TRACE_BYTES, continueTrace } from '../core/traceparent.ts'
import { authorize } from './authenticate.ts'
import { type HttpEnv, servicesOf } from './context.ts'
import { allowOrigins } from './cors.ts'
import { countRequests } from './count-requests.ts'
import { events } from './events.ts'
import { health } from './health.ts'
import { invitation } from './invitation.ts'
import { member } from './member.ts'
import { onboarding } from './onboarding.ts'
import { proof } from './proof.ts'
import { metrics } from './metrics.ts'
import { nothingHere } from './nothing-here.ts'
import { refuse } from './refuse.ts'
import { recommendations } from './recommendations.ts'
import { socket } from './socket.ts'
import { stream } from './stream.ts'
import { user } from './user.ts'
import { wallet } from './wallet.ts'
import { webhooks } from './webhooks.ts'

/** Keys change by deploy; for an hour verifiers need not ask again, and rotation waits longer. */
const JWKS_MAX_AGE_SECONDS = 3_600
/** For a subject's object that is overloaded or restarting. */
const OBJECT_RETRY_MS = 1_000

/**
 * Of every answer that is not a page: it is data, for nobody to interpret, frame or keep. Pages have
 * theirs in web/public/_headers.
 */
const HEADERS = Object.entries({
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
})

const base = new Hono<HttpEnv>()

base.use(async (c, next) => {
  const requestId = crypto.randomUUID()
  c.set('requestId', requestId)
  c.header('X-Request-Id', requestId)
  for (const [name, value] of HEADERS) c.header(name, value)
  const random = crypto.getRandomValues(new Uint8Array(TRACE_BYTES))
  const traceparent = continueTrace(c.req.header('traceparent'), random)
  return knownBy({ requestId, traceparent }, () => {
    c.set('services', servicesOf(c.env))
    return next()
  })
})

base.use(countRequests)

base.use('/api/*', allowOrigins)
base.use('/.well-known/*', allowOrigins)

base.use(authorize)

/** The whole HTTP surface. */
export const app = base
  .route('/', health)
  .route('/api/onboarding', onboarding)
  .route('/api/onboarding', proof)
  .route('/api/onboarding', stream)
  .route('/api/onboarding', invitation)
  .route('/api', member)
  .route('/api/admin', admin)
  .route('/api/auth', wallet)
  .route('/api/user', user)
  .route('/api/v1', events)
  .route('/api/v1', recommendations)
  .route('/ws', socket)
  .route('/webhooks', webhooks)
  .route('/metrics', metrics)
  .get('/.well-known/jwks.json', (c) => {
    c.header('Cache-Control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`)
    return c.json(c.get('services').tokens.publicKeys)
  })
  .notFound(nothingHere)
  .onError((error, c) => {
    const requestId = c.get('requestId')
    log('error', 'http.failed', { requestId, route: c.req.routePath, error: describeError(error) })
    return isObjectFailure(error)
      ? refuse(c, {
          code: 'unavailable',
          message: 'Please try again.',
          retryAfterMs: OBJECT_RETRY_MS,
        })
      : refuse(c, { code: 'internal', message: 'Something went wrong on our side.' })
  })

/** How the runtime marks an object that is overloaded, was moved, or lost its storage for a moment. */
const isObjectFailure = (error: Error): boolean =>
  ('retryable' in error && error.retryable === true) ||
  ('overloaded' in error && error.overloaded === true)
