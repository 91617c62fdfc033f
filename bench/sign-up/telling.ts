import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { CREATED, answerTo, newPeople, signUp } from '../harness/request.ts'
import { startServices } from '../harness/services.ts'
import { type Side, startSide } from '../harness/side.ts'
import { type Spread, medianOf, spreadOf } from '../harness/statistics.ts'
import { FOYER } from './sides.ts'

/** Enough for a median that does not move; each is an object of its own. */
const PEOPLE = 150
/** Idle objects leave the memory after about ten seconds. */
const EVICTED_AFTER_MS = 20_000

/** Milliseconds. */
interface Sample {
  readonly neverSeen: number
  readonly asleep: number
  readonly awake: number
}

/** What the time of an answer tells of an address, one caller at a time. */
export interface Telling {
  /** Never seen, as a multiple of known and asleep: 1 tells nothing. */
  readonly neverSeenRatio: Spread
  /** Known and awake, as a multiple of known and asleep. */
  readonly awakeRatio: Spread
  readonly p50Ms: Sample
}

/** @throws Error when a sign-up was not answered 201 */
export async function measureTelling(storage: string): Promise<Telling> {
  const services = await startServices()
  const { settings } = services
  const side = await startSide({ config: FOYER, name: 'foyer', storage, settings })
  try {
    const known = newPeople(PEOPLE)
    for (const person of known) await timeSignUp(side, person)
    await sleep(EVICTED_AFTER_MS)
    const samples: Sample[] = []
    for (const person of known) {
      const [stranger = ''] = newPeople(1)
      // In turns, so that whatever slows the machine down slows all three.
      samples.push({
        neverSeen: await timeSignUp(side, stranger),
        asleep: await timeSignUp(side, person),
        awake: await timeSignUp(side, person),
      })
    }
    const p50Of = (kind: keyof Sample) => medianOf(samples.map((sample) => sample[kind]))
    return {
      neverSeenRatio: spreadOf(samples.map(({ neverSeen, asleep }) => neverSeen / asleep)),
      awakeRatio: spreadOf(samples.map(({ awake, asleep }) => awake / asleep)),
      p50Ms: {
        neverSeen: p50Of('neverSeen'),
        asleep: p50Of('asleep'),
        awake: p50Of('awake'),
      },
    }
  } finally {
    await side.stop()
    await services.stop()
  }
}

async function timeSignUp({ url }: Side, person: string): Promise<number> {
  const startedAt = performance.now()
  await answerTo(url, signUp(person), CREATED)
  return performance.now() - startedAt
}
