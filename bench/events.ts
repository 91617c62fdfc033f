import { writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { type Comparison, compareReports } from './events/compare.ts'
import type { Spread } from './statistics.ts'

const told = ({ median, low, high }: Spread): string =>
  `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`

const row = (name: string, { eventsPerSecond, cpuMs }: Comparison['bare']): string =>
  `| ${name} | ${Math.round(eventsPerSecond).toLocaleString('en')} | ${cpuMs === null ? '' : `${cpuMs.toFixed(2)} ms`} |`

const comparisons = await compareReports(tmpdir())
const markdown = [
  '# What taking events costs',
  '',
  'Written by `npm run bench:events`. `POST /api/v1/events` beside a Worker that parses the same bytes and hands them to the same queue, without asking who sends them or looking at what they say. Both run in Miniflare without its proxy, in turns, in one run; the load comes from the same machine, and nobody fetches the messages, since that is other work.',
  '',
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'unknown'}; Node ${process.versions.node}, wrangler ${manifest.devDependencies.wrangler}, miniflare ${manifest.devDependencies.miniflare}. Ratios: 1 is the bare platform; median of the rounds, tenth and ninetieth percentile.`,
  '',
  '| | events/s | CPU per call |',
  '|---|---|---|',
  ...comparisons.flatMap(({ name, bodyBytes, bare, foyer }) => [
    row(`${name} (${bodyBytes.toLocaleString('en')} bytes): bare platform`, bare),
    row(`${name}: Foyer`, foyer),
  ]),
  '',
  '| | throughput ratio | CPU time ratio |',
  '|---|---|---|',
  ...comparisons.map(
    ({ name, throughputRatio, cpuRatio }) =>
      `| ${name} | ${told(throughputRatio)} | ${cpuRatio === null ? '' : told(cpuRatio)} |`,
  ),
  '',
].join('\n')
writeFileSync(join(import.meta.dirname, 'events.md'), markdown)
console.log(markdown)
