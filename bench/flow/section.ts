import { tmpdir } from 'node:os'
import { ms, short, table, told } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { type Comparison, type FirstInteraction, compareFlows } from './compare.ts'
import { type FlowDelays, PUBLISHED_DELAYS_MS, shareOf } from './delays.ts'

/** What was published of the same change of flows: 340 ms became 12. */
const PUBLISHED_RATIO = 340 / 12

export const flow: Section = {
  name: 'flow',
  title: 'How soon somebody who signs up can act',
  async measure() {
    const storage = tmpdir()
    const set = await compareFlows(storage, PUBLISHED_DELAYS_MS, { alone: 40, arriving: 40 })
    const half = await compareFlows(storage, shareOf(PUBLISHED_DELAYS_MS, 0.5), {
      alone: 30,
      arriving: 0,
    })
    return {
      figures: { delaysMs: set.delaysMs, alone: set.alone, arriving: set.arriving, halved: half },
      markdown: [
        inWords(set.alone),
        '',
        `The ratio follows from how long the services behind take, and that was set: ${delays(set.delaysMs)}, which is less than what was published of them. At half of it the speculative flow is ${short(half.alone.fasterRatio.median)} times as quick. Its own answer waits for the disk alone, and for none of them.`,
        '',
        ...table(
          ['', 'blocking p50', 'p95', 'speculative p50', 'p95', 'ratio'],
          [
            row('one caller at a time', set.alone),
            ...arrivingRow(set),
            row('one caller, half the delays', half.alone),
          ],
        ),
        '',
        'From the request until the answer with a token; storage on disk, PostgreSQL with fsync, queues at work on both sides, nobody seen before.',
      ],
    }
  },
}

function inWords({ fasterRatio, blocking, speculative }: FirstInteraction): string {
  const { median } = fasterRatio
  const compared = median >= PUBLISHED_RATIO ? 'more' : 'less'
  return `With everything built before the answer, as flows used to be, half of the people wait for more than ${ms(blocking.p50Ms)}; with the account built behind the answer for more than ${ms(speculative.p50Ms)}. That is ${short(median)} times as quick, ${compared} than the ${short(PUBLISHED_RATIO)} that were published (340 ms to 12 ms).`
}

const delays = ({ identity, billing, database, mail }: FlowDelays): string =>
  `identity ${ms(identity)}, billing ${ms(billing)}, database ${ms(database)}, mail ${ms(mail)} a call`

const arrivingRow = ({ arriving }: Comparison) =>
  arriving === null ? [] : [row(`${arriving.perSecond} arrivals a second`, arriving)]

const row = (
  name: string,
  { fasterRatio, blocking, speculative }: FirstInteraction,
): readonly string[] => [
  name,
  ms(blocking.p50Ms),
  ms(blocking.p95Ms),
  ms(speculative.p50Ms),
  ms(speculative.p95Ms),
  told(fasterRatio),
]
