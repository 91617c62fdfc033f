import { and, asc, eq, inArray } from 'drizzle-orm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  behaviorEvents,
  recommendations,
  userJourneys,
} from '../../src/adapters/neon/behaviour-schema.ts'
import { connect } from '../../src/adapters/neon/database.ts'
import { catalogue } from '../../src/catalogue.ts'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import type { BehaviourRpc } from '../../src/contract/behaviour-rpc.ts'
import { EMPTY_JOURNEY, foldEvents } from '../../src/core/behaviour/journey.ts'
import { personState } from '../../src/core/behaviour/person-state.ts'
import { type Bindings, parseSettings } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { bindings, eventually } from '../support/worker/api.ts'
import { deliver } from '../support/worker/deliver.ts'
import { fault, indexOf } from '../support/worker/outside.ts'
import { entriesOf, freshSubject, open, withEnv } from '../support/worker/subject.ts'

const QUEUE = 'foyer-behavior-events'
const database = connect(parseSettings(bindings))

afterEach(async () => {
  vi.restoreAllMocks()
  await fault('DATABASE', null)
})

const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at))

interface Someone {
  readonly key: string
  readonly person: string
}

/** Somebody whose session has just been opened. */
async function someone() {
  const { stub, key } = freshSubject()
  const claim = await open(stub, key)
  return { stub, key, claim, person: claim.specId }
}

const event = (change: Partial<BehaviourEvent> = {}): BehaviourEvent => ({
  eventId: crypto.randomUUID(),
  sessionId: 'tab-1',
  type: 'page_view',
  at: Date.now(),
  receivedAt: Date.now(),
  path: '/dashboard',
  dropped: 0,
  ...change,
})

/** The account's own action of a session that is not proved. */
const workspaceNamed = (change: Partial<BehaviourEvent> = {}) =>
  event({ type: 'form_submit', target: 'workspace', path: '/profile', ...change })

const message = ({ key, person }: Someone, events: readonly BehaviourEvent[] = [event()]) => ({
  v: 1,
  type: 'events',
  key,
  person,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  events,
})

const unpublished = ({ key }: Someone) => ({ v: 1, type: 'unpublished', key, traceparent: '' })

const eventsOf = (person: string) =>
  database
    .select()
    .from(behaviorEvents)
    .where(eq(behaviorEvents.person, person))
    .orderBy(asc(behaviorEvents.eventId))

const journeyOf = async (person: string) =>
  (await database.select().from(userJourneys).where(eq(userJourneys.person, person)))[0]

const decisionsOf = (person: string) =>
  database
    .select()
    .from(recommendations)
    .where(eq(recommendations.person, person))
    .orderBy(asc(recommendations.decidedAt))

const everythingOf = async ({ person }: Someone) => ({
  events: await eventsOf(person),
  journey: await journeyOf(person),
  decisions: await decisionsOf(person),
})

type Delivered = Awaited<ReturnType<typeof deliver>>

/** By place in the batch. */
const retried = ({ batch, result }: Delivered) =>
  batch.messages.flatMap(({ id }, at) =>
    result.retryMessages.some(({ msgId }) => msgId === id) ? [at] : [],
  )
const acked = ({ batch, result }: Delivered) =>
  batch.messages.flatMap(({ id }, at) => (result.explicitAcks.includes(id) ? [at] : []))

/** Objects of which some methods do something else, as when they are being moved. */
const withObjects = (change: (key: string) => Partial<BehaviourRpc>): typeof bindings => ({
  ...bindings,
  SUBJECTS: {
    getByName(key: string) {
      const stub = bindings.SUBJECTS.getByName(key)
      const own: Pick<BehaviourRpc, 'observe' | 'published' | 'unpublished'> = {
        observe: (events) => stub.observe(events),
        unpublished: () => stub.unpublished(),
        published: (told) => stub.published(told),
      }
      return { ...own, ...change(key) }
    },
  } as unknown as Bindings['SUBJECTS'],
})

describe('A2, A3: what somebody did', () => {
  test('is kept, folded by their object, and published; the object knows that it is', async () => {
    const one = await someone()
    const done = workspaceNamed()
    const delivered = await deliver(QUEUE, [message(one, [event(), done])])
    expect([acked(delivered), retried(delivered)]).toEqual([[0], []])
    const { events, journey } = await everythingOf(one)
    expect(events).toHaveLength(2)
    expect(journey).toMatchObject({
      subjectKey: one.key,
      attachedTo: null,
      completedActions: ['choose_workspace_name'],
      plan: 'pro',
    })
    expect(await one.stub.unpublished()).toMatchObject({ journeys: [], decisions: [] })
  })

  test('in several messages of a batch is asked of their object once', async () => {
    const [one, other] = [await someone(), await someone()]
    const asked: string[] = []
    const env = withObjects((key) => ({
      observe(events) {
        asked.push(key)
        return bindings.SUBJECTS.getByName(key).observe(events)
      },
    }))
    const bodies = [message(one), message(other), message(one), message(one)]
    expect(acked(await deliver(QUEUE, bodies, env))).toEqual([0, 1, 2, 3])
    expect(asked.toSorted()).toEqual([one.key, other.key].toSorted())
    expect(await eventsOf(one.person)).toHaveLength(3)
  })

  test('of nobody that the object knows is dropped', async () => {
    const { key, ...one } = await someone()
    const stranger = { key, person: crypto.randomUUID() }
    const nobody = { key: freshSubject().key, person: crypto.randomUUID() }
    const delivered = await deliver(QUEUE, [
      message(stranger),
      message(nobody),
      message({ key, ...one }),
    ])
    expect(acked(delivered)).toEqual([0, 1, 2])
    expect(await eventsOf(stranger.person)).toEqual([])
    expect(await eventsOf(nobody.person)).toEqual([])
    expect(await eventsOf(one.person)).toHaveLength(1)
  })
})

const shuffled = <T>(items: readonly T[]): readonly T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T

/** Fifty sessions of each of ten addresses. */
async function fiveHundredPeople(): Promise<readonly Someone[]> {
  const subjects = await Promise.all(
    times(10, async () => {
      const { stub, key } = freshSubject()
      const people = []
      for (const at of times(50, (position) => position)) {
        const { opened } = await stub.open({
          subjectKey: key,
          identity: `${key}@example.com`,
          client: `client-${at}`,
          planId: 'pro',
          traceparent: '',
        })
        if (opened.ok) people.push({ key, person: opened.value.specId })
      }
      return people
    }),
  )
  const people = subjects.flat()
  expect(people).toHaveLength(500)
  return people
}

/** What twenty minutes of somebody may look like: pages, forms that go wrong or well, hints waved away. */
const someEvents = (from: number): readonly BehaviourEvent[] =>
  times(20, () =>
    event({
      at: from + Math.floor(Math.random() * 50) * 1_000,
      ...pick<Partial<BehaviourEvent>>([
        { path: '/help' },
        { path: '/billing/plans' },
        { type: 'button_click', target: 'connect-calendar' },
        { type: 'form_submit', target: 'project' },
        { type: 'form_submit', target: 'workspace' },
        { type: 'form_submit', target: 'card', error: 'card_declined' },
        { type: 'form_submit', target: 'import', error: 'file_type' },
        { type: 'tooltip_dismiss', target: 'invite_teammate' },
      ]),
    }),
  )

async function deliverAll(bodies: readonly unknown[]): Promise<void> {
  for (let from = 0; from < bodies.length; from += 100) {
    const some = bodies.slice(from, from + 100)
    expect(acked(await deliver(QUEUE, some))).toHaveLength(some.length)
  }
}

describe('A2, A3: 10,000 events of 500 people', () => {
  test('shuffled and doubled come to the journeys that they come to in order, and so do the rows that are kept', async () => {
    const from = Date.now() - 60_000
    const stories = times(500, () => someEvents(from))
    const [ordered, disordered] = [await fiveHundredPeople(), await fiveHundredPeople()]
    await deliverAll(
      ordered.map((one, at) =>
        message(
          one,
          (stories[at] ?? []).toSorted((a, b) => a.at - b.at),
        ),
      ),
    )
    const pieces = disordered.flatMap((one, at) => {
      const doubled = shuffled([...(stories[at] ?? []), ...(stories[at] ?? []).slice(0, 10)])
      return [0, 10, 20].map((cut) => message(one, doubled.slice(cut, cut + 10)))
    })
    await deliverAll(shuffled(pieces))

    const told = async (people: readonly Someone[]) => {
      const persons = people.map(({ person }) => person)
      const rows = await database
        .select()
        .from(userJourneys)
        .where(inArray(userJourneys.person, persons))
      const byPerson = new Map(rows.map((row) => [row.person, row]))
      return persons.map((person) => {
        const row = byPerson.get(person)
        return row && [row.completedActions, row.lastError, row.activatedAt, row.plan]
      })
    }
    const inOrder = await told(ordered)
    expect(inOrder.filter((row) => row === undefined)).toEqual([])
    // They are no stories of nothing.
    expect(new Set(inOrder.map((row) => JSON.stringify(row))).size).toBeGreaterThan(20)
    expect(await told(disordered)).toEqual(inOrder)

    const kept = await database
      .select()
      .from(behaviorEvents)
      .where(
        inArray(
          behaviorEvents.person,
          disordered.map(({ person }) => person),
        ),
      )
    expect(kept).toHaveLength(10_000)
    const byPerson = Map.groupBy(kept, ({ person }) => person)
    expect(disordered.map((one) => rebuilt(one, byPerson.get(one.person) ?? []))).toEqual(inOrder)
  })
})

/** A journey's row as it follows from the rows of its events alone. */
function rebuilt(
  { key: subjectKey, person }: Someone,
  rows: readonly (typeof behaviorEvents.$inferSelect)[],
) {
  const events = rows.map(({ path, target, error, ...row }) => ({
    ...row,
    at: row.at.getTime(),
    receivedAt: row.receivedAt.getTime(),
    ...(path === null ? {} : { path }),
    ...(target === null ? {} : { target }),
    ...(error === null ? {} : { error }),
  }))
  const journey = foldEvents(EMPTY_JOURNEY, events, catalogue)
  const facts = {
    person,
    role: 'speculative',
    kind: 'email',
    subjectKey,
    plan: 'pro',
    startedAt: 0,
  } as const
  const state = personState(facts, journey, catalogue, 0)
  const activatedAt = journey.completed[catalogue.activation]
  return [
    state.completed_actions,
    state.last_error,
    activatedAt === undefined ? null : new Date(activatedAt),
    state.subscription_tier,
  ]
}

/** The first statement that tells this table of this person: it is not executed, or its reply is lost. */
function breakOnce(table: string, { person }: Someone, when: 'before' | 'after'): void {
  const { fetch } = globalThis
  let isDone = false
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const body = typeof init?.body === 'string' ? init.body : ''
    if (isDone || !body.includes(`into \\"${table}\\"`) || !body.includes(person)) {
      return fetch(input, init)
    }
    isDone = true
    if (when === 'after') await fetch(input, init)
    throw new TypeError('Network connection lost.')
  })
}

/** For how many seconds one message is put off that was delivered so often. */
async function delayAfter(body: unknown, attempts: number): Promise<number | 'acked' | undefined> {
  let delay: number | 'acked' | undefined
  const retry = (options?: QueueRetryOptions) => {
    delay = options?.delaySeconds
  }
  const ack = () => {
    delay = 'acked'
  }
  const one = { id: crypto.randomUUID(), timestamp: new Date(), attempts, body, retry, ack }
  const batch = { queue: QUEUE, messages: [one], retryAll() {}, ackAll() {} }
  await worker.queue(batch as unknown as MessageBatch, bindings)
  return delay
}

describe('F26: while the database is down', () => {
  test('people are served, and their messages come again, later each time', async () => {
    const one = await someone()
    const body = message(one, [workspaceNamed()])
    await fault('DATABASE', { kind: 'reject' })
    const delays = []
    for (const attempts of [1, 4, 99]) delays.push(await delayAfter(body, attempts))
    expect(delays).toEqual([10, 80, 3_600])
    const { journeys } = await one.stub.unpublished()
    expect(journeys).toMatchObject([{ completedActions: ['choose_workspace_name'] }])
    await fault('DATABASE', null)
    expect(acked(await deliver(QUEUE, [body]))).toEqual([0])
    const { events, journey } = await everythingOf(one)
    expect(events).toHaveLength(1)
    expect(journey).toMatchObject({ completedActions: ['choose_workspace_name'] })
  })

  test('F16: wake-ups do not pile up, since alarms say them again', async () => {
    const one = await someone()
    await one.stub.recommendation({ role: 'speculative', ...one.claim }, [])
    await fault('DATABASE', { kind: 'reject' })
    const delays = []
    for (const attempts of [1, 2, 3]) delays.push(await delayAfter(unpublished(one), attempts))
    expect(delays).toEqual([10, 20, 'acked'])
    expect((await one.stub.unpublished()).journeys).toHaveLength(1)
  })

  test.each([
    ['before', 'behavior_events'],
    ['after', 'behavior_events'],
    ['before', 'user_journeys'],
    ['after', 'user_journeys'],
  ] as const)('F24: gone just %s %s, nothing is lost and nothing doubled', async (when, table) => {
    const people = await Promise.all(times(3, someone))
    const bodies = people.map((one) => message(one, [event(), workspaceNamed()]))
    for (const one of people.slice(0, 1)) breakOnce(table, one, when)
    expect(retried(await deliver(QUEUE, bodies))).toEqual([0, 1, 2])
    vi.restoreAllMocks()
    expect(acked(await deliver(QUEUE, bodies))).toHaveLength(3)
    const before = await Promise.all(people.map(everythingOf))
    expect(before.map(({ events, journey }) => [events.length, journey?.completedActions])).toEqual(
      people.map(() => [2, ['choose_workspace_name']]),
    )
    expect(acked(await deliver(QUEUE, bodies))).toHaveLength(3)
    expect(await Promise.all(people.map(everythingOf))).toEqual(before)
  })
})

describe('F15: one message never holds up the others', () => {
  test('F14: that cannot be read', async () => {
    const one = await someone()
    const later = { ...message(one), v: 2 }
    const delivered = await deliver(QUEUE, [{ email: 'canary@example.com' }, message(one), later])
    expect([retried(delivered), acked(delivered)]).toEqual([[0, 2], [1]])
    expect(await eventsOf(one.person)).toHaveLength(1)
  })

  test('at position 8 of 10, with something in it that no table holds', async () => {
    const people = await Promise.all(times(10, someone))
    const bodies = people.map((one, at) =>
      message(one, [event(at === 7 ? { path: '/\u0000' } : {})]),
    )
    const delivered = await deliver(QUEUE, bodies)
    expect(retried(delivered)).toEqual([7])
    expect(acked(delivered)).toHaveLength(9)
    const kept = await Promise.all(people.map(({ person }) => eventsOf(person)))
    expect(kept.map(({ length }) => length)).toEqual(times(10, (at) => (at === 7 ? 0 : 1)))
  })

  test('whose object does not answer', async () => {
    const [one, other] = [await someone(), await someone()]
    const env = withObjects((key) =>
      key === one.key
        ? {
            observe: () => Promise.reject(new Error('moved')),
            unpublished: () => Promise.reject(new Error('moved')),
          }
        : {},
    )
    const bodies = [message(one), unpublished(one), message(other), message(one)]
    const delivered = await deliver(QUEUE, bodies, env)
    expect([retried(delivered), acked(delivered)]).toEqual([[0, 1, 3], [2]])
    expect(await eventsOf(one.person)).toEqual([])
    expect(await eventsOf(other.person)).toHaveLength(1)
  })

  test('and settings that cannot be read hold up all, until they are mended', async () => {
    const one = await someone()
    const body = message(one)
    const delivered = await deliver(QUEUE, [body], { ...bindings, PUBLIC_BASE_URL: 'no' })
    expect(retried(delivered)).toEqual([0])
    expect(acked(await deliver(QUEUE, [body]))).toEqual([0])
  })
})

describe('B6: what an object has not published', () => {
  test('is asked for, written and known to be: also what became of a decision since', async () => {
    const one = await someone()
    const caller = { role: 'speculative', ...one.claim } as const
    const { result } = await one.stub.recommendation(caller, [])
    await deliver(QUEUE, [unpublished(one)])
    if (!result.ok || result.value === null) throw new Error('nothing was recommended')
    const { recommendationId, validation_hash, arm } = result.value
    expect(await decisionsOf(one.person)).toMatchObject([
      { id: recommendationId, validationHash: validation_hash, tone: arm, clickedAt: null },
    ])
    await one.stub.feedback({ caller, recommendationId, kind: 'click' })
    await deliver(QUEUE, [unpublished(one), unpublished(one)])
    const [clicked] = await decisionsOf(one.person)
    expect(clicked?.clickedAt).toBeInstanceOf(Date)
    expect(clicked?.exposedAt).toEqual(clicked?.clickedAt)
    expect(await one.stub.unpublished()).toMatchObject({ journeys: [], decisions: [] })
  })

  test('F9: a consumer that dies before the object knows leaves rows that are the same the next time', async () => {
    const one = await someone()
    const env = withObjects(() => ({ published: () => Promise.reject(new Error('cut off')) }))
    const body = message(one, [workspaceNamed()])
    await deliver(QUEUE, [body], env)
    const before = await everythingOf(one)
    expect(before.journey).toBeDefined()
    expect((await one.stub.unpublished()).journeys).toHaveLength(1)
    await deliver(QUEUE, [body])
    expect(await everythingOf(one)).toEqual(before)
    expect(await one.stub.unpublished()).toMatchObject({ journeys: [], decisions: [] })
  })

  test('and changed while it was written is not taken for written', async () => {
    const one = await someone()
    const env = withObjects((key) => ({
      async published(told) {
        const stub = bindings.SUBJECTS.getByName(key)
        await stub.observe({ person: one.person, events: [workspaceNamed()], tones: [] })
        await stub.published(told)
      },
    }))
    await deliver(QUEUE, [message(one)], env)
    expect((await one.stub.unpublished()).journeys).toMatchObject([
      { completedActions: ['choose_workspace_name'] },
    ])
  })
})

describe('B7: an erased person', () => {
  test('leaves nothing, whatever comes late', async () => {
    const { stub, key } = freshSubject()
    const hasty = { SESSION_MAX_AGE_HOURS: '0.0006', UNPROVEN_RETENTION_DAYS: '0.00008' }
    await withEnv(stub, hasty)
    const claim = await open(stub, key)
    const one = { key, person: claim.specId }
    const early = message(one, [workspaceNamed()])
    await deliver(QUEUE, [early])
    expect(await eventsOf(one.person)).toHaveLength(1)
    await eventually('the erasure', async () => {
      await stub.wake()
      return (await entriesOf(stub))[0]?.type === 'erased'
    })
    expect(await indexOf(one.person)).toMatchObject([{ subjectKey: null }])
    const delivered = await deliver(QUEUE, [early, message(one), unpublished(one)])
    expect(acked(delivered)).toEqual([0, 1, 2])
    expect(await everythingOf(one)).toEqual({ events: [], journey: undefined, decisions: [] })
    const named = await database
      .select()
      .from(recommendations)
      .where(and(eq(recommendations.subjectKey, key)))
    expect(named).toEqual([])
  })
})
