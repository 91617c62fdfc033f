import type { OverviewHour, OverviewQuery, OverviewResponse } from '../../contract/overview.ts'
import { type CountRow, Counts, shareOf } from './counts.ts'
import { hitRate, pendingIn } from './derived.ts'
import { funnelOf } from './funnel.ts'
import { type Bucket, quantileOf } from './histogram.ts'
import type { Standing } from './standing.ts'

const HOUR_MS = 3_600_000
const HOURS = { day: 24, week: 168 } as const

/** What was counted in one hour; all of its windows are that hour. */
export interface HourRow extends CountRow {
  /** Its beginning, epoch milliseconds. */
  readonly hour: number
}

/** Of which counts there is a series. */
export const SERIES: readonly string[] = [
  'funnel_sessions_total',
  'hydrations_total',
  'hydration_latency',
  'speculative_sessions_ended_total',
  'reclaimed_total',
  'dlq_total',
]

/** The beginning of the first hour that is shown. */
export const seriesBegin = (window: OverviewQuery['window'], now: number): number =>
  hourOf(now) - (HOURS[window] - 1) * HOUR_MS

const hourOf = (at: number): number => at - (at % HOUR_MS)

/**
 * @param rows of the counts in `SERIES`
 * @param now epoch milliseconds
 */
export function overviewOf(
  counts: Counts,
  standing: Pick<Standing, 'letters' | 'queues' | 'databaseBytes'>,
  rows: readonly HourRow[],
  window: OverviewQuery['window'],
  now: number,
): OverviewResponse {
  const durations = (name: string, ...labels: string[]) =>
    durationsOf(counts.buckets(name, labels, window))
  const invited = counts.count('invitations_sent_total')
  const recovered = counts.count('invitations_recovered_total')
  return {
    at: now,
    window,
    funnel: [...funnelOf(counts, window)],
    unfinished: counts
      .rowsOf('unfinished_sessions_total')
      .map((row) => ({ droppedAt: row.labels[0] ?? '', count: row.counts[window] }))
      .filter(({ count }) => count > 0),
    recovery: { invited, recovered, rate: shareOf(recovered, invited) },
    timeToActivation: durations('time_to_activation_seconds'),
    hydrationLatency: durations('hydration_latency', 'merged'),
    budgetWait: durations('hydration_budget_wait_seconds'),
    consumerLag: durations('consumer_lag_seconds', 'hydration'),
    runs: runsOf(counts, window),
    queueDepth: standing.queues?.map(({ queue, depth }) => ({ queue, depth })) ?? null,
    deadLetters: standing.letters.map(({ queue, count: open, fingerprints }) => ({
      queue,
      open,
      fingerprints,
    })),
    storageBytes: {
      postgres: standing.databaseBytes,
      objects: counts.sum('storage_in_use_bytes', ['objects']),
    },
    cacheHitRate: hitRate(counts),
    hours: hoursOf(rows, window, now),
  }
}

function durationsOf(buckets: readonly Bucket[]): OverviewResponse['hydrationLatency'] {
  return {
    count: buckets.reduce((sum, { count }) => sum + count, 0),
    p50: quantileOf(buckets, 0.5),
    p95: quantileOf(buckets, 0.95),
    p99: quantileOf(buckets, 0.99),
  }
}

function runsOf(counts: Counts, window: OverviewQuery['window']): OverviewResponse['runs'] {
  const merged = counts.count('hydrations_total', ['merged'], window)
  const failed = counts.count('hydrations_total', ['failed'], window)
  return {
    pending: pendingIn(counts),
    merged,
    failed,
    failureRate: shareOf(failed, merged + failed),
    reclaimed: counts.count('reclaimed_total', [], window),
  }
}

/** Also the hours in which nothing happened. */
function hoursOf(
  rows: readonly HourRow[],
  window: OverviewQuery['window'],
  now: number,
): OverviewHour[] {
  const byHour = Map.groupBy(rows, ({ hour }) => hour)
  const begin = seriesBegin(window, now)
  return Array.from({ length: HOURS[window] }, (_, position) => {
    const hour = begin + position * HOUR_MS
    return hourOfCounts(hour, new Counts(byHour.get(hour) ?? []))
  })
}

function hourOfCounts(hour: number, counts: Counts): OverviewHour {
  const reached = (step: string) => counts.count('funnel_sessions_total', [step])
  return {
    hour,
    accepted: reached('accepted'),
    proven: reached('proven'),
    activated: reached('activated'),
    merged: counts.count('hydrations_total', ['merged']),
    failed: counts.count('hydrations_total', ['failed']),
    expired: counts.count('speculative_sessions_ended_total', ['expired']),
    reclaimed: counts.count('reclaimed_total'),
    deadLetters: counts.count('dlq_total'),
    hydrationP99: quantileOf(counts.buckets('hydration_latency', ['merged']), 0.99),
  }
}
