import { cpus, totalmem } from 'node:os'
import type { Telling } from './enumeration.ts'
import type { Comparison, Spread } from './sign-up.ts'
import manifest from '../package.json' with { type: 'json' }

const GIB_BYTES = 2 ** 30

export interface Results {
  readonly measuredAt: string
  readonly machine: { readonly cores: number; readonly model: string; readonly memoryGiB: number }
  readonly versions: Readonly<Record<string, string>>
  readonly runs: readonly Run[]
  readonly telling: Telling
}

/** The comparisons on one kind of storage. */
export interface Run {
  readonly storage: 'disk' | 'memory'
  readonly comparisons: readonly Comparison[]
}

export const describeRuns = (runs: readonly Run[], telling: Telling): Results => ({
  measuredAt: new Date().toISOString().slice(0, 10),
  machine: {
    cores: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / GIB_BYTES),
  },
  versions: {
    node: process.versions.node,
    wrangler: manifest.devDependencies.wrangler,
    miniflare: manifest.devDependencies.miniflare,
  },
  runs,
  telling,
})

export const toMarkdown = ({ measuredAt, machine, versions, runs, telling }: Results): string =>
  [
    '# What a sign-up costs',
    '',
    'Written by `npm run bench`. The product beside a Worker and an object that do only what cannot be left out: read the body, one HMAC to name the object, a table, a row and an alarm in it, one EdDSA signature. Both run in Miniflare without its proxy, in turns, in one run; the load comes from the same machine. The product also sends its wake-ups to the queue; nobody fetches them, since hydration is other work.',
    '',
    `${measuredAt}, ${machine.cores} cores of ${machine.model}, ${machine.memoryGiB} GiB; Node ${versions['node']}, wrangler ${versions['wrangler']}, miniflare ${versions['miniflare']}. Ratios: 1 is the bare platform; median of the rounds, tenth and ninetieth percentile.`,
    ...runs.flatMap(section),
    ...tellingSection(telling),
    '',
  ].join('\n')

/** On a disk every answer waits for it, as in production; in memory only the CPU is left to compare. */
const section = ({ storage, comparisons }: Run): readonly string[] => [
  '',
  `## Storage ${storage === 'disk' ? 'on disk' : 'in memory'}`,
  '',
  '| | requests/s | CPU per request | p50 | p99 |',
  '|---|---|---|---|---|',
  ...comparisons.flatMap((comparison) => [
    row(`${comparison.name}: bare platform`, comparison.bare),
    row(`${comparison.name}: Foyer`, comparison.foyer),
  ]),
  '',
  '| | throughput ratio | CPU time ratio | goal |',
  '|---|---|---|---|',
  ...comparisons.map(
    ({ name, goalRatio, throughputRatio, cpuRatio }) =>
      `| ${name} | ${told(throughputRatio)} | ${cpuRatio === null ? '' : told(cpuRatio)} | ${goalRatio} |`,
  ),
]

const row = (name: string, { requestsPerSecond, cpuMs, p50Ms, p99Ms }: Comparison['bare']) =>
  `| ${name} | ${Math.round(requestsPerSecond)} | ${cpuMs === null ? '' : `${cpuMs.toFixed(2)} ms`} | ${p50Ms.toFixed(1)} ms | ${p99Ms.toFixed(1)} ms |`

const told = ({ median, low, high }: Spread): string =>
  `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`

const tellingSection = ({ neverSeenRatio, awakeRatio, p50Ms }: Telling): readonly string[] => [
  '',
  '## What time tells of an address',
  '',
  'One caller, storage on disk: an address never seen, one that is known and whose object sleeps, and the same a moment later. 1 would tell nothing. `RESPONSE_FLOOR_MS` hides what is below it.',
  '',
  '| | p50 | ratio to asleep |',
  '|---|---|---|',
  `| never seen | ${p50Ms.neverSeen.toFixed(1)} ms | ${told(neverSeenRatio)} |`,
  `| known, asleep | ${p50Ms.asleep.toFixed(1)} ms | 1 |`,
  `| known, awake | ${p50Ms.awake.toFixed(1)} ms | ${told(awakeRatio)} |`,
]
