import { tmpdir } from 'node:os'
import { MEMORY_FOLDER } from '../harness/memory.ts'
import { ms, short, table, told, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { type Comparison, compareThroughput } from './closed-loop.ts'
import { type Step, compareWaits } from './open-loop.ts'
import { type Telling, measureTelling } from './telling.ts'

export const signUp: Section = {
  name: 'sign-up',
  title: 'What a sign-up costs',
  async measure() {
    const disk = await compareThroughput(tmpdir())
    const memory = MEMORY_FOLDER === null ? [] : await compareThroughput(MEMORY_FOLDER)
    const waits = await compareWaits(
      MEMORY_FOLDER ?? tmpdir(),
      MEMORY_FOLDER === null ? disk : memory,
    )
    const telling = await measureTelling(tmpdir())
    return {
      figures: { disk, memory, waits, telling },
      markdown: [
        'The product beside a Worker and an object that do only what cannot be left out: read the body, one HMAC to name the object, a table, a row and an alarm in it, one EdDSA signature; for a status read one verification and one call to the object. Ratios: 1 is the bare platform. The product also sends its wake-ups to the queue; nobody fetches them, since hydration is other work.',
        '',
        ...disk.map((one) => inWords(one, memory)),
        '- A sign-up writes what the bare one writes, and does what that leaves out: validation, limits, a state machine, a trace, counts, headers. For a status read the product remembers tokens that it has verified; the bare platform verifies each.',
        '',
        ...throughputTables(
          'Storage on disk, where every answer waits for it as in production',
          disk,
        ),
        ...throughputTables('Storage in memory, where only the CPU is left to compare', memory),
        ...waitsTable(waits),
        ...tellingTable(telling),
      ],
    }
  },
}

function inWords(disk: Comparison, memory: readonly Comparison[]): string {
  const { scenario, name, throughputRatio, goalRatio } = disk
  const reached = throughputRatio.median >= goalRatio ? 'reached' : 'missed'
  const bare = `- ${name}: where every answer waits for the disk, ${short(throughputRatio.median)} of what the bare platform does (goal ${goalRatio}, ${reached})`
  const inMemory = memory.find((one) => one.scenario === scenario)
  const cpuMs = inMemory && inMemory.foyer.cpuMs
  if (inMemory === undefined || typeof cpuMs !== 'number') return `${bare}.`
  return `${bare}; where nothing but the CPU counts, ${short(inMemory.throughputRatio.median)}, with ${ms(cpuMs)} of CPU a call against ${ms(inMemory.bare.cpuMs)}.`
}

const throughputTables = (title: string, comparisons: readonly Comparison[]) =>
  comparisons.length === 0
    ? []
    : [
        `### ${title}`,
        '',
        ...table(
          ['', 'calls/s', 'CPU a call', 'p50', 'p99'],
          comparisons.flatMap(({ name, bare, foyer }) => [
            [`${name}: bare platform`, ...figuresCells(bare)],
            [`${name}: Foyer`, ...figuresCells(foyer)],
          ]),
        ),
        '',
        ...table(
          ['', 'throughput ratio', 'CPU time ratio', 'goal'],
          comparisons.map(({ name, throughputRatio, cpuRatio, goalRatio }) => [
            name,
            told(throughputRatio),
            cpuRatio === null ? '' : told(cpuRatio),
            String(goalRatio),
          ]),
        ),
        '',
      ]

const figuresCells = ({ perSecond, cpuMs, p50Ms, p99Ms }: Comparison['bare']) => [
  whole(perSecond),
  ms(cpuMs),
  ms(p50Ms),
  ms(p99Ms),
]

const waitsTable = (steps: readonly Step[]) => [
  '### Waiting at a fixed rate of arrivals',
  '',
  `An open loop: calls arrive whether or not earlier ones were answered, and each is timed from the moment when it was due. The rate is a share of what the slower of the two can do at most, the same for both; storage ${MEMORY_FOLDER === null ? 'on disk' : 'in memory'}. Ratios: below 1 Foyer is quicker.`,
  '',
  ...table(
    ['', 'arrivals', 'bare p50', 'p99', 'Foyer p50', 'p99', 'p50 ratio', 'p99 ratio'],
    steps.map(({ name, share, perSecond, bare, foyer, p50Ratio, p99Ratio }) => [
      name,
      `${share * 100} %, ${whole(perSecond)}/s`,
      ms(bare.p50Ms),
      ms(bare.p99Ms),
      ms(foyer.p50Ms),
      ms(foyer.p99Ms),
      short(p50Ratio),
      short(p99Ratio),
    ]),
  ),
  '',
]

const tellingTable = ({ neverSeenRatio, awakeRatio, p50Ms }: Telling) => [
  '### What time tells of an address',
  '',
  'One caller, storage on disk: an address never seen, one that is known and whose object sleeps, and the same a moment later. 1 would tell nothing. `RESPONSE_FLOOR_MS` hides what is below it.',
  '',
  ...table(
    ['', 'p50', 'ratio to asleep'],
    [
      ['never seen', ms(p50Ms.neverSeen), told(neverSeenRatio)],
      ['known, asleep', ms(p50Ms.asleep), '1'],
      ['known, awake', ms(p50Ms.awake), told(awakeRatio)],
    ],
  ),
]
