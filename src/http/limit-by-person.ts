import { createMiddleware } from 'hono/factory'
import type { HttpEnv } from './context.ts'
import { personOf } from './person.ts'
import { refuse } from './refuse.ts'

/** The window of the binding in wrangler.toml: after it the allowance is whole again. */
const WINDOW_MS = 60_000

/**
 * How often a person may report, per location, before anything is parsed. Whoever has many sessions
 * has passed the limit by address for each of them. `IP_LIMIT=off` switches this one off, too.
 */
export const limitByPerson = createMiddleware<HttpEnv>(async (c, next) => {
  if (c.get('services').settings.IP_LIMIT === 'on') {
    const { success } = await c.env.EVENTS_LIMITER.limit({ key: personOf(c).person })
    if (!success) {
      const message = 'Too many reports of behaviour.'
      return refuse(c, { code: 'rate_limited', message, retryAfterMs: WINDOW_MS })
    }
  }
  return next()
})
