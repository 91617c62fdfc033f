import { evictDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OverviewResponse } from '../../src/contract/overview.ts'
import { type ReadFamily, readExposition, valueOf } from '../support/shared/exposition.ts'
import {
  bearer,
  bindings,
  errorOf,
  eventually,
  fetchWorker,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { resetBudgets } from '../support/worker/budgets.ts'
import { consume, deliver, wakeOf } from '../support/worker/deliver.ts'
import { fault, indexOf } from '../support/worker/outside.ts'
import { hurry } from '../support/worker/run.ts'
import { fetchUnder } from '../support/worker/under.ts'

beforeEach(resetBudgets)

afterEach(async () => {
  await Promise.all([fault('DATABASE', null), fault('STRIPE', null), fault('AUTH0', null)])
  await resetBudgets()
})

const admin = { headers: bearer(bindings.ADMIN_TOKEN) }

async function scrape(): Promise<readonly ReadFamily[]> {
  const response = await fetchWorker('/metrics', admin)
  expect(response.status).toBe(200)
  return readExposition(await response.text())
}

/** Its row has the end of its run. */
const untilIndexed = (specId: string) =>
  eventually('the end in the index', async () => {
    const [row] = await indexOf(specId)
    return row?.settledAt && row
  })

describe('S16: /metrics', () => {
  test('is Prometheus text for operators alone', async () => {
    expect((await fetchWorker('/metrics')).status).toBe(401)
    const { token } = await signUp()
    expect((await fetchWorker('/metrics', { headers: bearer(token) })).status).toBe(403)
    const response = await fetchWorker('/metrics', admin)
    expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(readExposition(await response.text()).length).toBeGreaterThan(30)
  })

  test('Q8: has a published name for each figure', async () => {
    const names = (await scrape()).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'speculative_session_ttl_expiration_rate',
        'hydration_latency',
        'hydration_latency_p99',
        'hydration_failure_rate',
        'conversion_funnel_dropoff',
        'storage_in_use_bytes',
        'queue_depth',
        'pending_count',
        'reclaimed_total',
        'latency_ms',
        'fail_total',
        'dlq_total',
        'ai_onboarding_latency_seconds',
        'bandit_arm_selection_rate',
        'llm_rate_limit_hits_total',
        'cost_per_activation_usd',
        'policy_cache_hit_rate',
        'invitation_recovery_rate',
      ]),
    )
  })

  test('a sign-up moves what it should, and its index row says when each step was', async () => {
    const before = await scrape()
    const session = await signUp()
    expect((await untilSettled(session)).status).toBe('merged')
    const row = await untilIndexed(session.specId)
    const after = await scrape()
    for (const step of ['accepted', 'hydrating', 'merged']) {
      const of = (families: readonly ReadFamily[]) =>
        valueOf(families, 'funnel_sessions_total', { step }) ?? 0
      expect(of(after)).toBeGreaterThanOrEqual(of(before) + 1)
    }
    expect(row.origin).toBe('sign_up')
    expect(row.runOpenedAt?.getTime()).toBe(row.openedAt.getTime())
    const moments = [row.openedAt, row.leasedAt, row.mergedAt].map((at) => at?.getTime() ?? 0)
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    expect(row.settledAt).toEqual(row.mergedAt)
    expect(row.hydratingAt).toEqual(row.leasedAt)
    expect(row.storageBytes).toBeGreaterThan(0)
  })

  test('a redelivery changes nothing that is counted of its session', async () => {
    const session = await signUp()
    await untilSettled(session)
    await untilIndexed(session.specId)
    const first = await indexOf(session.specId)
    const { batch } = await deliver('foyer-hydration', [wakeOf(session.token, session.specId)])
    await consume(batch)
    expect(await indexOf(session.specId)).toEqual(first)
  })

  test('F17: what a run waited for a provider is known apart, over evictions', async () => {
    await fault('STRIPE', { kind: 'status', status: 429 })
    const session = await signUp()
    await eventually('a run that has to wait', async () => {
      const { sessions } = await subjectOf(session.token).wake()
      return sessions.some(({ times }) => times?.leasedAt !== null)
    })
    await eventually('the pause of the budget', async () => {
      const { pausedUntil } = await bindings.BUDGETS.getByName('billing').inspect()
      return pausedUntil > 0
    })
    await evictDurableObject(subjectOf(session.token))
    await fault('STRIPE', null)
    const row = await eventually('the end of the run', async () => {
      await hurry(session.token)
      const [found] = await indexOf(session.specId)
      return found?.settledAt && found
    })
    expect(row.status).toBe('merged')
    expect(row.waitedMs).toBeGreaterThan(0)
    const tookMs = (row.settledAt?.getTime() ?? 0) - row.openedAt.getTime()
    expect(row.waitedMs).toBeLessThanOrEqual(tookMs)
    const hits = valueOf(await scrape(), 'provider_rate_limit_hits_total', { provider: 'billing' })
    expect(hits).toBeGreaterThanOrEqual(1)
  })

  test('without the database it says so, and nothing else', async () => {
    await fault('DATABASE', { kind: 'reject' })
    const response = await fetchWorker('/metrics', admin)
    expect(response.status).toBe(503)
    const { code, details } = await errorOf(response)
    expect(code).toBe('unavailable')
    expect(details).toMatchObject([{ path: 'database' }])
  })

  test('Q8: queues that do not say how full they are, and budgets that do not answer, are absent', async () => {
    const silent = {
      metrics: () => Promise.reject(new Error('not here')),
    } as unknown as typeof bindings.HYDRATION
    const nobody = {
      getByName: () => ({ inspect: () => Promise.reject(new Error('not here')) }),
    } as unknown as typeof bindings.BUDGETS
    const response = await fetchUnder(
      { HYDRATION: silent, BEHAVIOR: silent as never, POLICY: silent as never, BUDGETS: nobody },
      '/metrics',
      admin,
    )
    expect(response.status).toBe(200)
    const families = readExposition(await response.text())
    expect(families.find(({ name }) => name === 'queue_depth')?.samples).toEqual([])
    expect(valueOf(families, 'provider_budget_up', { provider: 'mail' })).toBe(0)
    expect(valueOf(families, 'provider_breaker_open', { provider: 'mail' })).toBeUndefined()
  })
})

describe('S16: answers', () => {
  test('are counted by the class of their route and of their status, and written off the path', async () => {
    const before = valueOf(await scrape(), 'http_requests_total', { route: 'other', status: '2xx' })
    const now = Date.now.bind(Date)
    await fetchWorker('/healthz')
    // Later than any isolate keeps its counts.
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 60_000)
    await fetchWorker('/healthz')
    clock.mockRestore()
    const after = await eventually('the count', async () => {
      const found = valueOf(await scrape(), 'http_requests_total', {
        route: 'other',
        status: '2xx',
      })
      return found !== undefined && found >= (before ?? 0) + 2 && found
    })
    expect(after).toBeGreaterThan(before ?? 0)
  })

  test('are points where Analytics Engine is bound, without anything of a person', async () => {
    const points: AnalyticsEngineDataPoint[] = []
    const ANALYTICS: AnalyticsEngineDataset = {
      writeDataPoint: (point) => void points.push(point ?? {}),
    }
    const person = crypto.randomUUID()
    await fetchUnder({ ANALYTICS }, `/api/v1/recommendations/${person}/feedback?of=${person}`, {
      method: 'POST',
    })
    await fetchUnder({ ANALYTICS }, '/healthz')
    expect(points).toMatchObject([
      { indexes: ['behaviour'], blobs: ['behaviour', '4xx'] },
      { indexes: ['other'], blobs: ['other', '2xx'] },
    ])
    expect(points.map(({ doubles = [] }) => doubles.length)).toEqual([1, 1])
    expect(JSON.stringify(points)).not.toContain(person)
  })
})

describe('S16: the overview', () => {
  const overview = async (query = '') => {
    const response = await fetchWorker(`/api/admin/overview${query}`, admin)
    expect(response.status).toBe(200)
    return OverviewResponse.parse(await response.json())
  }

  test('has every hour of the day or of the week', async () => {
    const [day, week] = [await overview(), await overview('?window=week')]
    expect([day.window, day.hours.length]).toEqual(['day', 24])
    expect([week.window, week.hours.length]).toEqual(['week', 168])
    for (const { hours, at } of [day, week]) {
      const beginnings = hours.map(({ hour }) => hour)
      const last = at - (at % 3_600_000)
      expect(beginnings).toEqual(
        beginnings.map((_hour, position) => last - (hours.length - 1 - position) * 3_600_000),
      )
    }
    expect((await fetchWorker('/api/admin/overview?window=year', admin)).status).toBe(400)
  })

  test('shows a sign-up as it goes on', async () => {
    const before = await overview()
    const session = await signUp()
    await untilSettled(session)
    await untilIndexed(session.specId)
    const after = await overview()
    const accepted = ({ funnel }: OverviewResponse) => funnel[0]?.reached ?? 0
    expect(accepted(after)).toBeGreaterThanOrEqual(accepted(before) + 1)
    expect(after.runs.merged).toBeGreaterThanOrEqual(before.runs.merged + 1)
    expect(after.hydrationLatency.p99).toBeGreaterThan(0)
    const inHours = (figure: 'accepted' | 'merged', { hours }: OverviewResponse) =>
      hours.reduce((sum, hour) => sum + hour[figure], 0)
    expect(inHours('accepted', after)).toBeGreaterThanOrEqual(1)
    expect(inHours('merged', after)).toBeGreaterThanOrEqual(1)
  })

  test('is unavailable without the database', async () => {
    await fault('DATABASE', { kind: 'reject' })
    expect((await fetchWorker('/api/admin/overview', admin)).status).toBe(503)
  })
})
