import type { Standing } from '../../../src/core/metrics/standing.ts'

/** Nothing is open, nobody has looked, and nobody answers. */
export const NOTHING_STANDS: Standing = {
  letters: [],
  openWebhooks: 0,
  databaseBytes: 0,
  ledger: null,
  openFindings: 0,
  overdueSeconds: null,
  erasureSeconds: null,
  archiveOverdue: 0,
  experimentTripped: false,
  budgets: [],
  queues: null,
}
