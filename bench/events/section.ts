import { tmpdir } from 'node:os'
import { ms, short, table, told, whole } from '../harness/table.ts'
import { LABELS } from '../peers/contestant.ts'
import { cpuInWords, throughputInWords, verdictOf } from '../peers/in-words.ts'
import { redisVersion } from '../peers/redis.ts'
import type { Section } from '../section.ts'
import { type Comparison, type EventsMeasured, compareReports } from './compare.ts'

/** What a busy product reports, on a machine of two cores that sends the load, too. */
const GOAL_EVENTS_PER_SECOND = 12_000

const PEER = LABELS.express

export const events: Section = {
  name: 'events',
  title: 'What taking events costs',
  async measure() {
    const redis = redisVersion()
    const measured = await compareReports(tmpdir(), redis !== null)
    return {
      figures: { goalEventsPerSecond: GOAL_EVENTS_PER_SECOND, ...measured },
      markdown: [
        '`POST /api/v1/events` beside a Worker that parses the same bytes and hands them to the same queue, without asking who sends them or looking at what they say, and beside Express with Redis. Nobody fetches the messages, since that is other work.',
        '',
        ...measured.comparisons.flatMap(inWords),
        '',
        peerInWords(measured, redis),
        '',
        ...figuresTable(measured),
        '',
        ...ratiosTable(measured),
      ],
    }
  },
}

function inWords(comparison: Comparison): readonly string[] {
  const { name, events: size, bare, foyer, peer, throughputRatio, cpuRatio } = comparison
  const perSecond = foyer.perSecond * size
  const goal = perSecond >= GOAL_EVENTS_PER_SECOND ? 'above' : 'below'
  const beside = `${short(throughputRatio.median)} of what the bare platform takes`
  const own = [
    `- With ${name}, Foyer takes ${whole(perSecond)} events a second`,
    ...(size === 1 ? [] : [`${goal} the goal of ${whole(GOAL_EVENTS_PER_SECOND)}`]),
    cpuRatio === null ? beside : `${beside}, at ${short(1 / cpuRatio.median)} times its CPU time`,
  ]
  const { peerThroughputRatio, peerCpuRatio } = comparison
  if (peer === null || peerThroughputRatio === null) return [`${own.join(', ')}.`]
  const platform =
    verdictOf(peerThroughputRatio) === 'behind'
      ? ` The bare platform, which checks nothing, takes ${short(bare.perSecond / peer.perSecond)} times what the peer takes; what is below that is the product’s.`
      : ''
  return [
    `${own.join(', ')}. ${throughputInWords(PEER, peerThroughputRatio)}${cpuInWords(PEER, peerCpuRatio)}${platform}`,
  ]
}

function peerInWords({ trials: [best, ...others] }: EventsMeasured, redis: string | null): string {
  if (best === undefined) return `${PEER} is left out: redis-server is not installed here.`
  const tried = [best, ...others]
    .map(({ processes, perSecond }) => `${processes}: ${whole(perSecond)}`)
    .join(', ')
  return `${PEER} (redis-server ${redis}) takes the token, which both have verified once and remember, checks each event against the same schema and appends one entry a call to a stream, which waits for the disk (appendfsync always); Miniflare’s queue answers from memory, so this part of the work is only on the peer’s side. The peer keeps payloads as they came; Foyer keeps known keys alone, so that nothing that a person typed reaches the queue, and refuses single events of a batch where the peer refuses all. Calls a second by the number of Node processes, in a trial: ${tried}; the first one was compared.`
}

const figuresTable = ({ comparisons }: EventsMeasured) =>
  table(
    ['', 'events/s', 'CPU a call', 'p50', 'p99'],
    comparisons.flatMap(({ name, events: size, bodyBytes, bare, foyer, peer }) => [
      [`${name} (${whole(bodyBytes)} bytes): bare platform`, ...cells(bare, size)],
      [`${name}: Foyer`, ...cells(foyer, size)],
      ...(peer === null ? [] : [[`${name}: ${PEER}`, ...cells(peer, size)]]),
    ]),
  )

const cells = ({ perSecond, cpuMs, p50Ms, p99Ms }: Comparison['bare'], size: number) => [
  whole(perSecond * size),
  ms(cpuMs),
  ms(p50Ms),
  ms(p99Ms),
]

const ratiosTable = ({ comparisons }: EventsMeasured) =>
  table(
    ['Foyer beside', 'throughput ratio', 'CPU time ratio'],
    comparisons.flatMap((one) => [
      [`the bare platform, ${one.name}`, told(one.throughputRatio), toldOr(one.cpuRatio)],
      ...(one.peerThroughputRatio === null
        ? []
        : [[`${PEER}, ${one.name}`, told(one.peerThroughputRatio), toldOr(one.peerCpuRatio)]]),
    ]),
  )

const toldOr = (spread: Comparison['cpuRatio']) => (spread === null ? '' : told(spread))
