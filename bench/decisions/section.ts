import { tmpdir } from 'node:os'
import type { Spread } from '../harness/statistics.ts'
import { ms, short, table, told, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { type PureFigures, measurePure } from './pure.ts'
import { type Throughput, type Way, measureThroughput } from './throughput.ts'
import { type Waits, measureWaits } from './waits.ts'

/** What was published (A17): the 95th percentile of an answer from the cache, and of one from the model. */
const PUBLISHED_HIT_MS = 12
const PUBLISHED_COLD_MS = 1_800

export const decisions: Section = {
  name: 'decisions',
  title: 'What a decision costs',
  async measure() {
    const pure = measurePure()
    const throughput = await measureThroughput(tmpdir())
    const waits = await measureWaits(tmpdir())
    return {
      figures: {
        pure,
        throughput,
        waits,
        hitPublishedRatio: hitOf(waits) / PUBLISHED_HIT_MS,
        coldPublishedRatio: waits.cold.p95Ms / PUBLISHED_COLD_MS,
      },
      markdown: [
        ...pureMarkdown(pure),
        '',
        ...throughputMarkdown(throughput),
        '',
        ...waitsMarkdown(waits),
      ],
    }
  },
}

/** From the report to the push, without the queue's wait for company. */
const hitOf = ({ accepted, hit }: Waits): number => accepted.p95Ms + hit.p95Ms

const pureMarkdown = (pure: PureFigures) => [
  '### Deciding alone',
  '',
  `The product’s pure code in one thread, nothing read and nothing written. A tone is not drawn by drawing rates: each arm’s chance to be the best is computed, so that the propensity that is logged is the one that was used ([why](../docs/decisions/0013-the-propensity-is-the-law.md)). Computed anew for each draw that costs ${short(pure.quadratureThompsonRatio.median)} times plain Thompson sampling; remembered for as long as the counts stay the same, as the product does it, ${short(pure.toneThompsonRatio.median)} times.`,
  '',
  ...table(
    ['', 'CPU time', 'a second, one core'],
    [
      pureRow('by the rules, from events to what is shown', pure.timesNs.rules),
      pureRow('the same, action and tone drawn by lot', pure.timesNs.drawn),
      pureRow('from the cached answer, which is checked again', pure.timesNs.cached),
      pureRow('one tone, drawn as the product does', pure.timesNs.tone),
      pureRow('one tone, chances computed anew', pure.timesNs.quadrature),
      pureRow('one tone, plain Thompson sampling', pure.timesNs.thompson),
      pureRow('one tone by known shares, nothing learned', pure.timesNs.lot),
    ],
  ),
]

const pureRow = (name: string, time: Spread): readonly string[] => [
  name,
  `${micro(time.median)} (${micro(time.low)}–${micro(time.high)}) µs`,
  whole(1e9 / time.median),
]

const micro = (nanoseconds: number): string => short(nanoseconds / 1_000)

const WAYS: readonly (readonly [way: Way, name: string])[] = [
  ['rules', 'decided by the rules'],
  ['cache', 'decided from the cache of the model’s answers'],
  ['undue', 'nothing to decide, since something stands'],
]

const throughputMarkdown = ({ perSecond, cpuMs, cacheRulesRatio, rulesUndueRatio }: Throughput) => [
  '### The whole way',
  '',
  'A batch of a hundred people’s events is delivered to the consumer; each person’s object folds them, decides and keeps it on disk, and events, journeys and decisions are rows of PostgreSQL when the batch is done. One batch at a time; the platform runs several.',
  '',
  ...table(
    ['', 'events/s', 'CPU an event'],
    WAYS.map(([way, name]) => [name, whole(perSecond[way]), ms(cpuMs[way])]),
  ),
  '',
  ...table(
    ['', 'throughput ratio'],
    [
      ['from the cache, to by the rules', told(cacheRulesRatio)],
      ['by the rules, to nothing decided', told(rulesUndueRatio)],
    ],
  ),
]

const waitsMarkdown = (waits: Waits) => [
  '### From an event to somebody’s page',
  '',
  `One person at a time, with a live socket. The 95th percentile with the answer in the cache is ${ms(hitOf(waits))} (${ms(waits.accepted.p95Ms)} until the event is accepted, ${ms(waits.hit.p95Ms)} from there to the push), ${compared(hitOf(waits), PUBLISHED_HIT_MS)} the published ${PUBLISHED_HIT_MS} ms. The queue’s own wait for company, up to a second, comes on top of it. Where nobody knows an answer the rules are shown first; the model’s takes their place ${ms(waits.cold.p95Ms)} after the event and whatever the model itself takes, which here was nothing; published were ${whole(PUBLISHED_COLD_MS)} ms with it.`,
  '',
  ...table(
    ['', 'p50', 'p95'],
    [
      ['event accepted', ms(waits.accepted.p50Ms), ms(waits.accepted.p95Ms)],
      ['then pushed, from the cache', ms(waits.hit.p50Ms), ms(waits.hit.p95Ms)],
      ['the same, with the queue’s wait', ms(waits.queued.p50Ms), ms(waits.queued.p95Ms)],
      [
        'event to the model’s answer, its own time apart',
        ms(waits.cold.p50Ms),
        ms(waits.cold.p95Ms),
      ],
    ],
  ),
]

const compared = (own: number, published: number): string =>
  own < published ? 'below' : `${short(own / published)} times`
