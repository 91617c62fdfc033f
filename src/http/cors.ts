import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import type { HttpEnv } from './context.ts'

/** A browser asks again after this time; Chromium's own limit is two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 600

const named = cors({
  origin: (origin, c: Context<HttpEnv>) => (isAllowed(c, origin) ? origin : null),
  allowMethods: ['GET', 'POST', 'PATCH'],
  allowHeaders: [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    'Last-Event-ID',
    'Turnstile-Token',
    'traceparent',
  ],
  exposeHeaders: ['X-Request-Id', 'Retry-After'],
  maxAge: PREFLIGHT_MAX_AGE_SECONDS,
})

/**
 * Pages of other origins may call the API when they are in `ALLOWED_ORIGINS`, and are named one by
 * one: never a wildcard, never whatever came. No cookies are used, so none are allowed.
 *
 * Most calls come from our own pages and need none of it: these only say what the answer depends on,
 * since Hono's middleware makes the answer anew, which was a fifth of the CPU time of a status read.
 */
export const allowOrigins = createMiddleware<HttpEnv>((c, next) => {
  const origin = c.req.header('origin')
  if (c.req.method === 'OPTIONS' || (origin !== undefined && isAllowed(c, origin))) {
    return named(c, next)
  }
  c.header('Vary', 'Origin')
  return next()
})

const isAllowed = (c: Context<HttpEnv>, origin: string): boolean =>
  c.get('services').settings.ALLOWED_ORIGINS.includes(origin)
