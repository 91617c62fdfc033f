import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const alerts = read('ops/alerts.yml')
const names = [...alerts.matchAll(/^\s*- alert: (\S+)$/gm)].map(([, name]) => name ?? '')
const entries = new Map(
  read('docs/runbook.md')
    .split(/^## /m)
    .slice(1)
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry]),
)

test('Q8: each alert has its entry in the runbook, and each entry an alert', () => {
  expect(names.length).toBeGreaterThan(0)
  expect([...entries.keys()].toSorted()).toEqual(names.toSorted())
})

test('Q8: an alert leads to its entry', () => {
  const links = [...alerts.matchAll(/runbook_url: docs\/runbook\.md#(\S+)$/gm)]
  expect(links.map(([, anchor]) => anchor)).toEqual(names.map((name) => name.toLowerCase()))
})

test.each(names)(
  'Q8: the entry of %s says what it means, how to see it, what to do, and when it is over',
  (name) => {
    const parts = [...(entries.get(name) ?? '').matchAll(/^- \*\*(\w+)\*\*: \S/gm)]
    expect(parts.map(([, part]) => part)).toEqual(['Means', 'See', 'Do', 'Over'])
  },
)
