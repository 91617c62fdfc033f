import { tmpdir } from 'node:os'
import { ms, table, told, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { type Comparison, compareReports } from './compare.ts'

export const events: Section = {
  name: 'events',
  title: 'What taking events costs',
  async measure() {
    const comparisons = await compareReports(tmpdir())
    return {
      figures: { comparisons },
      markdown: [
        '`POST /api/v1/events` beside a Worker that parses the same bytes and hands them to the same queue, without asking who sends them or looking at what they say. Nobody fetches the messages, since that is other work. Ratios: 1 is the bare platform.',
        '',
        ...table(
          ['', 'events/s', 'CPU a call'],
          comparisons.flatMap(({ name, events: size, bodyBytes, bare, foyer }) => [
            [`${name} (${whole(bodyBytes)} bytes): bare platform`, ...cells(bare, size)],
            [`${name}: Foyer`, ...cells(foyer, size)],
          ]),
        ),
        '',
        ...table(
          ['', 'throughput ratio', 'CPU time ratio'],
          comparisons.map(({ name, throughputRatio, cpuRatio }) => [
            name,
            told(throughputRatio),
            cpuRatio === null ? '' : told(cpuRatio),
          ]),
        ),
      ],
    }
  },
}

const cells = ({ perSecond, cpuMs }: Comparison['bare'], size: number) => [
  whole(perSecond * size),
  ms(cpuMs),
]
