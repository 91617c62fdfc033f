import { tmpdir } from 'node:os'
import { ms, table, told, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { type Comparison, type PeersMeasured, comparePeers } from './compare.ts'
import { LABELS, type Scenario } from './contestant.ts'
import type { Trial } from './fastest.ts'
import { cpuInWords, throughputInWords, verdictOf } from './in-words.ts'
import { redisVersion } from './redis.ts'
import type { PeerName } from './start-peer.ts'
import manifest from '../../package.json' with { type: 'json' }

const SCENARIOS: Readonly<Record<Scenario, string>> = {
  fresh: 'a fresh person',
  repeat: 'a repeat visitor',
}

const { express, ioredis, 'better-auth': betterAuth } = manifest.devDependencies

export const peers: Section = {
  name: 'peers',
  title: 'Beside what a team would take instead',
  async measure() {
    const redis = redisVersion()
    const names: readonly PeerName[] = redis === null ? ['betterAuth'] : ['express', 'betterAuth']
    const measured = await comparePeers(tmpdir(), names)
    return {
      figures: { versions: { express, ioredis, betterAuth, redis }, ...measured },
      markdown: [
        `A sign-up on Foyer, on ${LABELS.express} as a good team would write it (express ${express}, ioredis ${ioredis}, ${redis === null ? 'redis-server is not installed here: left out' : `redis-server ${redis}, appendfsync always`}), and on ${LABELS.betterAuth} (${betterAuth}, its anonymous plugin, fsync on). All keep what they answer on the same disk; CPU time is that of all processes of a side, the database of better-auth and Redis among them. What is done behind the answer is done by nobody here. Each had ${measured.turns} turns.`,
        '',
        ...measured.comparisons.map(inWords),
        '',
        ...whyTheyDiffer(measured),
        ...figuresTable(measured),
        '',
        ...ratiosTable(measured),
        '',
        ...Object.entries(measured.trials).map(([name, trials]) => trialInWords(name, trials)),
        '',
        ...WHAT_THEY_LACK,
      ],
    }
  },
}

const inWords = ({ scenario, peer, throughputRatio, cpuRatio }: Comparison): string =>
  `- Of sign-ups by ${SCENARIOS[scenario]}: ${throughputInWords(LABELS[peer], throughputRatio)}${cpuInWords(LABELS[peer], cpuRatio)}`

/** Only where there is something to explain. */
function whyTheyDiffer({ comparisons }: PeersMeasured): readonly string[] {
  const isBehind = (peer: PeerName, scenario: Scenario) =>
    comparisons.some(
      (one) =>
        one.peer === peer &&
        one.scenario === scenario &&
        verdictOf(one.throughputRatio) === 'behind',
    )
  const isFreshBehind = isBehind('express', 'fresh') || isBehind('betterAuth', 'fresh')
  return [
    ...(isFreshBehind
      ? [
          'Why a fresh sign-up is dearer at Foyer: a person is an object with a database of their own, so the first call makes a file, a schema in it and an alarm, and waits until the disk has them: six files opened and eight `fsync`s, as strace counts them. Redis writes one log for all, and one `fsync` serves every call that waits; PostgreSQL joins the commits of those who come together. How much of it the platform takes and how much the product is what the section `sign-up` measures. In return no two people share a log, a lock or a machine: in production such objects lie on many disks, of which this machine has one.',
          '',
        ]
      : []),
    ...(isBehind('express', 'repeat')
      ? [
          'Why a repeat sign-up is dearer at Foyer: the Worker calls the object, which writes to a database that is the person’s alone, with one `fsync` that nobody else shares; Express has one script run in a Redis that holds everything in memory.',
          '',
        ]
      : []),
  ]
}

const figuresTable = ({ standings }: PeersMeasured) =>
  table(
    ['', 'calls/s', 'CPU a call', 'p50', 'p99'],
    standings.map(({ scenario, name, figures: { perSecond, cpuMs, p50Ms, p99Ms } }) => [
      `${SCENARIOS[scenario]}: ${LABELS[name]}`,
      whole(perSecond),
      ms(cpuMs),
      ms(p50Ms),
      ms(p99Ms),
    ]),
  )

const ratiosTable = ({ comparisons }: PeersMeasured) =>
  table(
    ['Foyer beside', 'throughput ratio', 'CPU time ratio'],
    comparisons.map(({ scenario, peer, throughputRatio, cpuRatio }) => [
      `${LABELS[peer]}, ${SCENARIOS[scenario]}`,
      told(throughputRatio),
      cpuRatio === null ? '' : told(cpuRatio),
    ]),
  )

const trialInWords = (name: string, [best, ...others]: readonly Trial[]): string =>
  best === undefined
    ? ''
    : `- ${name === 'express' ? LABELS.express : LABELS.betterAuth} ran in ${processesOf(best)}, which took ${whole(best.perSecond)} fresh sign-ups a second in a trial${others.map((other) => `; in ${processesOf(other)} it was ${whole(other.perSecond)}`).join('')}.`

const processesOf = ({ processes }: Trial): string =>
  processes === 1 ? 'one Node process' : `a cluster of ${processes} Node processes`

const WHAT_THEY_LACK = [
  `What ${LABELS.express} does alike: it checks the same body, names a person by an HMAC, counts their calls, takes a lock for each, keeps a session and an entry for the worker behind in one atomic script, and signs the same EdDSA token. What it lacks: a state machine that knows after a crash which step comes next, live push to the page, a history of each person, a draft, a claim, erasure; and one Redis is one machine and one core, and everybody waits while it restarts.`,
  '',
  `What ${LABELS.betterAuth} does alike: a visitor has a session at once, kept when the answer leaves. What it lacks: no address is taken and no plan, so nothing prepares an account, no two visits of a person meet, and nobody is limited (its limit is off here, as Foyer’s is).`,
]
