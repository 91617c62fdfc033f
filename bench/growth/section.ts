import { tmpdir } from 'node:os'
import { MEMORY_FOLDER } from '../harness/memory.ts'
import { ms, short, table, told, whole } from '../harness/table.ts'
import type { Section } from '../section.ts'
import { type ManyConsumers, measureConsumers } from './consumers.ts'
import { type StoredObjects, measureStoredObjects } from './stored-objects.ts'
import { type StoredSessions, measureStoredSessions } from './stored-sessions.ts'

export const growth: Section = {
  name: 'growth',
  title: 'How cost grows',
  async measure() {
    const storage = MEMORY_FOLDER ?? tmpdir()
    const storedSessions = await measureStoredSessions(storage)
    const storedObjects = await measureStoredObjects(storage)
    const consumers = await measureConsumers(storage)
    return {
      figures: { storedSessions, storedObjects, consumers },
      markdown: [
        `Identity and billing off, since nothing that grows is theirs; the objects' storage is ${MEMORY_FOLDER === null ? 'on disk' : 'in memory'}. A growth ratio of 1 is flat.`,
        '',
        ...sessionsTables(storedSessions),
        ...objectsTable(storedObjects),
        ...consumersTable(consumers),
      ],
    }
  },
}

const sessionsTables = ({ sessions, hydratedPerSecond, growth: grown }: StoredSessions) => [
  '### With the sessions that are stored in Postgres',
  '',
  `A database of each size, with a month of accounts, sessions, failures and counts, measured in turns. It hydrates ${hydratedPerSecond.map((perSecond, at) => `${whole(perSecond)} sessions/s at ${whole(sessions[at] ?? 0)} stored`).join(', ')}. What operators ask is timed as they see it; a tick of the cron is all of its parts.`,
  '',
  ...table(
    ['', ...sessions.map(whole), 'growth ratio'],
    grown.map(({ name, costsMs, growthRatio }) => [name, ...costsMs.map(ms), told(growthRatio)]),
  ),
  '',
]

const objectsTable = ({ sizes, growthRatio }: StoredObjects) => [
  '### With the objects that are stored',
  '',
  `Two stores, measured in turns; each object has hydrated its person and left the memory again. With the more of them a sign-up costs ${told(growthRatio)} times as much.`,
  '',
  ...table(
    ['objects stored', 'sign-ups/s', 'CPU a sign-up'],
    sizes.map(({ objects, signUpsPerSecond, cpuMs }) => [
      whole(objects),
      whole(signUpsPerSecond),
      ms(cpuMs),
    ]),
  ),
  '',
]

const consumersTable = (consumers: readonly ManyConsumers[]) => [
  '### With the consumers at a time',
  '',
  'Full batches, the better of two runs. All consumers share one process here, with one thread for what they compute: where it keeps about one core busy, that is the end, and not Postgres or its ten connections. In production the platform spreads them.',
  '',
  ...table(
    ['consumers', 'sessions/s', 'ratio to one', 'round trips', 'CPU', 'cores', 'in Postgres'],
    consumers.map((one) => [
      String(one.consumers),
      whole(one.perSecond),
      short(one.throughputRatio),
      short(one.roundTrips),
      ms(one.cpuMs),
      one.cores === null ? '' : short(one.cores),
      ms(one.databaseMs),
    ]),
  ),
]
