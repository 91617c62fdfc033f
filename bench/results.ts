import { cpus, totalmem } from 'node:os'
import { isSpread } from './harness/statistics.ts'
import type { Measured, Section } from './section.ts'
import manifest from '../package.json' with { type: 'json' }

const GIB_BYTES = 2 ** 30

/** What the figures were measured on. */
export const describeRun = () => ({
  measuredAt: new Date().toISOString().slice(0, 10),
  machine: {
    cores: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / GIB_BYTES),
  },
  versions: {
    node: process.versions.node,
    wrangler: manifest.devDependencies.wrangler,
    miniflare: manifest.devDependencies.miniflare,
  },
})
export type RunDescription = ReturnType<typeof describeRun>

export interface Answered extends Measured {
  readonly section: Section
  readonly seconds: number
}

export function toMarkdown(run: RunDescription, answered: readonly Answered[]): string {
  const { measuredAt, machine, versions } = run
  const minutes = answered.reduce((sum, { seconds }) => sum + seconds, 0) / 60
  return [
    '# What it costs, measured',
    '',
    `Written by \`npm run bench\`, which takes ${Math.ceil(minutes)} minutes. [What it means](README.md).`,
    '',
    `${measuredAt}, ${machine.cores} cores of ${machine.model}, ${machine.memoryGib} GiB; Node ${versions.node}, wrangler ${versions.wrangler}, miniflare ${versions.miniflare}. Workers run in Miniflare without its proxy; what is compared is measured in turns, in one run; the load comes from the same machine, so absolute figures are those of a part of it. Of ratios: the median, tenth and ninetieth percentile.`,
    ...answered.flatMap(({ section, markdown }) => ['', `## ${section.title}`, '', ...markdown]),
    '',
  ].join('\n')
}

/**
 * Keys in snake case. A spread becomes two: its median under its own key, and beside it the tenth and
 * ninetieth percentile, so that what ends in `ratio` is always a number.
 */
export const toJson = (run: RunDescription, answered: readonly Answered[]): string => {
  const sections = answered.map(({ section, figures, seconds }) => [
    section.name.replaceAll('-', '_'),
    { seconds: Math.round(seconds), ...figures },
  ])
  const flat = flatten({ ...run, ...Object.fromEntries(sections) })
  return `${JSON.stringify(flat, undefined, 2)}\n`
}

function flatten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flatten)
  if (typeof value === 'number') return Number(value.toPrecision(4))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) => {
      const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      if (!isSpread(own)) return [[name, flatten(own)]]
      return [
        [name, flatten(own.median)],
        [`${name}_p10_p90`, flatten([own.low, own.high])],
      ]
    }),
  )
}
