import { Hono } from 'hono'
import { OverviewQuery, type OverviewResponse } from '../../contract/overview.ts'
import { connect } from '../../adapters/neon/database.ts'
import { readHours } from '../../adapters/neon/metric-counts.ts'
import { readMetrics } from '../../adapters/neon/read-metrics.ts'
import { queueStandings } from '../../adapters/queue-standings.ts'
import { SERIES, overviewOf, seriesBegin } from '../../core/metrics/overview.ts'
import type { HttpEnv } from '../context.ts'
import { metricSettings } from '../metric-settings.ts'
import { validationRefusal } from '../read-json.ts'
import { refuse } from '../refuse.ts'

/** `/api/admin/overview`: the figures of the last day or week, and how they came about by the hour. */
export const overview = new Hono<HttpEnv>().get('/', async (c) => {
  const query = OverviewQuery.safeParse(c.req.query())
  if (!query.success) return refuse(c, validationRefusal(query.error))
  const { window } = query.data
  const { settings } = c.get('services')
  const database = connect(settings)
  const now = Date.now()
  const [{ counts, standing }, hours, queues] = await Promise.all([
    readMetrics(database, metricSettings(settings), now),
    readHours(database, SERIES, seriesBegin(window, now)),
    queueStandings(c.env, now),
  ])
  return c.json(
    overviewOf(counts, { ...standing, queues }, hours, window, now) satisfies OverviewResponse,
  )
})
