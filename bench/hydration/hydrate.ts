import { Client } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { OK, answerTo } from '../harness/request.ts'
import type { Calls, Services } from '../harness/services.ts'
import type { WorkerSide } from '../harness/side.ts'
import type { Sample } from '../harness/turns.ts'
import { deliver } from './deliver.ts'
import { type Newcomer, signUpNewcomers } from './people.ts'

/** Of each delivery so many are asked how they stand, as their page would. */
const ASKED = 5
/** What sign-ups leave to be written meanwhile is written by then. */
const SETTLED_MS = 1_500

const Status = z.object({ status: z.literal('merged') })

export interface Hydrated extends Sample {
  /** Calls of each service for one session. */
  readonly calls: Calls
  /** How long Postgres and its endpoint were busy with one session. */
  readonly databaseMs: number
}

/** People sign up, untimed; then their wake-ups are delivered. */
export async function hydrate(
  side: WorkerSide,
  services: Services,
  { people, consumers }: { readonly people: number; readonly consumers: number },
): Promise<Hydrated> {
  const newcomers = await signUpNewcomers(side, people)
  await sleep(SETTLED_MS)
  const wakes = newcomers.map(({ wake }) => wake)
  const hydrated = await measureDelivery(side, 'foyer', services, wakes, consumers)
  await expectMerged(side, services, newcomers)
  return hydrated
}

/**
 * Delivers messages to a Worker's consumer and says what that cost.
 *
 * @throws Error when a message was not acknowledged
 */
export async function measureDelivery(
  side: WorkerSide,
  name: string,
  services: Services,
  bodies: readonly unknown[],
  consumers: number,
): Promise<Hydrated> {
  const before = await readMeters(side, services)
  const tookMs = await deliver(side, name, bodies, consumers)
  const after = await readMeters(side, services)
  const perSession = (service: keyof Calls) =>
    (after.calls[service] - before.calls[service]) / bodies.length
  return {
    perSecond: (bodies.length / tookMs) * 1_000,
    cpuMs:
      before.cpuMs === null || after.cpuMs === null
        ? null
        : (after.cpuMs - before.cpuMs) / bodies.length,
    latenciesMs: [],
    databaseMs: (after.databaseMs - before.databaseMs) / bodies.length,
    calls: {
      database: perSession('database'),
      billing: perSession('billing'),
      identity: perSession('identity'),
      mail: perSession('mail'),
    },
  }
}

const readMeters = async (side: WorkerSide, services: Services) => ({
  cpuMs: side.cpuMs(),
  calls: await services.calls(),
  databaseMs: (await services.busyMs()).database,
})

/** @throws Error when somebody is not, in Postgres or, of a sample, in their own object */
async function expectMerged(
  { url }: WorkerSide,
  { postgresUrl }: Services,
  newcomers: readonly Newcomer[],
): Promise<void> {
  const specIds = newcomers.map(({ specId }) => specId)
  const merged = await countMerged(postgresUrl, specIds)
  if (merged !== newcomers.length) throw new Error(`${merged} of ${newcomers.length} are merged`)
  const step = Math.ceil(newcomers.length / ASKED)
  for (let at = 0; at < newcomers.length; at += step) {
    const headers = { authorization: `Bearer ${newcomers[at]?.token}` }
    const status = { method: 'GET', path: '/api/onboarding/session', headers } as const
    Status.parse(await answerTo(url, status, OK))
  }
}

/** Sessions that are merged and whose person has a row. */
async function countMerged(url: string, specIds: readonly string[]): Promise<number> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rowCount } = await client.query(
      `SELECT FROM onboarding_sessions JOIN users USING (subject_key)
      WHERE status = 'merged' AND spec_id = ANY ($1)`,
      [specIds],
    )
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}
