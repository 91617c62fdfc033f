import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { Counts } from '../../../src/core/metrics/counts.ts'
import { expositionOf } from '../../../src/core/metrics/exposition.ts'
import { familiesOf } from '../../../src/core/metrics/families.ts'
import { NOTHING_STANDS } from '../../support/shared/standing.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const Rules = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string().regex(/^foyer-[a-z-]+$/),
        rules: z
          .array(
            z.strictObject({
              alert: z.string().regex(/^Foyer[A-Z][A-Za-z]+$/),
              expr: z.string().min(1),
              for: z
                .string()
                .regex(/^\d+[smh]$/)
                .optional(),
              labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
              annotations: z.strictObject({ summary: z.string(), runbook_url: z.string() }),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
})

/** As much of Grafana's schema as a dashboard of ours uses; what else is in it is a mistake. */
const Target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: z.strictObject({ type: z.literal('prometheus'), uid: z.string() }),
  expr: z.string().min(1),
  legendFormat: z.string(),
})
const Panel = z.looseObject({
  id: z.int().positive(),
  type: z.enum(['row', 'timeseries', 'stat', 'bargauge']),
  title: z.string().min(1),
  gridPos: z.strictObject({
    h: z.int().positive(),
    w: z.int().min(1).max(24),
    x: z.int().min(0).max(23),
    y: z.int().nonnegative(),
  }),
  targets: z.array(Target).min(1).optional(),
})
const Dashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int().min(36),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  panels: z.array(Panel).min(1),
})

const alerts = Rules.parse(parse(read('ops/alerts.yml'))).groups.flatMap(({ rules }) => rules)
const dashboard = Dashboard.parse(JSON.parse(read('ops/grafana.json')))
const families = familiesOf(new Counts([]), NOTHING_STANDS, 0)

/** What a query can name: families, and the parts of those that have some. */
const shown = new Set(
  families.flatMap(({ name, type }) => {
    if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`]
    return type === 'summary' ? [`${name}_sum`, `${name}_count`] : [name]
  }),
)

const WORDS = new Set(['and', 'or', 'unless', 'by', 'on', 'ignoring'])

/** The names of metrics in a query of PromQL: all words that are no function, keyword, label or text. */
function namesIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|on|ignoring)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/[a-zA-Z_]\w*(?!\w*\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name) && !new RegExp(`\\b${name}\\s*\\(`).test(bare))
}

const queries = [
  ...alerts.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as const),
  ),
]

test.each(queries)('S16: %s asks for what /metrics shows', (_what, expr) => {
  const names = namesIn(expr)
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => name !== 'up' && !shown.has(name))).toEqual([])
})

test('a query that names what is not shown is found out', () => {
  expect(
    namesIn('histogram_quantile(0.99, sum by (le) (rate(nobody_bucket{a="b"}[5m]))) > 2'),
  ).toEqual(['nobody_bucket'])
  expect(namesIn('rate(a_total[5m]) / rate(b_total[5m]) > 0 and c == 1')).toEqual([
    'a_total',
    'b_total',
    'c',
  ])
})

describe('S16: an alert', () => {
  test('is there for each threshold that was published', () => {
    const of = (alert: string) => alerts.find((rule) => rule.alert === alert)?.expr ?? ''
    expect(of('FoyerSessionsExpiring')).toMatch(/^speculative_session_ttl_expiration_rate > 0\.05$/)
    expect(of('FoyerErrorRateHigh')).toMatch(/> 0\.005$/m)
    expect(of('FoyerHydrationSlow')).toMatch(/hydration_latency_bucket.*> 2$/m)
    expect(of('FoyerQueueDeep')).toBe('queue_depth > 10000')
    expect(of('FoyerDeadLetters')).toMatch(/> 100$/)
    expect(of('FoyerLatencyHigh')).toMatch(/> 30000$/)
    expect(of('FoyerLedgerImbalance')).toBe('ledger_imbalance > 0')
  })

  test('has a name of its own, and a page of the runbook', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`)
    }
  })

  test.skipIf(!existsSync(join(root, 'docs/runbook.md')))('is explained in the runbook', () => {
    const headings = [...read('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(
      ([, heading]) => heading,
    )
    expect(headings).toEqual(expect.arrayContaining(alerts.map(({ alert }) => alert)))
  })
})

test('S16: docs/metrics.md names each figure that is shown, and no other', () => {
  const rows = read('docs/metrics.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((line) => {
    const [, names = ''] = line.split(' | ', 1)[0]?.match(/^\| (.*)$/) ?? []
    return [...names.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name)
  })
  expect(new Set(named)).toEqual(new Set(families.map(({ name }) => name)))
  expect(named).toHaveLength(families.length)
})

test('the dashboard has panels that lie beside each other', () => {
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
})

const promtool = (args: readonly string[], input?: string) =>
  spawnSync(process.env['PROMTOOL'] ?? 'promtool', args, { encoding: 'utf8', input })

// Debian's package `prometheus` has it; PROMTOOL says where, if not in the path.
const hasPromtool = promtool(['--version']).status === 0

describe.skipIf(!hasPromtool)('promtool (skipped where it is not installed)', () => {
  test('S16: takes the alerts', () => {
    expect(promtool(['check', 'rules', join(root, 'ops/alerts.yml')])).toMatchObject({ status: 0 })
  })

  test('S16: would have the alerts ring when they should', () => {
    const { status, stdout, stderr } = promtool([
      'test',
      'rules',
      join(root, 'ops/alerts.test.yml'),
    ])
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  test('S16: finds fault with two published names alone', () => {
    const { stdout, stderr } = promtool(['check', 'metrics'], expositionOf(families))
    const faults = (stdout + stderr)
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(new Set(faults)).toEqual(new Set(['latency_ms', 'pending_count']))
  })
})
