import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { LoadGenerator } from '../harness/load.ts'
import { CREATED, answerTo, newPeople, signUp } from '../harness/request.ts'
import { startServices } from '../harness/services.ts'
import { type WorkerSide, startSide, withSides } from '../harness/side.ts'
import { type Spread, quantile, spreadOf } from '../harness/statistics.ts'
import type { FlowDelays } from './delays.ts'

const FOYER = join(import.meta.dirname, '..', '..', 'wrangler.toml')

/** Side by side, until the engine has compiled what it will compile and Auth0 has given its token. */
const WARM_UP_PEOPLE = 24
/** Few: it is about waiting for others, and not about who can do more at once. */
const ARRIVALS_PER_SECOND = 5
/** On a slow machine fewer people have to do. */
const ALONE_MAX_MS = 25_000

export interface Waits {
  readonly p50Ms: number
  readonly p95Ms: number
}

/** From the request until the answer with the token that lets somebody act. */
export interface FirstInteraction {
  /** The blocking flow's wait as a multiple of the speculative one's, person by person. */
  readonly fasterRatio: Spread
  readonly blocking: Waits
  readonly speculative: Waits
}

export interface Comparison {
  readonly delaysMs: FlowDelays
  /** One caller at a time, both flows in turns. */
  readonly alone: FirstInteraction
  /** So many arrivals a second, answered or not. */
  readonly arriving: (FirstInteraction & { readonly perSecond: number }) | null
}

export interface Amounts {
  /** Fresh ones, of each flow; fewer where it takes too long. */
  readonly alone: number
  /** 0: nobody arrives. */
  readonly arriving: number
}

/**
 * The blocking flow (`USE_SPECULATIVE_ONBOARDING=false`) beside the speculative one, both with their
 * queues at work.
 *
 * @throws Error when a sign-up was not answered 201
 */
export async function compareFlows(
  storage: string,
  delaysMs: FlowDelays,
  amounts: Amounts,
): Promise<Comparison> {
  const services = await startServices(delaysMs)
  const start = (name: string, isSpeculative: boolean) => () =>
    startSide({
      config: FOYER,
      name,
      storage,
      consumes: true,
      settings: { ...services.settings, USE_SPECULATIVE_ONBOARDING: String(isSpeculative) },
    })
  try {
    return await withSides(
      [start('blocking', false), start('speculative', true)],
      async ([blocking, speculative]) => {
        if (blocking === undefined || speculative === undefined)
          throw new Error('a side is missing')
        const both = { blocking, speculative }
        for (const side of [blocking, speculative]) {
          await Promise.all(newPeople(WARM_UP_PEOPLE).map((person) => timeSignUp(side, person)))
        }
        return {
          delaysMs,
          alone: judge(await alone(both, amounts.alone)),
          arriving: amounts.arriving === 0 ? null : await arriving(both, amounts.arriving),
        }
      },
    )
  } finally {
    await services.stop()
  }
}

type Flow = 'blocking' | 'speculative'
type Both = Readonly<Record<Flow, WorkerSide>>
/** Milliseconds, person by person. */
type Times = Readonly<Record<Flow, readonly number[]>>

async function alone(both: Both, people: number): Promise<Times> {
  const times: Record<Flow, number[]> = { blocking: [], speculative: [] }
  const startedAt = performance.now()
  for (let turn = 0; turn < people; turn += 1) {
    if (performance.now() - startedAt > ALONE_MAX_MS) break
    const flows: readonly Flow[] =
      turn % 2 === 0 ? ['blocking', 'speculative'] : ['speculative', 'blocking']
    for (const flow of flows) {
      const [person = ''] = newPeople(1)
      times[flow].push(await timeSignUp(both[flow], person))
    }
  }
  return times
}

async function arriving(both: Both, people: number): Promise<NonNullable<Comparison['arriving']>> {
  const load = new LoadGenerator()
  const send = async ({ url }: WorkerSide): Promise<readonly number[]> => {
    const { latenciesMs } = await load.send({
      kind: 'arrivals',
      origin: url.href,
      calls: newPeople(people).map(signUp),
      perSecond: ARRIVALS_PER_SECOND,
      expected: CREATED,
    })
    return latenciesMs
  }
  try {
    const blocking = await send(both.blocking)
    const times = { blocking, speculative: await send(both.speculative) }
    return { perSecond: ARRIVALS_PER_SECOND, ...judge(times) }
  } finally {
    load.close()
  }
}

async function timeSignUp({ url }: WorkerSide, person: string): Promise<number> {
  const startedAt = performance.now()
  await answerTo(url, signUp(person), CREATED)
  return performance.now() - startedAt
}

const judge = ({ blocking, speculative }: Times): FirstInteraction => ({
  fasterRatio: spreadOf(blocking.map((wait, at) => wait / (speculative[at] ?? Number.NaN))),
  blocking: waitsOf(blocking),
  speculative: waitsOf(speculative),
})

const waitsOf = (times: readonly number[]): Waits => ({
  p50Ms: quantile(times, 0.5),
  p95Ms: quantile(times, 0.95),
})
