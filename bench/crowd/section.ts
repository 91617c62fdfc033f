import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MEMORY_FOLDER } from '../harness/memory.ts'
import { type Services, startServices } from '../harness/services.ts'
import { type WorkerSide, startSide, withSides } from '../harness/side.ts'
import { ms, short, table, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { Holders } from './holders.ts'
import { type Settled, settleCrowd } from './settle.ts'
import {
  type Idle,
  type LiveSockets,
  SOCKETS_MAX,
  measureBareSockets,
  measureSessions,
} from './sockets.ts'

const FOYER = join(import.meta.dirname, '..', '..', 'wrangler.toml')
const BARE = join(import.meta.dirname, 'bare', 'wrangler.toml')
/** An account is a row then, and a mail: it is about those who wait for one, not about who makes it. */
const NO_PROVIDERS = {
  AUTH0_DOMAIN: '',
  AUTH0_CLIENT_ID: '',
  AUTH0_CLIENT_SECRET: '',
  STRIPE_SECRET_KEY: '',
  STRIPE_WEBHOOK_SECRET: '',
}
const KIB_BYTES = 1_024

export const crowd: Section = {
  name: 'crowd',
  title: 'Many at once',
  async measure() {
    const settled = await withServices(
      ([foyer], services) => settleCrowd(foyer, services),
      tmpdir(),
    )
    const [sessions, bare] = await measureSockets(MEMORY_FOLDER ?? tmpdir())
    const memoryRatio =
      sessions.bytesEach === null || bare.bytesEach === null
        ? null
        : sessions.bytesEach / bare.bytesEach
    return {
      figures: { settled, sessions, bare, memoryRatio },
      markdown: [
        settledInWords(settled),
        '',
        ...settledTable(settled),
        '',
        ...socketsInWords(sessions),
        '',
        ...memoryTable(sessions, bare, memoryRatio),
      ],
    }
  },
}

/**
 * Storage in memory, since a disk would only say how soon sessions come. The clients hang up after the runtimes have ended: each socket that closes wakes its object, and all at
 * once would need more files than there may be.
 */
async function measureSockets(storage: string): Promise<readonly [LiveSockets, Idle]> {
  const [ofFoyer, ofBare] = [new Holders(), new Holders()]
  try {
    return await withServices(
      ([foyer, bare]) =>
        Promise.all([measureSessions(foyer, ofFoyer), measureBareSockets(bare, ofBare)]),
      storage,
      NO_PROVIDERS,
    )
  } finally {
    ofFoyer.close()
    ofBare.close()
  }
}

/** The product with its queues at work and real services behind, and the bare platform beside it. */
async function withServices<T>(
  work: (sides: readonly [WorkerSide, WorkerSide], services: Services) => Promise<T>,
  storage: string,
  more: Readonly<Record<string, string>> = {},
): Promise<T> {
  const services = await startServices()
  const settings = { ...services.settings, ...more }
  try {
    return await withSides(
      [
        () => startSide({ config: FOYER, name: 'foyer', storage, settings, consumes: true }),
        () => startSide({ config: BARE, name: 'bare-crowd', storage }),
      ],
      ([foyer, bare]) => {
        if (foyer === undefined || bare === undefined) throw new Error('a side is missing')
        return work([foyer, bare], services)
      },
    )
  } finally {
    await services.stop()
  }
}

const settledInWords = ({ people, signUps, accounts, customers, ...times }: Settled): string =>
  `${whole(people)} people sign up at the same moment, ${signUps - people} of them twice. All are answered after ${seconds(times.answeredAllMs)}, all ${whole(times.sessionsMerged)} sessions have merged after ${seconds(times.mergedAllMs)}, and there are ${whole(accounts)} accounts in PostgreSQL and ${whole(customers)} customers at the billing service, one for each.`

const settledTable = (settled: Settled) =>
  table(
    ['', 'answered p50', 'p99', 'all answered', 'all merged'],
    [
      [
        `${whole(settled.signUps)} sign-ups at once, storage on disk`,
        ms(settled.answeredP50Ms),
        ms(settled.answeredP99Ms),
        ms(settled.answeredAllMs),
        ms(settled.mergedAllMs),
      ],
    ],
  )

function socketsInWords(sessions: LiveSockets): readonly string[] {
  const { opened, merged, stillOpen, pushed, stoppedBy, fault, filesOpen, filesMax } = sessions
  const files =
    filesOpen === null || filesMax === null
      ? ''
      : ` At the end the runtime had ${whole(filesOpen)} of the ${whole(filesMax)} files open that it may have.`
  const why = fault === null ? stoppedBy : `${stoppedBy} (${fault})`
  const atWork =
    merged < opened
      ? ' The others’ objects were still at work, which shows in their memory below.'
      : ''
  return [
    `${whole(opened)} sessions were opened with a live socket each (bound: ${whole(SOCKETS_MAX)}), and what ended that was ${why}. ${whole(merged)} of them heard that their account is there.${atWork} ${whole(pushed)} were then pushed a recommendation, out of hibernation, within the time that there was for it, and ${whole(stillOpen)} sockets were still open afterwards.${files}`,
  ]
}

const memoryTable = (sessions: Idle, bare: Idle, ratio: number | null) => [
  'Memory that nobody shares with the runtime, after some seconds without a call: objects have left it, their sockets are held. What stays of each is what there is more of it than with the first thousand, which made the runtime as large as a busy one is.',
  '',
  ...table(
    ['', 'more sockets', 'first thousand', 'all', 'each', 'ratio'],
    [
      ['an object that only holds a socket', ...memoryCells(bare), '1'],
      ['a session of Foyer', ...memoryCells(sessions), ratio === null ? '' : short(ratio)],
    ],
  ),
]

const memoryCells = ({ sockets, firstBytes, idleBytes, bytesEach }: Idle): readonly string[] => [
  whole(sockets),
  mib(firstBytes),
  mib(idleBytes),
  bytesEach === null ? '' : `${short(bytesEach / KIB_BYTES)} KiB`,
]

const mib = (bytes: number | null): string =>
  bytes === null ? '' : `${whole(bytes / KIB_BYTES ** 2)} MiB`

const seconds = (time: number): string => `${short(time / 1_000)} s`
