import { describe, expect, test } from 'vitest'
import { OverviewResponse } from '../../../src/contract/overview.ts'
import { type CountRow, Counts } from '../../../src/core/metrics/counts.ts'
import { type HourRow, overviewOf, seriesBegin } from '../../../src/core/metrics/overview.ts'
import { NOTHING_STANDS } from '../../support/shared/standing.ts'

const HOUR_MS = 3_600_000
const NOW = Date.UTC(2026, 10, 21, 11, 45)

const row = (
  name: string,
  labels: readonly string[],
  counts: Partial<CountRow['counts']>,
  le: number | null = null,
): CountRow => ({
  name,
  labels,
  le,
  counts: { ever: 0, hour: 0, day: 0, week: 0, ...counts },
  sum: 0,
})

const inHour = (hour: number, name: string, label: string, count: number): HourRow => ({
  ...row(name, [label], { ever: count }),
  hour,
})

describe('S16: the overview', () => {
  test('of nothing tells of nothing, in every hour', () => {
    const empty = overviewOf(new Counts([]), NOTHING_STANDS, [], 'day', NOW)
    expect(OverviewResponse.parse(empty)).toEqual(empty)
    expect(empty.hours).toHaveLength(24)
    expect(empty.hydrationLatency).toEqual({ count: 0, p50: null, p95: null, p99: null })
    expect([empty.recovery.rate, empty.runs.failureRate, empty.queueDepth]).toEqual([
      null,
      null,
      null,
    ])
  })

  test('counts a week where a week is asked for', () => {
    const counts = new Counts([
      row('hydrations_total', ['merged'], { ever: 900, week: 90, day: 9 }),
      row('hydrations_total', ['failed'], { ever: 100, week: 10, day: 1 }),
    ])
    const runs = (window: 'day' | 'week') =>
      overviewOf(counts, NOTHING_STANDS, [], window, NOW).runs
    expect(runs('day')).toMatchObject({ merged: 9, failed: 1, failureRate: 0.1 })
    expect(runs('week')).toMatchObject({ merged: 90, failed: 10, failureRate: 0.1 })
  })

  test('puts each hour where it belongs; what lies outside is nowhere', () => {
    const begin = seriesBegin('day', NOW)
    expect(begin).toBe(Date.UTC(2026, 10, 20, 12))
    const rows = [
      inHour(begin, 'funnel_sessions_total', 'accepted', 3),
      inHour(begin + HOUR_MS, 'hydrations_total', 'merged', 2),
      inHour(begin - HOUR_MS, 'hydrations_total', 'merged', 7),
    ]
    const { hours } = overviewOf(new Counts([]), NOTHING_STANDS, rows, 'day', NOW)
    expect(hours.slice(0, 2)).toMatchObject([
      { hour: begin, accepted: 3, merged: 0 },
      { hour: begin + HOUR_MS, accepted: 0, merged: 2 },
    ])
    expect(hours.reduce((sum, { merged }) => sum + merged, 0)).toBe(2)
    expect(hours.at(-1)?.hour).toBe(Date.UTC(2026, 10, 21, 11))
  })

  test('S10: tells how many came back of those who were asked', () => {
    const counts = new Counts([
      row('invitations_sent_total', [], { ever: 50 }),
      row('invitations_recovered_total', [], { ever: 9 }),
    ])
    const { recovery } = overviewOf(counts, NOTHING_STANDS, [], 'day', NOW)
    expect(recovery).toEqual({ invited: 50, recovered: 9, rate: 0.18 })
  })
})
