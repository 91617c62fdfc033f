import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Counts, type CountRow } from '../../../src/core/metrics/counts.ts'
import { countedFamilies } from '../../../src/core/metrics/counted.ts'
import { type Family, expositionOf } from '../../../src/core/metrics/exposition.ts'
import { familiesOf } from '../../../src/core/metrics/families.ts'
import { funnelOf } from '../../../src/core/metrics/funnel.ts'
import {
  BOUNDS_SECONDS,
  histogramSamples,
  quantileOf,
} from '../../../src/core/metrics/histogram.ts'
import {
  RequestCounter,
  type RouteClass,
  routeClassOf,
  statusClassOf,
} from '../../../src/core/metrics/request-counter.ts'
import { readExposition, valueOf } from '../../support/shared/exposition.ts'
import { NOTHING_STANDS } from '../../support/shared/standing.ts'

const row = (name: string, labels: readonly string[], counted: number, le: number | null = null) =>
  ({
    name,
    labels,
    le,
    counts: { ever: counted, hour: counted, day: counted, week: counted },
    sum: counted / 2,
  }) satisfies CountRow

test('S16: whatever labels and values there are, what is written is what is read', () => {
  const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/)
  const families = fc.uniqueArray(
    fc.record({
      name,
      type: fc.constant('gauge' as const),
      help: fc.string({ minLength: 1 }),
      samples: fc.uniqueArray(
        fc.record({ labels: fc.dictionary(name, fc.string()), value: fc.double({ noNaN: true }) }),
        {
          selector: ({ labels }) =>
            JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
        },
      ),
    }),
    { selector: (family) => family.name },
  )
  fc.assert(
    fc.property(families, (written: readonly Family[]) => {
      fc.pre(written.length > 0)
      const read = readExposition(expositionOf(written))
      expect(read.map((family) => [family.name, family.type])).toEqual(
        written.map((family) => [family.name, family.type]),
      )
      const values = read.map(({ samples }) =>
        samples.map(({ labels, value }) => [{ ...labels }, value]),
      )
      expect(values).toEqual(
        written.map(({ samples }) =>
          samples.map(({ labels, value }) => [{ ...labels }, value + 0]),
        ),
      )
    }),
  )
})

test('S16: everything is shown from the beginning, and rates of nothing are not', () => {
  const read = readExposition(expositionOf(familiesOf(new Counts([]), NOTHING_STANDS, 0)))
  expect(valueOf(read, 'funnel_sessions_total', { step: 'activated' })).toBe(0)
  expect(valueOf(read, 'hydration_latency_count', { status: 'merged' })).toBe(0)
  expect(valueOf(read, 'reclaimed_total')).toBe(0)
  for (const rate of ['hydration_failure_rate', 'hydration_latency_p99', 'queue_depth']) {
    expect(read.find(({ name }) => name === rate)?.samples).toEqual([])
  }
})

test('S16: a histogram has all of its buckets for each label, whatever was counted', () => {
  const rows = [
    row('hydration_latency', ['merged'], 3, 0.5),
    row('hydration_latency', ['merged'], 1, null),
  ]
  const read = readExposition(expositionOf(countedFamilies(new Counts(rows))))
  const buckets = (status: string) =>
    read
      .flatMap(({ samples }) => samples)
      .filter(
        ({ name, labels }) => name === 'hydration_latency_bucket' && labels['status'] === status,
      )
  expect(buckets('merged').map(({ value }) => value)).toEqual(
    [...BOUNDS_SECONDS, Infinity].map((le) => (le < 0.5 ? 0 : le === Infinity ? 4 : 3)),
  )
  expect(buckets('failed').every(({ value }) => value === 0)).toBe(true)
  expect(valueOf(read, 'hydration_latency_sum', { status: 'merged' })).toBe(2)
})

test('S16: a quantile lies in the bucket in which the value of that rank lies', () => {
  const values = fc.array(fc.double({ min: 0, max: 700_000, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (seconds, share) => {
      const bucketOf = (value: number) => BOUNDS_SECONDS.find((le) => le >= value) ?? Infinity
      const counted = [...Map.groupBy(seconds, bucketOf)].map(([le, all]) => ({
        le,
        count: all.length,
      }))
      const rank = Math.ceil(share * seconds.length - 1e-9)
      const exact = seconds.toSorted((a, b) => a - b)[rank - 1] ?? 0
      const upper = Math.min(bucketOf(exact), BOUNDS_SECONDS.at(-1) ?? 0)
      const lower = BOUNDS_SECONDS[BOUNDS_SECONDS.indexOf(upper) - 1] ?? 0
      const found = quantileOf(counted, share)
      expect(found).toBeGreaterThanOrEqual(lower)
      expect(found).toBeLessThanOrEqual(upper)
    }),
  )
})

test('S16: a quantile of nothing is nothing, and halves of a bucket are halves', () => {
  expect(quantileOf([], 0.99)).toBeNull()
  expect(quantileOf([{ le: 2, count: 10 }], 0.5)).toBeCloseTo(1.75)
  expect(quantileOf([{ le: Infinity, count: 1 }], 0.5)).toBe(BOUNDS_SECONDS.at(-1))
})

test('S16: who left between two steps of the funnel is told with the later one', () => {
  const reached = { accepted: 10, hydrating: 10, merged: 8, proven: 9, activated: 3 }
  const rows = Object.entries(reached).map(([step, many]) =>
    row('funnel_sessions_total', [step], many),
  )
  expect(funnelOf(new Counts(rows), 'day').map(({ step, dropoff }) => [step, dropoff])).toEqual([
    ['accepted', null],
    ['hydrating', 0],
    ['merged', 0.2],
    // Some proved before they were merged.
    ['proven', 0],
    ['activated', 6 / 9],
  ])
})

test('a histogram without labels has none but `le`', () => {
  const [first] = histogramSamples({}, [], 0)
  expect(first?.labels).toEqual({ le: '0.005' })
})

test.each([
  ['/api/onboarding/speculative', 'sign_up'],
  ['/api/onboarding/session', 'onboarding'],
  ['/ws/onboarding/8f14e45f', 'onboarding'],
  ['/api/me', 'user'],
  ['/api/menu', 'other'],
  ['/api/v1/recommendations/somebody/feedback', 'behaviour'],
  ['/webhooks/stripe', 'webhooks'],
  ['/metrics', 'admin'],
  ['/anything/that/names/somebody', 'other'],
])('S16: an answer at %s counts for %s', (path, route) => {
  expect(routeClassOf(path)).toBe(route)
})

test('S16: answers are written every ten seconds, each once, and none waits for those of before', () => {
  const counter = new RequestCounter()
  const answers: readonly (readonly [RouteClass, number])[] = [
    ['sign_up', 201],
    ['sign_up', 429],
    ['sign_up', 201],
    ['admin', 503],
  ]
  for (const [route, status] of answers)
    expect(counter.add(route, statusClassOf(status), 0)).toBe(false)
  expect(counter.add('other', '2xx', 9_999)).toBe(false)
  expect(counter.add('other', '2xx', 10_000)).toBe(true)
  expect(counter.take()).toEqual([
    { route: 'sign_up', status: '2xx', count: 2 },
    { route: 'sign_up', status: '4xx', count: 1 },
    { route: 'admin', status: '5xx', count: 1 },
    { route: 'other', status: '2xx', count: 2 },
  ])
  expect(counter.take()).toEqual([])
  expect(counter.add('other', '2xx', 10_001)).toBe(false)
})
