import { createMiddleware } from 'hono/factory'
import { describeError, log } from '../adapters/log.ts'
import { connect } from '../adapters/neon/database.ts'
import { addRequests } from '../adapters/neon/metric-counts.ts'
import { RequestCounter, routeClassOf, statusClassOf } from '../core/metrics/request-counter.ts'
import type { Settings } from '../env.ts'
import type { HttpEnv } from './context.ts'

// Plain data, shared by the requests of an isolate; the statement belongs to the request that flushes.
const counter = new RequestCounter()

/**
 * Counts answers by the classes of their route and their status, and makes each a point for Analytics
 * Engine where that is bound. Nothing waits for either.
 */
export const countRequests = createMiddleware<HttpEnv>(async (c, next) => {
  const since = Date.now()
  await next()
  const now = Date.now()
  const route = routeClassOf(c.req.path)
  const status = statusClassOf(c.res.status)
  c.env.ANALYTICS?.writeDataPoint({
    indexes: [route],
    blobs: [route, status],
    doubles: [now - since],
  })
  if (counter.add(route, status, now)) c.executionCtx.waitUntil(flush(c.get('services').settings))
})

async function flush(settings: Settings): Promise<void> {
  try {
    await addRequests(connect(settings), counter.take())
  } catch (error) {
    log('warn', 'requests.not_counted', { error: describeError(error) })
  }
}
