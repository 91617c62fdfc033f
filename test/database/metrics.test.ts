import { randomUUID } from 'node:crypto'
import { eq, inArray, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JourneyRecord } from '../../src/contract/behaviour-rpc.ts'
import type { SessionTimes } from '../../src/contract/subject-rpc.ts'
import { erasePerson } from '../../src/adapters/neon/erase-person.ts'
import { eraseAccount } from '../../src/adapters/neon/accounts.ts'
import { createBehaviourStore } from '../../src/adapters/neon/behaviour-store.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import { foldCounts } from '../../src/adapters/neon/metric-counts.ts'
import { metricCounts } from '../../src/adapters/neon/metric-schema.ts'
import { readMetrics } from '../../src/adapters/neon/read-metrics.ts'
import { erasures, onboardingSessions } from '../../src/adapters/neon/schema.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import { indexedForgotten, indexedStatus } from '../../src/core/indexed.ts'
import type { Counts } from '../../src/core/metrics/counts.ts'
import { BOUNDS_SECONDS } from '../../src/core/metrics/histogram.ts'
import type { IndexedSession, SessionIndex } from '../../src/core/ports.ts'
import { setFault } from '../support/local-services.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'

const EXPERIMENT = { id: 'onboarding-1', holdoutPercent: 0, baselinePercent: 10 }
const SETTINGS = { experiment: EXPERIMENT, sessionMaxAgeMs: 86_400_000 }
const OPENED = Date.UTC(2026, 5, 1, 12)
const DAY_MS = 86_400_000

let world: TestDatabase
let database: Database
let index: SessionIndex

// A database of its own: nobody else counts here. Tests look at differences all the same.
beforeAll(async () => {
  world = await startDatabase()
  database = world.database
  index = createSessionIndex(database)
})

afterAll(() => world.stop())

const countsNow = async (): Promise<Counts> =>
  (await readMetrics(database, SETTINGS, Date.now())).counts

/** What `act` adds to the counts. */
async function added(act: () => Promise<unknown>) {
  const before = await countsNow()
  await act()
  const after = await countsNow()
  return {
    count: (name: string, ...labels: string[]) =>
      after.count(name, labels) - before.count(name, labels),
    sum: (name: string, ...labels: string[]) => after.sum(name, labels) - before.sum(name, labels),
    bucket: (name: string, labels: string[], le: number) => {
      const at = (counts: Counts) =>
        counts
          .buckets(name, labels)
          .filter((bucket) => bucket.le === le)
          .reduce((sum, { count }) => sum + count, 0)
      return at(after) - at(before)
    },
  }
}

const times = (change: Partial<SessionTimes> = {}): SessionTimes => ({
  runOpenedAt: OPENED,
  leasedAt: OPENED + 400,
  settledAt: null,
  waitedMs: 0,
  hydratingAt: OPENED + 400,
  mergedAt: null,
  reclaims: 0,
  droppedAt: null,
  ...change,
})

const opened = (change: Partial<IndexedSession> = {}) =>
  indexedSession({ openedAt: OPENED, ...change })

/** It merged two seconds after it was leased. */
const merged = (session: IndexedSession, change: Partial<SessionTimes> = {}): IndexedSession => {
  const mergedAt = OPENED + 2_400
  return {
    ...session,
    status: 'merged',
    times: times({ settledAt: mergedAt, mergedAt, ...change }),
  }
}

const failed = (session: IndexedSession): IndexedSession => ({
  ...session,
  status: 'failed',
  failure: { step: 'billing', kind: 'rejected', detail: 'stripe 400' },
  times: times({ settledAt: OPENED + 5_000 }),
})

const proven = (session: IndexedSession): IndexedSession => ({
  ...session,
  provenAt: OPENED + 60_000,
})

const record = (...sessions: IndexedSession[]) => index.record(sessions, Date.now())

describe('S16: a run is counted with its row', () => {
  test('once, at each step, however often the same is told', async () => {
    const session = opened()
    const counted = await added(async () => {
      await record(session)
      await record(session)
      await record(merged(session))
      await record(session)
      await record(merged(session), proven(merged(session)))
      await record(proven(merged(session)))
    })
    for (const step of ['accepted', 'hydrating', 'merged', 'proven']) {
      expect([step, counted.count('funnel_sessions_total', step)]).toEqual([step, 1])
    }
    expect(counted.count('funnel_sessions_total', 'activated')).toBe(0)
    expect(counted.count('hydrations_total')).toBe(1)
    expect(counted.count('hydrations_total', 'merged')).toBe(1)
    expect(counted.count('speculative_sessions_ended_total', 'proven')).toBe(1)
    expect(counted.count('onboarding_sessions', 'merged')).toBe(1)
    expect(counted.count('onboarding_sessions', 'pending')).toBe(0)
  })

  test('its latency is what it took without what it waited for budgets, which is told apart', async () => {
    const counted = await added(() => record(merged(opened(), { waitedMs: 1_800 })))
    expect(counted.sum('hydration_latency', 'merged')).toBeCloseTo(0.6)
    expect(counted.bucket('hydration_latency', ['merged'], 1)).toBe(1)
    expect(counted.sum('hydration_budget_wait_seconds')).toBeCloseTo(1.8)
    expect(counted.sum('latency_ms')).toBeCloseTo(2_400)
    expect(counted.sum('consumer_lag_seconds', 'hydration')).toBeCloseTo(0.4)
  })

  test('Q8: a failure by its step and kind, a lease that ran out, and a dead letter, each once', async () => {
    const session = failed(opened())
    const reclaimed = { ...session, times: times({ settledAt: OPENED + 5_000, reclaims: 2 }) }
    const counted = await added(async () => {
      await record({
        ...session,
        status: 'hydrating',
        failure: null,
        times: times({ reclaims: 1 }),
      })
      await record(reclaimed)
      await record(reclaimed)
    })
    expect(counted.count('fail_total', 'billing', 'rejected')).toBe(1)
    expect(counted.count('reclaimed_total')).toBe(2)
    expect(counted.count('dlq_total', 'runs')).toBe(1)
  })

  test('each run of a session is a run, and the session still one sign-up', async () => {
    const first = failed(opened())
    const second = { ...merged(first), run: 2, failure: null }
    const counted = await added(async () => {
      await record(first)
      await record({ ...second, status: 'pending', times: undefined as never })
      await record(second)
      // Of the earlier run, late.
      await record(first)
    })
    expect(counted.count('hydrations_total', 'failed')).toBe(1)
    expect(counted.count('hydrations_total', 'merged')).toBe(1)
    expect(counted.count('consumer_lag_seconds', 'hydration')).toBe(2)
    expect(counted.count('funnel_sessions_total', 'accepted')).toBe(1)
    expect(counted.count('onboarding_sessions', 'merged')).toBe(1)
  })

  test('what a link or somebody signed in opens is a run, and no sign-up', async () => {
    const counted = await added(() =>
      record(
        merged(opened({ origin: 'link', provenAt: OPENED })),
        merged(opened({ origin: 'signed_in' })),
      ),
    )
    expect(counted.count('hydrations_total', 'merged')).toBe(2)
    expect(counted.count('funnel_sessions_total')).toBe(0)
    expect(counted.count('speculative_sessions_ended_total')).toBe(0)
  })

  test('S9: a person has one database, however many sessions', async () => {
    const [one, other] = [opened(), opened()]
    const counted = await added(async () => {
      await record({ ...one, storageBytes: 4_096 }, other)
      await record({ ...one, storageBytes: 12_288 }, other)
    })
    expect(counted.sum('storage_in_use_bytes', 'objects')).toBe(12_288)
    const erased = await added(() => eraseAccount(database, one.subjectKey, 1))
    expect(erased.sum('storage_in_use_bytes', 'objects')).toBe(-12_288)
  })

  test('S9: a person still has one database when the session that told of it made room for another', async () => {
    const [first, second, third] = [opened(), opened(), opened()]
    const tell = (sessions: readonly IndexedSession[], storageBytes: number) =>
      record(...indexedStatus(first.subjectKey, { sessions, dueAt: null, storageBytes }))
    const told = await added(async () => {
      await tell([merged(first), merged(second)], 4_096)
      await tell([{ ...merged(first), evicted: true }, merged(second), third], 8_192)
      await tell([merged(second), third], 8_192)
    })
    expect(told.sum('storage_in_use_bytes', 'objects')).toBe(8_192)
  })

  test('S9: nor is it counted with a session of which the cron learns that it was forgotten', async () => {
    const [first, second] = [opened(), opened()]
    const { specId, subjectKey, run, openedAt } = first
    const told = await added(async () => {
      await record({ ...merged(first), storageBytes: 4_096 })
      await record(indexedForgotten({ specId, subjectKey, run, openedAt }))
      const status = { sessions: [second], dueAt: null, storageBytes: 12_288 }
      await record(...indexedStatus(subjectKey, status))
    })
    expect(told.sum('storage_in_use_bytes', 'objects')).toBe(12_288)
  })

  test('B7, S9: whoever is erased while their run is open counts as failed, and holds nothing any more', async () => {
    const session = { ...opened(), storageBytes: 8_192 }
    await record(session)
    const erased = await added(() =>
      erasePerson(database, {
        userId: randomUUID(),
        subjectKey: session.subjectKey,
        orderedAt: Date.now(),
        lastRun: 1,
        sessions: [session.specId],
        customerId: null,
      }),
    )
    expect(erased.sum('storage_in_use_bytes', 'objects')).toBe(-session.storageBytes)
    expect(erased.count('onboarding_sessions', 'pending')).toBe(-1)
    expect(erased.count('onboarding_sessions', 'failed')).toBe(1)
  })

  test('S10: where people are left, and that they expired; a proof that comes later is none in time', async () => {
    const left = { ...merged(opened(), { droppedAt: 'proof' }), archivedAt: OPENED + DAY_MS }
    const counted = await added(async () => {
      await record(left)
      await record(left)
      await record(proven(left))
    })
    expect(counted.count('unfinished_sessions_total', 'proof')).toBe(1)
    expect(counted.count('speculative_sessions_ended_total', 'expired')).toBe(1)
    expect(counted.count('speculative_sessions_ended_total', 'proven')).toBe(0)
  })

  test('S10: an invitation is one for all sessions of a person, and so is their return', async () => {
    const subjectKey = `key-${randomUUID()}`
    const sessions = [opened({ subjectKey }), opened({ subjectKey })]
    const invitedAt = OPENED + DAY_MS
    const invited = sessions.map((session) => ({ ...merged(session), invitedAt }))
    const returned = opened({ subjectKey, openedAt: invitedAt + 1_000, origin: 'link' })
    const back = [...invited, { ...merged(returned), invitedAt }].map((session) => ({
      ...session,
      provenAt: invitedAt + 1_000,
    }))
    const counted = await added(async () => {
      await record(...sessions)
      await record(...invited)
      await record(...invited)
      await record(returned)
      await record(...back)
      await record(...back)
    })
    expect(counted.count('invitations_sent_total')).toBe(1)
    expect(counted.count('invitations_recovered_total')).toBe(1)
  })

  test('who proved it before they were asked back was not recovered', async () => {
    const session = opened()
    const invitedAt = OPENED + DAY_MS
    const counted = await added(async () => {
      await record(session)
      await record(proven(merged(session)))
      await record({ ...proven(merged(session)), invitedAt })
    })
    expect(counted.count('invitations_recovered_total')).toBe(0)
  })

  test('B7: what was counted outlives the person', async () => {
    const session = proven(merged(opened()))
    await record(session)
    const counted = await added(() => eraseAccount(database, session.subjectKey, 1))
    for (const name of ['funnel_sessions_total', 'hydrations_total', 'onboarding_sessions']) {
      expect([name, counted.count(name)]).toEqual([name, 0])
    }
  })
})

describe('S16: crashes and crowds', () => {
  test('F24: a write whose reply was lost counts once, one that never arrived not at all', async () => {
    const session = opened()
    await record(session)
    const counted = await added(async () => {
      await setFault(world.url, { kind: 'reject', times: 1 })
      await expect(record(merged(session))).rejects.toThrow()
      await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
      await expect(record(merged(session))).rejects.toThrow()
      await record(merged(session))
    })
    expect(counted.count('hydrations_total', 'merged')).toBe(1)
    expect(counted.count('hydration_latency', 'merged')).toBe(1)
  })

  test('F11: eight consumers at once, each with everything in another order, count what the rows say', async () => {
    const sessions = Array.from({ length: 30 }, (_, at) =>
      at % 3 === 0 ? failed(opened()) : merged(opened()),
    )
    const ids = sessions.map(({ specId }) => specId)
    const stages = [
      (session: IndexedSession) => ({ ...session, status: 'pending', failure: null }) as const,
      (session: IndexedSession) => session,
      proven,
    ]
    const counted = await added(() =>
      Promise.all(
        Array.from({ length: 8 }, async (_, consumer) => {
          for (const stage of consumer % 2 === 0 ? stages : stages.toReversed()) {
            const from = (consumer * 7) % sessions.length
            const turned = [...sessions.slice(from), ...sessions.slice(0, from)]
            await record(...turned.map(stage))
          }
          await foldCounts(database)
        }),
      ),
    )
    const rows = await database
      .select()
      .from(onboardingSessions)
      .where(inArray(onboardingSessions.specId, ids))
    const rowsWith = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length
    expect(rows).toHaveLength(30)
    expect(counted.count('funnel_sessions_total', 'accepted')).toBe(30)
    for (const status of ['merged', 'failed'] as const) {
      const isSo = rowsWith((row) => row.status === status)
      expect(counted.count('hydrations_total', status)).toBe(isSo)
      expect(counted.count('onboarding_sessions', status)).toBe(isSo)
    }
    expect(counted.count('hydrations_total', 'failed')).toBe(10)
    expect(counted.count('funnel_sessions_total', 'proven')).toBe(30)
    expect(counted.count('onboarding_sessions', 'pending')).toBe(0)
  })

  test('a crowd that is folded while others write and read is still as many', async () => {
    const name = `crowd_${randomUUID()}`
    const append = () =>
      database.insert(metricCounts).values({ name, slot: new Date(), count: 1, sum: 0.5 })
    const seen: number[] = []
    await Promise.all([
      ...Array.from({ length: 4 }, async () => {
        for (let one = 0; one < 25; one += 1) await append()
      }),
      ...Array.from({ length: 3 }, async () => {
        for (let one = 0; one < 10; one += 1) await foldCounts(database)
      }),
      (async () => {
        for (let one = 0; one < 20; one += 1) seen.push((await countsNow()).count(name))
      })(),
    ])
    const counts = await countsNow()
    expect([counts.count(name), counts.sum(name)]).toEqual([100, 50])
    // A counter never goes back.
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  test('what is old is one row an hour, then one; a count says the same before and after', async () => {
    const name = `old_${randomUUID()}`
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 10 * 3_600_000
    const minutes = [0, 5, 10, 55].map((at) => new Date(hour + at * 60_000))
    const ancient = [20, 30, 400].map((days) => new Date(hour - days * DAY_MS))
    await database
      .insert(metricCounts)
      .values([...minutes, ...ancient].map((slot) => ({ name, slot, count: 2 })))
    await foldCounts(database)
    const rows = await database.select().from(metricCounts).where(eq(metricCounts.name, name))
    const kept = rows.map(({ slot, count }) => [slot.getTime(), count] as const)
    expect(new Map(kept)).toEqual(
      new Map([
        [0, 6],
        [hour, 8],
      ]),
    )
    expect(rows).toHaveLength(2)
    const counts = await countsNow()
    expect([counts.count(name), counts.count(name, [], 'day')]).toEqual([14, 8])
  })
})

describe('S16: the activation of a person', () => {
  const journey = (subjectKey: string, change: Partial<JourneyRecord> = {}): JourneyRecord => ({
    person: randomUUID(),
    subjectKey,
    version: 1,
    attachedTo: null,
    experiment: 'onboarding-1',
    group: 'policy',
    startedAt: OPENED,
    activatedAt: OPENED + 120_000,
    completedActions: [],
    lastError: null,
    plan: 'pro',
    ...change,
  })
  const keep = async (...journeys: JourneyRecord[]) => {
    const store = createBehaviourStore(database)
    const kept = await store.keepUntold(
      { journeys, decisions: [] },
      { ...EXPERIMENT, seenAt: OPENED },
    )
    expect(kept.ok).toBe(true)
  }

  test('is one, whichever of their journeys tell of it, and however many consumers at once', async () => {
    const subjectKey = `key-${randomUUID()}`
    const sessions = [opened({ subjectKey }), opened({ subjectKey, openedAt: OPENED + 5_000 })]
    await record(...sessions.map((session) => proven(merged(session))))
    const journeys = [
      journey(subjectKey, { person: sessions[0]?.specId ?? '' }),
      journey(subjectKey),
      journey(subjectKey, { activatedAt: OPENED + 240_000 }),
    ]
    const counted = await added(async () => {
      await Promise.all(
        journeys.flatMap((one) => [keep(one), keep({ ...one, version: 2 }), keep(...journeys)]),
      )
      await keep(...journeys.map((one) => ({ ...one, version: 9 })))
    })
    expect(counted.count('activations_total')).toBe(1)
    expect(counted.count('funnel_sessions_total', 'activated')).toBe(1)
    expect(counted.count('time_to_activation_seconds')).toBe(1)
  })

  test('takes as long as from the opening of their first session that was proved', async () => {
    const subjectKey = `key-${randomUUID()}`
    const stranger = opened({ subjectKey, openedAt: OPENED - DAY_MS })
    await record(stranger, proven(merged(opened({ subjectKey }))))
    const counted = await added(() => keep(journey(subjectKey)))
    expect(counted.sum('time_to_activation_seconds')).toBeCloseTo(120)
  })

  test('before the proof counts as one of the funnel when the proof comes', async () => {
    const session = merged(opened())
    await record(session)
    const before = await added(() => keep(journey(session.subjectKey, { person: session.specId })))
    expect(before.count('activations_total')).toBe(1)
    expect(before.count('funnel_sessions_total', 'activated')).toBe(0)
    const after = await added(() => record(proven(session)))
    expect(after.count('activations_total')).toBe(0)
    expect(after.count('funnel_sessions_total', 'activated')).toBe(1)
  })
})

test('S10: who should be in the archive and is not is told, the evicted and the signed in apart', async () => {
  const overdueNow = async () =>
    (await readMetrics(database, SETTINGS, OPENED + DAY_MS + 3_600_001)).standing.archiveOverdue
  const session = merged(opened())
  const before = await overdueNow()
  const other = merged(opened({ openedAt: OPENED + 10_000 }))
  const evicted = failed(opened({ dueAt: null, evicted: true }))
  await record(session, other, evicted, merged(opened({ origin: 'signed_in' })))
  expect(await overdueNow()).toBe(before + 1)
  await record({ ...session, archivedAt: OPENED + DAY_MS })
  expect(await overdueNow()).toBe(before)
})

test('the database sorts values into the buckets that are shown', async () => {
  const values = [0, ...BOUNDS_SECONDS, ...BOUNDS_SECONDS.map((bound) => bound * 1.001)]
  const { rows } = await database.execute<{ value: string; le: string }>(
    sql`select value::text, metric_bucket(value)::text as le
      from unnest(${sql.param(values)}::float8[]) as value`,
  )
  const expected = values.map((value) => [
    value,
    BOUNDS_SECONDS.find((bound) => bound >= value) ?? Infinity,
  ])
  expect(rows.map(({ value, le }) => [Number(value), Number(le)])).toEqual(expected)
})

test('A8: the cache keeps its counts when the hours of the look-ups are forgotten', async () => {
  const counted = await added(async () => {
    await database.execute(
      sql`insert into policy_counts (hour, shard, hits, misses, calls) values (now(), 1, 3, 1, 1)`,
    )
    await database.execute(sql`update policy_counts set hits = hits + 6, calls = calls + 1`)
    await database.execute(sql`delete from policy_counts`)
  })
  expect(counted.count('policy_cache_lookups_total', 'hit')).toBe(9)
  expect(counted.count('policy_cache_lookups_total', 'miss')).toBe(1)
  expect(counted.count('llm_calls_total')).toBe(2)
})

test('B7: the age of the oldest erasure is that of an order without a receipt', async () => {
  const now = Date.now()
  const erasureSeconds = async () =>
    (await readMetrics(database, SETTINGS, now)).standing.erasureSeconds
  const begin = async (hours: number) => {
    const [id, orderedAt] = [randomUUID(), new Date(now - hours * 3_600_000)]
    await database
      .insert(erasures)
      .values({ id, subjectKey: `key-${id}`, orderedAt, seenAt: new Date(now) })
    const receipt = { erasure: id, orderedAt: orderedAt.getTime(), completedAt: now, stores: [] }
    return () =>
      database
        .update(erasures)
        .set({ subjectKey: null, completedAt: new Date(now), receipt, signature: 'a test' })
        .where(eq(erasures.id, id))
  }
  expect(await erasureSeconds()).toBeNull()
  const [closeOlder, closeYounger] = [await begin(30), await begin(2)]
  expect(await erasureSeconds()).toBe(30 * 3_600)
  await closeOlder()
  expect(await erasureSeconds()).toBe(2 * 3_600)
  await closeYounger()
  expect(await erasureSeconds()).toBeNull()
})
