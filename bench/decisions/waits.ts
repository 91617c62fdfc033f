import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { catalogue } from '../../src/catalogue.ts'
import { answerTo } from '../harness/request.ts'
import { startServices } from '../harness/services.ts'
import { type WorkerSide, startSide } from '../harness/side.ts'
import { quantile } from '../harness/statistics.ts'
import { deliver } from './deliver.ts'
import { KNOWN_PAGE, MODEL_SETTINGS, questionOfNewcomers } from './question.ts'
import { EVENTS_QUEUE, FOYER, QUESTIONS_QUEUE } from './throughput.ts'
import { type Deed, type Visitor, messageOf, newVisitors, reportOf, viewOf } from './visitors.ts'
import { Watcher } from './watcher.ts'

const ACCEPTED = 202

/** Enough for a 95th percentile. */
const HITS = 40
/** Through the platform's own queue, so far apart that a batch has some of them. */
const QUEUED = 16
const QUEUED_APART_MS = 150
/** Each on a page, or with an error, that nobody had before: a question of its own. */
const COLD = 30
/** Those of the catalogue, and one that it does not know. */
const ERRORS = ['file_type', 'card_declined', undefined] as const

export interface Wait {
  readonly p50Ms: number
  readonly p95Ms: number
}

/** From an event to the frame on somebody's socket, one person at a time. */
export interface Waits {
  /** Until the event was accepted. */
  readonly accepted: Wait
  /** From there to the push of an answer out of the cache, without the queue's wait for company. */
  readonly hit: Wait
  /** The same with that wait, as the platform's simulator has it: up to a second. */
  readonly queued: Wait
  /** From a delivered event to the push of the model's answer, which itself took no time. */
  readonly cold: Wait
}

/** @throws Error when somebody was not shown what they should have been */
export async function measureWaits(storage: string): Promise<Waits> {
  const services = await startServices()
  const settings = { ...services.settings, ...MODEL_SETTINGS }
  const side = await startSide({ config: FOYER, name: 'foyer', storage, settings, consumes: true })
  try {
    await deliver(side, QUESTIONS_QUEUE, [questionOfNewcomers()])
    const { hits, accepted } = await measureHits(side)
    return {
      accepted: waitOf(accepted),
      hit: waitOf(hits),
      queued: waitOf(await measureQueued(side)),
      cold: waitOf(await measureCold(side)),
    }
  } finally {
    await side.stop()
    await services.stop()
  }
}

async function measureHits(side: WorkerSide) {
  const hits: number[] = []
  const accepted: number[] = []
  await withWatchers(side, HITS, async (visitor, watcher) => {
    const deed = viewOf(KNOWN_PAGE)
    const startedAt = performance.now()
    await answerTo(side.url, reportOf(visitor, deed), ACCEPTED)
    const acceptedAt = performance.now()
    // The same event, at once; the queue's own delivery of it changes nothing any more.
    const [pushedAt] = await Promise.all([
      watcher.recommended(1).then(() => performance.now()),
      deliver(side, EVENTS_QUEUE, [messageOf(visitor, deed)]),
    ])
    accepted.push(acceptedAt - startedAt)
    hits.push(pushedAt - acceptedAt)
    expectSources(watcher, ['cache', 'rules'])
  })
  return { hits, accepted }
}

async function measureQueued(side: WorkerSide): Promise<readonly number[]> {
  const pushes: Promise<number>[] = []
  await withWatchers(side, QUEUED, async (visitor, watcher) => {
    const report = reportOf(visitor, viewOf(KNOWN_PAGE))
    await answerTo(side.url, report, ACCEPTED)
    const acceptedAt = performance.now()
    pushes.push(watcher.recommended(1).then(() => performance.now() - acceptedAt))
    await sleep(QUEUED_APART_MS)
    if (pushes.length === QUEUED) await Promise.all(pushes)
  })
  return Promise.all(pushes)
}

async function measureCold(side: WorkerSide): Promise<readonly number[]> {
  const deeds = ERRORS.flatMap((error) =>
    catalogue.pages
      .filter((page) => page !== KNOWN_PAGE || error !== undefined)
      .map((page): Deed => ({ ...viewOf(page), ...(error === undefined ? {} : { error }) })),
  )
  const colds: number[] = []
  await withWatchers(side, COLD, async (visitor, watcher) => {
    const deed = deeds[colds.length]
    if (deed === undefined) throw new Error('there is no question left that nobody asked')
    const startedAt = performance.now()
    const delivered = deliver(side, EVENTS_QUEUE, [messageOf(visitor, deed)])
    // The rules speak first, and the model's answer takes the place of theirs.
    await watcher.recommended(2)
    colds.push(performance.now() - startedAt)
    await delivered
    expectSources(watcher, ['model', 'rules'])
  })
  return colds
}

/** Fresh people with their accounts built, one after the other. */
async function withWatchers(
  side: WorkerSide,
  count: number,
  work: (visitor: Visitor, watcher: Watcher) => Promise<void>,
): Promise<void> {
  const visitors = await newVisitors(side.url, count)
  const pages = await Promise.all(
    visitors.map(async (visitor) => ({ visitor, watcher: await Watcher.open(side.url, visitor) })),
  )
  await Promise.all(pages.map(({ watcher }) => watcher.merged()))
  for (const { visitor, watcher } of pages) await work(visitor, watcher)
  for (const { watcher } of pages) watcher.close()
}

function expectSources({ sources }: Watcher, allowed: readonly string[]): void {
  if (!allowed.includes(sources.at(-1) ?? '')) {
    throw new Error(`somebody was served by ${sources.join(', ')}`)
  }
}

const waitOf = (times: readonly number[]): Wait => ({
  p50Ms: quantile(times, 0.5),
  p95Ms: quantile(times, 0.95),
})
