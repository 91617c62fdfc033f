import { afterEach, describe, expect, test } from 'vitest'
import type {
  ActionView,
  LetterGroup,
  LetterView,
  ReplayPreview,
  ReplayView,
} from '../../src/contract/admin.ts'
import type { SignUpResponse } from '../../src/contract/onboarding.ts'
import { createStores } from '../../src/adapters/hydration-adapters.ts'
import { createReplayDeps } from '../../src/adapters/replay-deps.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import { startReplay } from '../../src/adapters/neon/operator-actions.ts'
import { createReplayStore } from '../../src/adapters/neon/replay-store.ts'
import { lookAfterReplays } from '../../src/core/dead-letters/drive.ts'
import { indexedOpening } from '../../src/core/indexed.ts'
import { sweepOverdue } from '../../src/cron/sweep.ts'
import { lookAfterDeadLetters } from '../../src/cron/look-after-dead-letters.ts'
import { parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import {
  bearer,
  bindings,
  errorOf,
  eventually,
  fetchWorker,
  freshEmail,
  getSession,
  signUp,
  subjectOf,
  untilSettled,
} from '../support/worker/api.ts'
import { deliver, wakeFor, wakeOf } from '../support/worker/deliver.ts'
import { customersOf, fault, indexOf, rowsOf } from '../support/worker/outside.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import { STEP_NAMES } from '../support/worker/run.ts'
import { freshSubject, merged, open, withQueue } from '../support/worker/subject.ts'

afterEach(() => Promise.all([fault('STRIPE', null), fault('DATABASE', null)]))

const database = connect(parseSettings(bindings))
const WHO = { operator: 'ada', reason: 'billing takes them again' }

const admin = (path: string, body?: unknown, token = bindings.ADMIN_TOKEN) =>
  fetchWorker(`/api/admin${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...bearer(token), 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

async function asked<T>(path: string, body?: unknown): Promise<T> {
  const response = await admin(path, body)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json<T>()
}

const lettersOf = async (fingerprint: string) =>
  (await asked<{ letters: LetterView[] }>(`/dead-letters/${fingerprint}?limit=200`)).letters

const actionsOn = async (fingerprint: string) =>
  (await asked<{ actions: ActionView[] }>('/operator-actions')).actions.filter(
    (action) => action.fingerprint === fingerprint,
  )

const replayEnded = (id: string) =>
  eventually('the end of the replay', async () => {
    const replay = await asked<ReplayView>(`/replays/${id}`)
    return replay.state !== 'running' && replay
  })

interface Person {
  readonly email: string
  readonly session: SignUpResponse
}

/** People whom billing rejects, with a status of their own so that they are a group of their own. */
async function rejected(status: number, count: number) {
  await fault('STRIPE', { kind: 'status', status })
  const people = await Promise.all(
    Array.from({ length: count }, async (): Promise<Person> => {
      const email = freshEmail()
      return { email, session: await signUp(email) }
    }),
  )
  for (const { session } of people) {
    expect((await untilSettled(session)).status).toBe('failed')
  }
  return { people, ...(await groupOf(`stripe ${status}`, count)) }
}

const groupOf = (detail: string, open: number) =>
  eventually('the group', async () => {
    const { groups } = await asked<{ groups: LetterGroup[] }>('/dead-letters')
    return groups.find((group) => group.sampleDetail.startsWith(detail) && group.open === open)
  })

describe('B14: people whom billing rejected', () => {
  test('are replayed 1, 10, all; not before it is mended; and each has one customer', async () => {
    const { people, ...group } = await rejected(422, 13)
    expect(group).toMatchObject({ step: 'billing', kind: 'rejected', source: 'run', replaying: 0 })
    const { fingerprint } = group
    const path = `/dead-letters/${fingerprint}`

    const preview = await asked<ReplayPreview>(`${path}/preview`)
    expect(preview).toMatchObject({ letters: 13, people: 13, notReplayable: 0, stages: [1, 10, 2] })
    expect(preview.steps).toEqual(
      STEP_NAMES.map((name, at) => ({
        name,
        effect: at < STEP_NAMES.indexOf('billing') ? 'confirm' : 'perform',
      })),
    )
    expect(JSON.stringify(preview)).not.toContain('@')

    const response = await admin(`${path}/replay`, WHO)
    expect(response.status).toBe(202)
    const asking = await response.json<ReplayView>()
    expect(response.headers.get('location')).toBe(`/api/admin/replays/${asking.id}`)
    const stopped = await replayEnded(asking.id)
    const canary = (await lettersOf(fingerprint)).find(({ state }) => state === 'failed_again')
    expect(stopped).toMatchObject({
      state: 'stopped',
      stoppedAs: 'recurrence',
      stoppedAtLetter: canary?.id,
      letters: 13,
      counts: { failed_again: 1, open: 12, replaying: 0, resolved: 0 },
    })
    expect(await lettersOf(fingerprint)).toHaveLength(14)
    const views = await Promise.all(people.map(({ session }) => getSession(session.token)))
    const untouched = Math.min(...views.map(({ seq }) => seq))
    expect(views.filter(({ seq }) => seq > untouched)).toHaveLength(1)

    await fault('STRIPE', null)
    const again = await asked<ReplayView>(`${path}/replay`, { ...WHO, operator: 'grace' })
    const done = await replayEnded(again.id)
    expect(done).toMatchObject({ state: 'done', stage: 3, letters: 13, counts: { resolved: 13 } })
    const letters = await lettersOf(fingerprint)
    const stages = letters.filter(({ replay }) => replay === again.id).map(({ stage }) => stage)
    expect(stages.toSorted((a, b) => Number(a) - Number(b))).toEqual([
      1,
      ...Array<number>(10).fill(2),
      3,
      3,
    ])

    for (const { email, session } of people) {
      expect((await getSession(session.token)).status).toBe('merged')
      const found = await Promise.all([rowsOf(email), customersOf(email)])
      expect(found.map(({ length }) => length)).toEqual([1, 1])
    }
    expect(await actionsOn(fingerprint)).toMatchObject([
      { action: 'replay', operator: 'grace', replay: again.id, endedAt: done.endedAt },
      { action: 'replay', ...WHO, replay: asking.id, endedAt: stopped.endedAt },
    ])
    const outcomes = (await actionsOn(fingerprint)).map(({ outcome }) => outcome)
    expect(outcomes[0]).toBe('done: 13 resolved, 0 under way, 0 not begun')
    expect(outcomes[1]).toContain(`stopped, recurrence of ${canary?.id}`)
    expect(await admin(`${path}/replay`, WHO).then(errorOf)).toMatchObject({
      code: 'nothing_to_replay',
    })
  })

  test('who fail otherwise than before stop it, too', async () => {
    const { fingerprint } = await rejected(451, 2)
    await fault('STRIPE', { kind: 'status', status: 405 })
    const { id } = await asked<ReplayView>(`/dead-letters/${fingerprint}/replay`, WHO)
    expect(await replayEnded(id)).toMatchObject({
      stoppedAs: 'other_failure',
      counts: { failed_again: 1, open: 1 },
    })
  })

  test('can be put aside', async () => {
    const { fingerprint } = await rejected(414, 2)
    expect(await asked(`/dead-letters/${fingerprint}/dismiss`, WHO)).toEqual({ dismissed: 2 })
    expect((await lettersOf(fingerprint)).map(({ state }) => state)).toEqual([
      'dismissed',
      'dismissed',
    ])
    expect(await actionsOn(fingerprint)).toMatchObject([{ action: 'dismiss', ...WHO }])
  })

  test('X50: a waiting canary holds the others; one replay at a time; an operator ends it', async () => {
    const { fingerprint, people } = await rejected(417, 3)
    await fault('STRIPE', { kind: 'reject' })
    const path = `/dead-letters/${fingerprint}`
    const { id } = await asked<ReplayView>(`${path}/replay`, WHO)
    await eventually('the canary', async () => {
      const { counts } = await asked<ReplayView>(`/replays/${id}`)
      return counts.replaying === 1
    })
    await lookAfterDeadLetters(bindings)
    const refused = await admin(`${path}/replay`, WHO)
    expect(refused.status).toBe(409)
    expect(refused.headers.get('retry-after')).toBe('10')
    expect(await errorOf(refused)).toMatchObject({
      code: 'replay_running',
      details: [{ path: 'replay', message: id }],
    })
    const stop = { operator: 'grace', reason: 'lunch' }
    expect(await asked(`/replays/${id}/stop`, stop)).toMatchObject({
      state: 'stopped',
      stoppedAs: 'by_operator',
      counts: { replaying: 1, open: 2 },
    })
    // What is under way ends as it will.
    await fault('STRIPE', null)
    await eventually('its end', async () => {
      await Promise.all(people.map(({ session }) => subjectOf(session.token).wake()))
      return (await lettersOf(fingerprint)).filter(({ state }) => state === 'resolved').length === 1
    })
    await lookAfterDeadLetters(bindings)
    expect((await lettersOf(fingerprint)).filter(({ state }) => state === 'open')).toHaveLength(2)
    expect(await asked(`/replays/${id}/stop`, stop)).toMatchObject({ stoppedAs: 'by_operator' })
    expect(await actionsOn(fingerprint)).toHaveLength(2)
  })

  test('are moved on by the cron when the consumer that had the news died', async () => {
    const { fingerprint, people } = await rejected(423, 2)
    const id = await planned(fingerprint)
    const stubs = people.map(({ session }) => subjectOf(session.token))
    for (const stub of stubs) await withQueue(stub, () => Promise.resolve())
    await lookAfterDeadLetters(bindings)
    expect(await asked(`/replays/${id}`)).toMatchObject({ counts: { replaying: 1, open: 1 } })
    // The consumer's word arrives in Postgres, and the consumer never learns that it did.
    await fault('DATABASE', { kind: 'commit_then_drop' })
    await deliver(
      'foyer-hydration',
      people.map(({ session }) => wakeOf(session.token, session.specId)),
    )
    await fault('DATABASE', null)
    expect(await asked(`/replays/${id}`)).toMatchObject({
      state: 'running',
      counts: { failed_again: 1 },
    })
    await Promise.all([lookAfterDeadLetters(bindings), lookAfterDeadLetters(bindings)])
    expect(await asked(`/replays/${id}`)).toMatchObject({ stoppedAs: 'recurrence' })
    for (const stub of stubs) await withQueue(stub, null)
  })

  test('are begun again by the cron when whoever began with them died', async () => {
    const { fingerprint, people } = await rejected(424, 1)
    await fault('STRIPE', null)
    const id = await planned(fingerprint)
    await claimed(id)
    await lookAfterDeadLetters(bindings)
    expect(await replayEnded(id)).toMatchObject({ state: 'done', counts: { resolved: 1 } })
    expect(await customersOf(people[0]?.email ?? '')).toHaveLength(1)
  })

  test('whose subject cannot give them another run hold their replay for two hours, not for ever', async () => {
    const { fingerprint, people } = await rejected(428, 2)
    const id = await planned(fingerprint)
    const keys = new Set(people.map(({ session }) => wakeOf(session.token, session.specId).key))
    const deps = createReplayDeps(bindings)
    const hours = async (elapsed: number) => {
      await lookAfterReplays({
        ...deps,
        now: () => Date.now() + elapsed * 3_600_000,
        subject: (key) =>
          keys.has(key)
            ? {
                wake: () => deps.subject(key).wake(),
                reopen: () => Promise.reject(new Error('as asked')),
              }
            : deps.subject(key),
      })
      return asked<ReplayView>(`/replays/${id}`)
    }
    for (const elapsed of [0, 1, 1.9]) {
      expect(await hours(elapsed)).toMatchObject({ state: 'running', counts: { replaying: 1 } })
    }
    expect(await hours(2.1)).toMatchObject({ stoppedAs: 'timed_out' })
    expect(await hours(3)).toMatchObject({ counts: { replaying: 0, open: 2 } })
  })

  test('are open again when their replay was over before anything came of it', async () => {
    const { fingerprint, people } = await rejected(426, 1)
    const id = await planned(fingerprint)
    await claimed(id)
    await asked(`/replays/${id}/stop`, WHO)
    await lookAfterDeadLetters(bindings)
    expect(await lettersOf(fingerprint)).toMatchObject([{ state: 'open', replay: id }])
    expect((await getSession(people[0]?.session.token ?? '')).status).toBe('failed')
  })

  test('that their objects have forgotten are gone, and others take their places', async () => {
    const failure = { step: 'billing', kind: 'rejected', detail: 'stripe 499' } as const
    const forgotten = Array.from({ length: 3 }, () =>
      indexedSession({ subjectKey: freshSubject().key, status: 'failed', failure }),
    )
    await createStores(parseSettings(bindings)).index.record(forgotten, Date.now())
    const { fingerprint } = await groupOf('stripe 499', 3)
    const { id } = await asked<ReplayView>(`/dead-letters/${fingerprint}/replay`, WHO)
    expect(await replayEnded(id)).toMatchObject({ state: 'done', stage: 1, counts: { gone: 3 } })
  })
})

/** A replay that is asked for, and whoever was to begin with it died. */
async function planned(fingerprint: string): Promise<string> {
  const started = await startReplay(database, fingerprint, WHO, Date.now())
  if (!started.ok) throw new Error(started.error.code)
  return started.value
}

/** Its first letter is taken; then whoever took it died. */
async function claimed(id: string): Promise<void> {
  const store = createReplayStore(database)
  const replay = await store.running(id)
  if (replay === null) throw new Error('it does not run')
  const moments = { giveUpAt: Date.now() + 60_000, lookAt: Date.now() - 1 }
  expect(await store.begin(replay, { kind: 'begin', stage: 1, count: 1 }, moments)).toHaveLength(1)
}

const longAgo = <T extends { readonly openedAt: number }>(session: T): T => ({
  ...session,
  openedAt: session.openedAt - 3_600_000,
})

test('F16: a run that fails while Postgres is away is a dead letter once it is back', async () => {
  await fault('STRIPE', { kind: 'status', status: 406 })
  await fault('DATABASE', { kind: 'reject' })
  const session = await signUp()
  expect((await untilSettled(session)).status).toBe('failed')
  await fault('DATABASE', null)
  expect(await indexOf(session.specId)).toEqual([])
  const { index } = createStores(parseSettings(bindings))
  // The message that names it comes late; then the cron looks after it.
  const wake = wakeOf(session.token, session.specId)
  const opening = { ...wake, v: 1 as const, sessions: wake.sessions.map(longAgo) }
  await index.record(indexedOpening(opening), Date.now())
  await sweepOverdue(bindings, Date.now())
  const { fingerprint } = await groupOf('stripe 406', 1)
  expect(await lettersOf(fingerprint)).toMatchObject([{ specId: session.specId, run: 1 }])
})

describe('messages that nobody could work off', () => {
  test('are replayed by waking their subject, which does what is due', async () => {
    const { stub, key } = freshSubject()
    const claim = await open(stub, key)
    const { batch } = await deliver('foyer-hydration-dead', [wakeFor(key, claim.specId)])
    const { groups } = await asked<{ groups: LetterGroup[] }>('/dead-letters')
    const group = groups.find(({ sampleDetail }) => sampleDetail === 'the subject did not answer')
    const path = `/dead-letters/${group?.fingerprint}`
    expect(await asked<ReplayPreview>(`${path}/preview`)).toMatchObject({ steps: [] })
    const { id } = await asked<ReplayView>(`${path}/replay`, WHO)
    expect(await replayEnded(id)).toMatchObject({ state: 'done' })
    expect(await merged(stub, claim)).toBe(true)
    const letters = await lettersOf(group?.fingerprint ?? '')
    expect(letters.find((letter) => letter.id === batch.messages[0]?.id)?.state).toBe('resolved')
  })
})

const FINGERPRINT = '0123456789abcdef'
const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/dead-letters'],
  ['GET', `/dead-letters/${FINGERPRINT}`],
  ['GET', `/dead-letters/${FINGERPRINT}/preview`],
  ['POST', `/dead-letters/${FINGERPRINT}/replay`],
  ['POST', `/dead-letters/${FINGERPRINT}/dismiss`],
  ['GET', `/replays/${crypto.randomUUID()}`],
  ['POST', `/replays/${crypto.randomUUID()}/stop`],
  ['GET', '/operator-actions'],
]

describe('S13: the admin routes', () => {
  const call = (method: string, path: string, headers: Readonly<Record<string, string>>) =>
    fetchWorker(`/api/admin${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(method === 'POST' ? { body: JSON.stringify(WHO) } : {}),
    })

  test.each(ROUTES)('%s %s opens to nobody but operators', async (method, path) => {
    const { token } = await signUp()
    const statuses = await Promise.all(
      [
        {},
        bearer('x'.repeat(43)),
        bearer(`${bindings.ADMIN_TOKEN}x`),
        bearer(bindings.ADMIN_TOKEN.slice(0, -1)),
        { Authorization: `Basic ${bindings.ADMIN_TOKEN}` },
        bearer(token),
        bearer(bindings.ADMIN_TOKEN),
      ].map(async (headers) => (await call(method, path, headers)).status),
    )
    expect(statuses.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 403])
    expect([200, 404]).toContain(statuses[6])
  })

  test.each(ROUTES)('%s %s is closed when there is no ADMIN_TOKEN', async (method, path) => {
    const { ADMIN_TOKEN, ...env } = bindings
    const request = (authorization: string) =>
      new Request(`https://foyer.test/api/admin${path}`, { method, headers: { authorization } })
    for (const given of [`Bearer ${ADMIN_TOKEN}`, 'Bearer undefined', 'Bearer ']) {
      const context = {
        waitUntil: () => undefined,
        passThroughOnException: () => undefined,
        props: {},
      }
      expect((await worker.fetch(request(given), env, context)).status).toBe(401)
    }
  })

  test.each([
    ['no operator', { reason: 'why' }, 'operator'],
    ['no reason', { operator: 'ada' }, 'reason'],
    ['a blank operator', { operator: '  ', reason: 'why' }, 'operator'],
    ['a reason that is too long', { operator: 'ada', reason: 'x'.repeat(501) }, 'reason'],
    ['something unknown', { ...WHO, all: true }, 'all'],
  ])('refuse %s, and nothing happens', async (_name, body, path) => {
    for (const [method, route] of ROUTES.filter(([method]) => method === 'POST')) {
      const response = await admin(route, body)
      expect([method, response.status]).toEqual(['POST', 400])
      expect(await errorOf(response)).toMatchObject({
        code: 'validation_failed',
        details: [{ path }],
      })
    }
    expect(await actionsOn(FINGERPRINT)).toEqual([])
  })

  test.each([
    ['/dead-letters/not-a-fingerprint', 404],
    [`/dead-letters/${FINGERPRINT}/preview`, 404],
    ['/replays/not-an-id', 404],
    [`/replays/${crypto.randomUUID()}`, 404],
    [`/dead-letters/${FINGERPRINT}?limit=0`, 400],
    [`/dead-letters/${FINGERPRINT}?limit=1000`, 400],
    [`/dead-letters/${FINGERPRINT}?state=lost`, 400],
    [`/dead-letters/${FINGERPRINT}?page=2`, 400],
    ['/operator-actions?after=1', 400],
    ['/nothing', 404],
  ])('GET %s is %i', async (path, status) => {
    expect((await admin(path)).status).toBe(status)
  })

  test('say when to come back while Postgres is away', async () => {
    await fault('DATABASE', { kind: 'reject' })
    const response = await admin('/dead-letters')
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await errorOf(response)).toMatchObject({ code: 'unavailable' })
  })
})
