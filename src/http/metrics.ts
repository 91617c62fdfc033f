import { Hono } from 'hono'
import { budgetSnapshots } from '../adapters/budget-snapshots.ts'
import { describeError, log } from '../adapters/log.ts'
import { connect, databaseFailure, isDatabaseError } from '../adapters/neon/database.ts'
import { readMetrics } from '../adapters/neon/read-metrics.ts'
import { queueStandings } from '../adapters/queue-standings.ts'
import { EXPOSITION_TYPE, expositionOf } from '../core/metrics/exposition.ts'
import { familiesOf } from '../core/metrics/families.ts'
import type { HttpEnv } from './context.ts'
import { metricSettings } from './metric-settings.ts'
import { refuse } from './refuse.ts'

/** A database that was asleep is back within a second or two. */
const DATABASE_RETRY_MS = 5_000

/**
 * `/metrics`: everything counted and how things stand, for Prometheus. Without the database there is
 * none of it: half a scrape would look like a whole one, and the scrape that fails is an alert itself.
 */
export const metrics = new Hono<HttpEnv>()
  .get('/', async (c) => {
    const { settings } = c.get('services')
    const now = Date.now()
    const [{ counts, standing }, budgets, queues] = await Promise.all([
      readMetrics(connect(settings), metricSettings(settings), now),
      budgetSnapshots(c.env),
      queueStandings(c.env, now),
    ])
    const families = familiesOf(counts, { ...standing, budgets, queues }, now)
    return c.body(expositionOf(families), 200, { 'Content-Type': EXPOSITION_TYPE })
  })
  .onError((error, c) => {
    if (!isDatabaseError(error)) throw error
    log('error', 'metrics.failed', {
      requestId: c.get('requestId'),
      error: describeError(error),
    })
    return refuse(c, {
      code: 'unavailable',
      message: 'The database does not answer.',
      details: [{ path: 'database', message: databaseFailure(error).detail }],
      retryAfterMs: DATABASE_RETRY_MS,
    })
  })
