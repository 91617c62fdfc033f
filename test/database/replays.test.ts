import { randomUUID } from 'node:crypto'
import { eq, inArray } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eraseAccount } from '../../src/adapters/neon/accounts.ts'
import type { Database } from '../../src/adapters/neon/database.ts'
import { createDeadLetterStore } from '../../src/adapters/neon/dead-letters.ts'
import {
  countForPreview,
  listGroups,
  listLetters,
  readReplay,
} from '../../src/adapters/neon/dead-letter-desk.ts'
import {
  dismissGroup,
  listActions,
  startReplay,
  stopReplay,
} from '../../src/adapters/neon/operator-actions.ts'
import { createReplayStore } from '../../src/adapters/neon/replay-store.ts'
import { deadLetters, onboardingSessions } from '../../src/adapters/neon/schema.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import { fingerprintOfMessage, fingerprintOfRun } from '../../src/core/dead-letters/fingerprint.ts'
import type { RunningReplay } from '../../src/core/dead-letters/replay.ts'
import type { IndexedSession } from '../../src/core/ports.ts'
import { freshKey } from '../support/shared/behaviour.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'

let world: TestDatabase
let database: Database

beforeAll(async () => {
  world = await startDatabase()
  database = world.database
})

afterAll(() => world.stop())

/** Not a whole second: what Postgres is told must come back as it was. */
const NOW = Date.UTC(2026, 10, 21) + 123
const WHO = { operator: 'ada', reason: 'the price is back' }
const record = (sessions: readonly IndexedSession[], now = NOW) =>
  createSessionIndex(database).record(sessions, now)

/** A failure that no other test has, and its group. */
const freshFailure = () => {
  const failure = {
    step: 'billing',
    kind: 'rejected' as const,
    detail: `stripe 400 ${randomUUID().replaceAll(/[\d-]/g, '')}`,
  }
  return { failure, fingerprint: fingerprintOfRun(failure) }
}

const failed = (change: Partial<IndexedSession>) => indexedSession({ status: 'failed', ...change })

const lettersOf = (specId: string) =>
  database.select().from(deadLetters).where(eq(deadLetters.specId, specId)).orderBy(deadLetters.run)

/** So many failed runs of one group, a second apart, and a replay of them. */
async function replayOf(length: number) {
  const { failure, fingerprint } = freshFailure()
  const sessions = Array.from({ length }, () => failed({ failure }))
  for (const [at, session] of sessions.entries()) await record([session], NOW + at * 1_000)
  const started = await startReplay(database, fingerprint, WHO, NOW)
  if (!started.ok) throw new Error(started.error.code)
  return { failure, fingerprint, sessions, id: started.value }
}

const store = () => createReplayStore(database)
const running = async (id: string): Promise<RunningReplay> => {
  const found = await store().running(id)
  if (found === null) throw new Error('it does not run')
  return found
}
const begin = (replay: RunningReplay, stage: number, count: number) =>
  store().begin(
    replay,
    { kind: 'begin', stage, count },
    { giveUpAt: NOW + 7_200_000, lookAt: NOW + 600_000 },
  )

describe('Q4: a failed run is a dead letter as soon as the index knows of it', () => {
  test('once, however often and by however many it is told', async () => {
    const { failure, fingerprint } = freshFailure()
    const session = failed({ failure })
    await Promise.all(Array.from({ length: 8 }, () => record([session])))
    await record([session, indexedSession()])
    expect(await lettersOf(session.specId)).toMatchObject([
      {
        id: `${session.specId}/1`,
        source: 'run',
        subjectKey: session.subjectKey,
        run: 1,
        ...failure,
        fingerprint,
        state: 'open',
        failedAt: new Date(NOW),
      },
    ])
  })

  test('in one transaction: without the letter the index knows of no end either', async () => {
    const session = failed({ failure: { ...freshFailure().failure, detail: 'stripe \0' } })
    await record([{ ...session, status: 'pending', failure: null }])
    await expect(record([session])).rejects.toThrow()
    const [row] = await database
      .select()
      .from(onboardingSessions)
      .where(eq(onboardingSessions.specId, session.specId))
    expect(row).toMatchObject({ status: 'pending', settledAt: null })
    expect(await lettersOf(session.specId)).toEqual([])
  })

  test('but not one that nobody can reopen: evicted, or forgotten by its object', async () => {
    const { failure } = freshFailure()
    const [evicted, forgotten] = [failed({ failure, evicted: true }), failed({ failure: null })]
    await record([evicted, forgotten])
    expect(await lettersOf(evicted.specId)).toEqual([])
    expect(await lettersOf(forgotten.specId)).toEqual([])
  })

  test('F12: a late word of an earlier run makes none', async () => {
    const { failure } = freshFailure()
    const session = failed({ failure })
    await record([{ ...session, run: 2, status: 'merged', failure: null }])
    await record([session])
    expect(await lettersOf(session.specId)).toEqual([])
  })

  test('16 writers that name the same sessions neither deadlock nor double', async () => {
    const { failure } = freshFailure()
    const runs = Array.from({ length: 50 }, () => failed({ failure }))
    const again = runs.map((session) => ({ ...session, run: 2 }))
    await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        const inOrder = <T>(list: readonly T[]) => (writer % 2 ? list : list.toReversed())
        await record(inOrder(runs), NOW + writer)
        await record(inOrder(again), NOW + writer)
      }),
    )
    const rows = await database
      .select()
      .from(deadLetters)
      .where(
        inArray(
          deadLetters.specId,
          runs.map(({ specId }) => specId),
        ),
      )
    expect(rows.filter(({ run }) => run === 2)).toHaveLength(50)
    for (const { run, state } of rows) expect(state).toBe(run === 1 ? 'failed_again' : 'open')
  })
})

describe('S6: the next run of a session settles the letter of the one before', () => {
  test.each<[string, Partial<IndexedSession>, string]>([
    ['it merged, whoever caused it', { status: 'merged', failure: null }, 'resolved'],
    ['it failed', {}, 'failed_again'],
    ['it was evicted', { evicted: true }, 'gone'],
    ['it is under way', { status: 'hydrating', failure: null }, 'open'],
  ])('%s', async (_name, change, state) => {
    const session = failed({ failure: freshFailure().failure })
    await record([session])
    await record([{ ...session, run: 2, ...change }])
    const [first] = await lettersOf(session.specId)
    expect(first?.state).toBe(state)
    expect(first?.settledAt === null).toBe(state === 'open')
  })

  test('and what an operator put aside stays aside', async () => {
    const { failure, fingerprint } = freshFailure()
    const session = failed({ failure })
    await record([session])
    expect(await dismissGroup(database, fingerprint, WHO, NOW)).toBe(1)
    await record([{ ...session, run: 2, status: 'merged', failure: null }])
    expect(await lettersOf(session.specId)).toMatchObject([{ state: 'dismissed' }])
  })

  test('the replay that it belongs to is told, and no other', async () => {
    const { id, sessions } = await replayOf(2)
    await begin(await running(id), 1, 1)
    const [one] = sessions
    const over = { ...one, run: 2, status: 'merged', failure: null } as IndexedSession
    expect(await record([over, failed({ failure: freshFailure().failure })])).toEqual([id])
    expect(await record([over])).toEqual([])
  })
})

test('an erased person leaves letters that lead to nobody and cannot be replayed', async () => {
  const { failure, fingerprint } = freshFailure()
  const session = failed({ failure })
  await record([session])
  const { subjectKey: key } = session
  const wake = { v: 1, key: key.padEnd(43, 'x').slice(0, 43), sessions: [], traceparent: '' }
  const message = {
    id: randomUUID(),
    queue: 'q',
    body: wake,
    reason: randomUUID(),
    receivedAt: NOW,
  }
  await createDeadLetterStore(database).keep([message])
  await eraseAccount(database, key, 1)
  await eraseAccount(database, wake.key, 1)
  expect(await lettersOf(session.specId)).toMatchObject([{ subjectKey: null, state: 'gone' }])
  const kept = await database.select().from(deadLetters).where(eq(deadLetters.id, message.id))
  expect(kept).toMatchObject([{ subjectKey: null, body: null, state: 'gone' }])
  expect(await startReplay(database, fingerprint, WHO, NOW)).toEqual({
    ok: false,
    error: { code: 'nothing_to_replay' },
  })
})

describe('B14: a replay', () => {
  test('of a group is one, however many ask at once', async () => {
    const { failure, fingerprint } = freshFailure()
    await record([failed({ failure })])
    const started = await Promise.all(
      Array.from({ length: 8 }, () => startReplay(database, fingerprint, WHO, NOW)),
    )
    expect(started.filter(({ ok }) => ok)).toHaveLength(1)
    const id = started.flatMap((one) => (one.ok ? [one.value] : []))[0]
    for (const refused of started.filter(({ ok }) => !ok)) {
      expect(refused).toEqual({ ok: false, error: { code: 'replay_running', replay: id } })
    }
  })

  test('of nothing is none', async () => {
    expect(await startReplay(database, '0'.repeat(16), WHO, NOW)).toEqual({
      ok: false,
      error: { code: 'unknown_group' },
    })
  })

  test('takes the group as it stood when it was asked for', async () => {
    const { id, failure } = await replayOf(3)
    await record([failed({ failure })])
    expect(await running(id)).toMatchObject({ stage: 1, waiting: 3, underWay: 0, inStage: 0 })
  })

  test('makes each move once, and begins with the oldest', async () => {
    const { id, sessions } = await replayOf(4)
    const seen = await running(id)
    const turns = await Promise.all(Array.from({ length: 8 }, () => begin(seen, 1, 1)))
    expect(turns.flat()).toMatchObject([
      { id: `${sessions[0]?.specId}/1`, subjectKey: sessions[0]?.subjectKey },
    ])
    expect(await running(id)).toMatchObject({ version: 1, waiting: 3, underWay: 1, inStage: 1 })
  })

  test('begins nothing once a letter has failed, even by one who had not seen it', async () => {
    const { id, sessions, failure } = await replayOf(3)
    await begin(await running(id), 1, 1)
    const seen = await running(id)
    await record([{ ...sessions[0], run: 2, failure } as IndexedSession])
    expect(await begin(seen, 1, 2)).toEqual([])
    const { failure: found } = await running(id)
    expect(found).toEqual({ letter: `${sessions[0]?.specId}/1`, same: true })
  })

  test('knows a failure of another kind from the old one', async () => {
    const { id, sessions } = await replayOf(2)
    await begin(await running(id), 1, 1)
    await record([{ ...sessions[0], run: 2, ...freshFailure() } as IndexedSession])
    expect((await running(id)).failure).toMatchObject({ same: false })
  })

  test('never takes what was resolved meanwhile, and does not count what is gone', async () => {
    const { id, sessions } = await replayOf(3)
    const [one, two, three] = sessions
    await record([{ ...one, run: 2, status: 'merged', failure: null } as IndexedSession])
    expect(await begin(await running(id), 1, 1)).toMatchObject([{ id: `${two?.specId}/1` }])
    await store().close(`${two?.specId}/1`, 'gone', NOW)
    expect(await running(id)).toMatchObject({ inStage: 0, waiting: 1, underWay: 0 })
    expect(await begin(await running(id), 1, 9)).toMatchObject([{ id: `${three?.specId}/1` }])
  })

  test('ends once, and its action says how', async () => {
    const { id, fingerprint } = await replayOf(1)
    const seen = await running(id)
    const move = { kind: 'end', as: 'timed_out', letter: null } as const
    await store().end(seen, move, 'first', NOW + 5)
    await store().end(seen, { kind: 'end', as: 'done' }, 'second', NOW + 6)
    await stopReplay(database, id, WHO, NOW + 7)
    expect(await store().running(id)).toBeNull()
    expect(await readReplay(database, id)).toMatchObject({
      state: 'stopped',
      stoppedAs: 'timed_out',
      endedAt: NOW + 5,
      ...WHO,
    })
    const { actions } = await listActions(database, { limit: 200 })
    expect(actions.filter((action) => action.fingerprint === fingerprint)).toMatchObject([
      {
        action: 'replay',
        ...WHO,
        fingerprint,
        replay: id,
        at: NOW,
        outcome: 'first',
        endedAt: NOW + 5,
      },
    ])
  })

  test('that an operator stops begins nothing more, and both actions are audited', async () => {
    const { id, fingerprint } = await replayOf(2)
    const seen = await running(id)
    await stopReplay(database, id, { operator: 'grace', reason: 'wrong group' }, NOW + 1)
    expect(await begin(seen, 1, 1)).toEqual([])
    const { actions } = await listActions(database, { limit: 200 })
    expect(
      actions
        .filter((action) => action.fingerprint === fingerprint)
        .map(({ action, operator, outcome }) => [action, operator, outcome]),
    ).toEqual([
      ['stop', 'grace', 'stopped'],
      ['replay', 'ada', 'stopped, by_operator'],
    ])
    expect((await startReplay(database, fingerprint, WHO, NOW + 2)).ok).toBe(true)
  })

  test('is looked after when nothing is heard of a letter, by one at a time', async () => {
    const { id, sessions } = await replayOf(1)
    await begin(await running(id), 1, 1)
    const own = async (now: number) =>
      (await store().takeUnheard(now, 100, now + 600_000)).filter(
        ({ subjectKey }) => subjectKey === sessions[0]?.subjectKey,
      )
    expect(await own(NOW + 599_999)).toEqual([])
    const looks = await Promise.all(Array.from({ length: 4 }, () => own(NOW + 600_000)))
    expect(looks.flat()).toMatchObject([
      { task: { source: 'run', specId: sessions[0]?.specId, run: 1 }, replayRuns: true },
    ])
    await stopReplay(database, id, WHO, NOW)
    expect(await own(NOW + 1_200_000)).toMatchObject([{ replayRuns: false }])
    await store().release(`${sessions[0]?.specId}/1`)
    expect(await own(NOW + 9_000_000)).toEqual([])
    expect(await lettersOf(sessions[0]?.specId ?? '')).toMatchObject([{ state: 'open' }])
  })
})

describe('what operators see', () => {
  test('groups of what is not settled, with a sample', async () => {
    const { fingerprint, failure, sessions, id } = await replayOf(3)
    await begin(await running(id), 1, 1)
    const groups = await listGroups(database)
    expect(groups.find((group) => group.fingerprint === fingerprint)).toEqual({
      fingerprint,
      source: 'run',
      step: failure.step,
      kind: failure.kind,
      sampleDetail: failure.detail,
      open: 2,
      replaying: 1,
      oldest: NOW,
      newest: NOW + 2_000,
      replay: id,
    })
    await record(
      sessions.map((session) => ({ ...session, run: 2, status: 'merged', failure: null })),
    )
    const settled = await listGroups(database)
    expect(settled.find((group) => group.fingerprint === fingerprint)).toBeUndefined()
  })

  test('letters page by page, each once', async () => {
    const { fingerprint, sessions } = await replayOf(5)
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await listLetters(database, fingerprint, {
        limit: 2,
        ...(after === undefined ? {} : { after }),
      })
      seen.push(...page.letters.map(({ specId }) => String(specId)))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen).toEqual(sessions.map(({ specId }) => specId))
  })

  test('a preview counts people once, and tells what has moved on', async () => {
    const { failure, fingerprint } = freshFailure()
    const [one, other, moved] = [failed({ failure }), failed({ failure }), failed({ failure })]
    const same = failed({ failure, subjectKey: one.subjectKey })
    await record([one, same, other, moved])
    await record([{ ...moved, run: 2, status: 'pending', failure: null }])
    const counted = await countForPreview(database, fingerprint)
    expect(counted).toMatchObject({
      letters: 3,
      people: 2,
      notReplayable: 1,
      step: 'billing',
      replay: null,
    })
    expect(new Set(counted?.samples.map(({ specId }) => specId))).toEqual(
      new Set([one, same, other].map(({ specId }) => specId)),
    )
    expect(await countForPreview(database, 'f'.repeat(16))).toBeNull()
  })

  test('messages by their reason; those that are no wake-ups can only be put aside', async () => {
    const [queue, reason] = [`q-${randomUUID()}`, 'the message could not be read']
    const told = { v: 1, type: 'unpublished', key: freshKey(), traceparent: '' }
    const letters = [null, told].map((body) => ({
      id: randomUUID(),
      queue,
      body,
      reason,
      receivedAt: NOW,
    }))
    await createDeadLetterStore(database).keep(letters)
    const fingerprint = fingerprintOfMessage(queue, reason)
    expect(await countForPreview(database, fingerprint)).toMatchObject({
      letters: 0,
      notReplayable: 2,
      step: null,
    })
    expect(await startReplay(database, fingerprint, WHO, NOW)).toMatchObject({
      error: { code: 'nothing_to_replay' },
    })
    expect(await dismissGroup(database, fingerprint, WHO, NOW)).toBe(2)
    expect(await dismissGroup(database, fingerprint, WHO, NOW)).toBe(0)
    const { actions } = await listActions(database, { limit: 200 })
    expect(actions.filter((action) => action.fingerprint === fingerprint)).toMatchObject([
      { action: 'dismiss', outcome: '2 dismissed', endedAt: NOW },
    ])
  })

  test('the audit page by page, the newest first', async () => {
    const first = await listActions(database, { limit: 2 })
    const rest = await listActions(database, { limit: 200, after: first.next ?? '' })
    const all = await listActions(database, { limit: 200 })
    expect([...first.actions, ...rest.actions]).toEqual(all.actions)
  })
})
