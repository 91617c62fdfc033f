import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import type { HttpEnv } from './context.ts'

/** A browser asks again after this time; Chromium's own limit is two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 600

/**
 * Pages of other origins may call the API when they are in `ALLOWED_ORIGINS`, and are named one by
 * one: never a wildcard, never whatever came. No cookies are used, so none are allowed.
 */
export const allowOrigins = createMiddleware<HttpEnv>((c, next) =>
  cors({
    origin: (origin) =>
      c.get('services').settings.ALLOWED_ORIGINS.includes(origin) ? origin : null,
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
  })(c, next),
)
