import { z } from 'zod'

// `GET /api/admin/overview`: the figures of a dashboard. Moments are epoch milliseconds, durations are
// seconds, shares go from 0 to 1; `null` where there is nothing to tell it from.

const count = z.int().nonnegative()
const share = z.number().min(0).max(1).nullable()

export const OverviewQuery = z.strictObject({ window: z.enum(['day', 'week']).default('day') })
export type OverviewQuery = z.infer<typeof OverviewQuery>

/** How long something took, from the buckets of a histogram. */
const Durations = z.object({
  count,
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
})

/** What became of an hour. The steps of the funnel are of the sign-ups that were begun in it. */
const OverviewHour = z.object({
  /** Its beginning. */
  hour: z.int(),
  accepted: count,
  proven: count,
  activated: count,
  merged: count,
  failed: count,
  expired: count,
  reclaimed: count,
  deadLetters: count,
  hydrationP99: z.number().nullable(),
})
export type OverviewHour = z.infer<typeof OverviewHour>

export const OverviewResponse = z.object({
  at: z.int(),
  /** The last 24 hours, or the last seven days; both to the hour. */
  window: OverviewQuery.shape.window,
  /** Sign-ups of the window, by how far they have come. */
  funnel: z.array(
    z.object({
      step: z.enum(['accepted', 'hydrating', 'merged', 'proven', 'activated']),
      reached: count,
      /** Of those who reached the step before, who is not here yet. */
      dropoff: share,
    }),
  ),
  /** Where people were left whose sessions got into the archive in the window. */
  unfinished: z.array(z.object({ droppedAt: z.string(), count })),
  /** Since ever. */
  recovery: z.object({ invited: count, recovered: count, rate: share }),
  timeToActivation: Durations,
  /** Of runs that merged, without what they waited for budgets. */
  hydrationLatency: Durations,
  /** Of all runs, also of those that waited for nothing. */
  budgetWait: Durations,
  consumerLag: Durations,
  runs: z.object({
    pending: count,
    merged: count,
    failed: count,
    failureRate: share,
    reclaimed: count,
  }),
  /** `null`: the platform does not say. */
  queueDepth: z.array(z.object({ queue: z.string(), depth: count })).nullable(),
  deadLetters: z.array(z.object({ queue: z.string(), open: count, fingerprints: count })),
  storageBytes: z.object({ postgres: z.number(), objects: z.number() }),
  cacheHitRate: share,
  /** Every hour of the window, the oldest first; 24 or 168. */
  hours: z.array(OverviewHour),
})
export type OverviewResponse = z.infer<typeof OverviewResponse>
