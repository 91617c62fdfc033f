import type { MetricSettings } from '../adapters/neon/read-metrics.ts'
import { type Settings, experimentOf } from '../env.ts'

const HOUR_MS = 3_600_000

export const metricSettings = (settings: Settings): MetricSettings => ({
  experiment: experimentOf(settings),
  sessionMaxAgeMs: settings.SESSION_MAX_AGE_HOURS * HOUR_MS,
})
