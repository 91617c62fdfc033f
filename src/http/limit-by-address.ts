import { createMiddleware } from 'hono/factory'
import type { Settings } from '../env.ts'
import { clientPrefix } from '../core/client-address.ts'
import type { HttpEnv } from './context.ts'
import { refuse } from './refuse.ts'

/** The window of the binding in wrangler.toml: after it the allowance is whole again. */
const WINDOW_MS = 60_000

/**
 * The coarse limit, per client address and location, before anything is parsed. Approximate by the
 * platform's nature; the exact one is the subject's object.
 */
export const limitByAddress = createMiddleware<HttpEnv>(async (c, next) => {
  const { settings } = c.get('services')
  if (settings.IP_LIMIT === 'on') {
    const { success } = await c.env.IP_LIMITER.limit({ key: clientAddress(c.req.raw, settings) })
    if (!success) {
      const message = 'Too many requests from this address.'
      return refuse(c, { code: 'rate_limited', message, retryAfterMs: WINDOW_MS })
    }
  }
  return next()
})

/** Who calls, as far as that can be believed: what any client can send is not. */
export const clientAddress = (request: Request, settings: Settings): string =>
  clientPrefix(
    settings.TRUST_EDGE_ADDRESS === 'true' ? request.headers.get('cf-connecting-ip') : null,
  )
