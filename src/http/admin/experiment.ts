import { Hono } from 'hono'
import type { ExperimentResponse } from '../../contract/learning.ts'
import { connect } from '../../adapters/neon/database.ts'
import { lookAtExperiment } from '../../adapters/neon/experiment-look.ts'
import { drawnDecisions } from '../../adapters/neon/experiment-store.ts'
import { catalogue } from '../../catalogue.ts'
import { ACTIVATION_WINDOW_MS, comparisonsOf } from '../../core/experiment/comparisons.ts'
import { DURATION_MS } from '../../core/experiment/limits.ts'
import { offPolicyView } from '../../core/experiment/off-policy-view.ts'
import { overAt } from '../../core/experiment/report.ts'
import { experimentOf } from '../../env.ts'
import type { HttpEnv } from '../context.ts'

/** As much as two half-lives of what the bandit reads: tastes of before are no advice. */
const LOG_MS = 56 * 86_400_000
/** Some six megabytes of the log, and a second of arithmetic. */
const LOG_MAX = 25_000

/** `/api/admin/experiment`: the present experiment as it stands, and what other choices were worth. */
export const experiment = new Hono<HttpEnv>().get('/', async (c) => {
  const { settings } = c.get('services')
  const database = connect(settings)
  const present = experimentOf(settings)
  const now = Date.now()
  const [{ startedAt, groups, watch, isOneSplit, finalGroups }, log] = await Promise.all([
    lookAtExperiment(database, present, now),
    drawnDecisions(database, catalogue.version, { since: now - LOG_MS, limit: LOG_MAX, now }),
  ])
  return c.json({
    ...present,
    startedAt,
    enrolledUntil: startedAt === null ? null : startedAt + DURATION_MS,
    overAt:
      startedAt === null ? null : overAt({ startedAt, activationWindowMs: ACTIVATION_WINDOW_MS }),
    activationWindowMs: ACTIVATION_WINDOW_MS,
    groups,
    final: finalGroups !== null,
    sampleRatio: watch,
    comparisons:
      startedAt === null
        ? []
        : comparisonsOf(present, { startedAt, groups, watch, isOneSplit }, now),
    offPolicy: {
      decisions: log.length,
      since: log[0]?.decidedAt ?? null,
      ...offPolicyView(log),
    },
  } satisfies ExperimentResponse)
})
