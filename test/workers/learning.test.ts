import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { recommendations } from '../../src/adapters/neon/behaviour-schema.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import { experimentLooks } from '../../src/adapters/neon/learning-schema.ts'
import type {
  BanditHistory,
  BanditResponse,
  ExperimentResponse,
} from '../../src/contract/learning.ts'
import type { RecommendationView } from '../../src/contract/recommendation.ts'
import { DAY_MS, dayOf } from '../../src/core/bandit/day-counts.ts'
import { assign } from '../../src/core/experiment/assignment.ts'
import { versionOf } from '../../src/core/recommendation/draw.ts'
import { learn } from '../../src/cron/learn.ts'
import { experimentOf, parseSettings } from '../../src/env.ts'
import { bearer, bindings, claimsOf, errorOf, fetchWorker, signUp } from '../support/worker/api.ts'
import { deliver } from '../support/worker/deliver.ts'
import { fault } from '../support/worker/outside.ts'
import { fetchUnder } from '../support/worker/under.ts'

const QUEUE = 'foyer-behavior-events'
const settings = parseSettings(bindings)
const experiment = experimentOf(settings)
const database = connect(settings)

afterEach(async () => {
  vi.restoreAllMocks()
  await fault('DATABASE', null)
})

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Somebody for whom everything is drawn: of the policy's people, and past the first events. */
async function someone() {
  for (;;) {
    const { token, specId: person } = await signUp()
    const key = String(claimsOf(token)['key'])
    if (assign(experiment, key).group !== 'policy') continue
    const events = Array.from({ length: 5 }, (_, at) => ({
      eventId: `e-${at}`,
      sessionId: 'tab-1',
      type: 'page_view',
      at: Date.now() + at,
      receivedAt: Date.now(),
      path: '/dashboard',
      dropped: 0,
    }))
    await deliver(QUEUE, [{ v: 1, type: 'events', key, person, traceparent, events }])
    return { token, key, person }
  }
}

type Someone = Awaited<ReturnType<typeof someone>>

async function recommended({ token }: Someone): Promise<string> {
  const answer = await fetchWorker('/api/v1/recommendation', { headers: bearer(token) })
  expect(answer.status).toBe(200)
  return (await answer.json<RecommendationView>()).recommendationId
}

async function tells({ token }: Someone, id: string, kind: string): Promise<void> {
  const answer = await fetchWorker(`/api/v1/recommendations/${id}/feedback`, {
    method: 'POST',
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind }),
  })
  expect(answer.status).toBe(202)
}

/** What the object has not told Postgres is told now. */
const publish = ({ key }: Someone) =>
  deliver(QUEUE, [{ v: 1, type: 'unpublished', key, traceparent: '' }])

const rowOf = async (id: string) => {
  const rows = await database.select().from(recommendations).where(eq(recommendations.id, id))
  return rows[0]
}

/** It was seen so long ago that its window has closed. */
async function longAgo(id: string): Promise<number> {
  const exposedAt = Date.now() - DAY_MS - 1_000
  const row = eq(recommendations.id, id)
  await database
    .update(recommendations)
    .set({ exposedAt: new Date(exposedAt) })
    .where(row)
  return exposedAt
}

async function admin<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = { ...bearer(bindings.ADMIN_TOKEN), 'Content-Type': 'application/json' }
  const answer = await fetchWorker(`/api/admin${path}`, { headers, ...init })
  expect(answer.status).toBe(200)
  return answer.json<T>()
}

const bandit = () => admin<BanditResponse>('/bandit')

describe('A7: what people do with a recommendation', () => {
  test('F44: clicked twice, and told three times, it is one reward', async () => {
    const one = await someone()
    const id = await recommended(one)
    await tells(one, id, 'impression')
    await tells(one, id, 'click')
    await publish(one)
    await tells(one, id, 'click')
    await publish(one)
    await publish(one)
    const row = await rowOf(id)
    expect(row).toMatchObject({ outcome: 'success', countedAs: 'success' })
    expect(row?.tonePropensity).toBeLessThan(1)
    await learn(bindings, Date.now())
    const { segments, drift } = await bandit()
    expect(drift).toEqual([])
    const version = versionOf(row?.promptVersion ?? '', row?.catalogueVersion ?? '')
    const arms = segments.find((kind) => kind.segment === row?.segment && kind.version === version)
    const arm = arms?.arms.find(({ tone }) => tone === row?.tone)
    expect(arm?.alpha).toBe((arm?.successes ?? 0) + 1)
    expect(arm?.drawn).toBeGreaterThan(0)
    const sum = arms?.arms.reduce((all, { selectionProbability }) => all + selectionProbability, 0)
    expect(sum).toBeCloseTo(1, 9)
  })

  test('A5, A7: how it came about can be seen by day: draws, outcomes, and words not said before', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const history = () => admin<BanditHistory>('/bandit/history')
    const sumOf = ({ arms }: BanditHistory, tone: string | undefined) => {
      const days = arms.filter((arm) => arm.tone === tone && arm.day >= today)
      const add = (of: (arm: (typeof days)[number]) => number) =>
        days.reduce((sum, arm) => sum + of(arm), 0)
      return { drawn: add((arm) => arm.drawn), successes: add((arm) => arm.successes) }
    }
    const before = await history()
    const one = await someone()
    const id = await recommended(one)
    await tells(one, id, 'click')
    await publish(one)
    await learn(bindings, Date.now())
    const row = await rowOf(id)
    const after = await history()
    const [was, is] = [sumOf(before, row?.tone), sumOf(after, row?.tone)]
    expect(is.drawn).toBeGreaterThan(was.drawn)
    expect(is.successes).toBeGreaterThan(was.successes)
    const said = after.hashes.find(
      ({ day, promptVersion }) => day >= today && promptVersion === row?.promptVersion,
    )
    expect(said?.hashes).toBeGreaterThan(0)
    expect(said?.fresh).toBeLessThanOrEqual(said?.hashes ?? 0)
    expect(said?.hashes).toBeLessThanOrEqual(said?.decisions ?? 0)
  })

  test('F44: feedback about an unknown impression is refused, and learns nothing', async () => {
    const [one, other] = [await someone(), await someone()]
    const id = await recommended(other)
    for (const unknown of [crypto.randomUUID(), id]) {
      const answer = await fetchWorker(`/api/v1/recommendations/${unknown}/feedback`, {
        method: 'POST',
        headers: { ...bearer(one.token), 'Content-Type': 'application/json' },
        body: JSON.stringify({ kind: 'click' }),
      })
      expect((await errorOf(answer)).code).toBe('not_found')
    }
    await publish(one)
    await publish(other)
    expect(await rowOf(id)).toMatchObject({ exposedAt: null, clickedAt: null, countedAs: null })
  })

  test('seen and left alone it is a failure by the next tick after its window, and not before', async () => {
    const one = await someone()
    const id = await recommended(one)
    await tells(one, id, 'impression')
    await publish(one)
    await learn(bindings, Date.now())
    expect(await rowOf(id)).toMatchObject({ countedAs: null })
    const exposedAt = await longAgo(id)
    await learn(bindings, Date.now())
    expect(await rowOf(id)).toMatchObject({
      countedAs: 'failure',
      countedOn: dayOf(exposedAt),
    })
  })

  test('F26: while the database is away a tick does nothing, and the next one counts', async () => {
    const one = await someone()
    const id = await recommended(one)
    await tells(one, id, 'impression')
    await publish(one)
    await longAgo(id)
    await fault('DATABASE', { kind: 'reject' })
    await learn(bindings, Date.now())
    await fault('DATABASE', null)
    expect(await rowOf(id)).toMatchObject({ countedAs: null })
    await learn(bindings, Date.now())
    expect(await rowOf(id)).toMatchObject({ countedAs: 'failure' })
  })

  test('a person who asks what to show waits for no database', async () => {
    const { token } = await someone()
    const never = new Promise<never>(() => {})
    const realSetTimeout = setTimeout
    const asked = vi.spyOn(globalThis, 'fetch').mockReturnValue(never)
    // Whoever waited for the database would not be let off after a while, either.
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms?: number) =>
      realSetTimeout(run, ms === 1_000 ? 1e9 : ms),
    )
    const elsewhere = { DATABASE_URL: `${settings.DATABASE_URL}?elsewhere` }
    const answer = await fetchUnder(elsewhere, '/api/v1/recommendation', { headers: bearer(token) })
    expect(answer.status).toBe(200)
    expect(asked).toHaveBeenCalled()
  })
})

describe('B15: operators', () => {
  test('may have the counts made anew; it is written down', async () => {
    const reason = crypto.randomUUID()
    const body = JSON.stringify({ operator: 'ada', reason })
    const rebuilt = await admin('/bandit/rebuild', { method: 'POST', body })
    expect(rebuilt).toEqual({ recounted: expect.any(Number) as number })
    const { actions } = await admin<{ actions: readonly unknown[] }>('/operator-actions')
    expect(actions).toContainEqual(
      expect.objectContaining({ action: 'rebuild_bandit', operator: 'ada', reason, replay: null }),
    )
  })

  test('say who they are, and why', async () => {
    const headers = { ...bearer(bindings.ADMIN_TOKEN), 'Content-Type': 'application/json' }
    const init = { method: 'POST', headers, body: '{"operator":"ada"}' }
    expect((await fetchWorker('/api/admin/bandit/rebuild', init)).status).toBe(400)
  })
})

describe('A14: the experiment', () => {
  test('is shown with its groups, and the tick writes down what it saw of their sizes', async () => {
    await publish(await someone())
    await learn(bindings, Date.now())
    const [look] = await database
      .select()
      .from(experimentLooks)
      .where(eq(experimentLooks.experiment, experiment.id))
    expect(look?.pValue).toBeLessThanOrEqual(1)
    const shown = await admin<ExperimentResponse>('/experiment')
    expect(shown).toMatchObject({ ...experiment, final: false })
    expect(shown.groups.policy.assigned).toBeGreaterThan(0)
    expect(shown.comparisons).toMatchObject([{ control: 'baseline', treated: 'policy' }])
    expect(Object.keys(shown.offPolicy.tones)).toEqual(['aggressive', 'moderate', 'passive'])
  })
})
