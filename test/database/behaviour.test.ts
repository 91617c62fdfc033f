import { asc, eq, inArray } from 'drizzle-orm'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eraseAccount, upsertAccounts } from '../../src/adapters/neon/accounts.ts'
import {
  behaviorEvents,
  experiments,
  recommendations,
  userJourneys,
} from '../../src/adapters/neon/behaviour-schema.ts'
import { createBehaviourStore } from '../../src/adapters/neon/behaviour-store.ts'
import { createSessionIndex } from '../../src/adapters/neon/session-index.ts'
import type { DecisionRecord, JourneyRecord } from '../../src/contract/behaviour-rpc.ts'
import type { BehaviourStore, OwnedEvent } from '../../src/core/behaviour/store.ts'
import { setFault } from '../support/local-services.ts'
import {
  EXPERIMENT,
  decisionRecord,
  freshKey,
  journeyRecord,
  ownedEvent,
} from '../support/shared/behaviour.ts'
import { indexedSession } from '../support/shared/indexed-session.ts'
import { Outsider } from '../support/outsider.ts'
import { type TestDatabase, startDatabase } from './postgres-database.ts'
import { account } from './rows.ts'

let world: TestDatabase
let store: BehaviourStore

beforeAll(async () => {
  world = await startDatabase()
  store = createBehaviourStore(world.database)
})

afterEach(() => setFault(world.url, null))
afterAll(() => world.stop())

const OK = { ok: true, value: null }

const eventsOf = (person: string) =>
  world.database
    .select()
    .from(behaviorEvents)
    .where(eq(behaviorEvents.person, person))
    .orderBy(asc(behaviorEvents.eventId))

const journeyOf = async (person: string) => {
  const rows = await world.database
    .select()
    .from(userJourneys)
    .where(eq(userJourneys.person, person))
  return rows[0]
}

const decisionOf = async (id: string) => {
  const rows = await world.database.select().from(recommendations).where(eq(recommendations.id, id))
  return rows[0]
}

const keep = (journeys: readonly JourneyRecord[], decisions: readonly DecisionRecord[] = []) =>
  store.keepUntold({ journeys, decisions }, EXPERIMENT)

const shuffled = <T>(items: readonly T[]): readonly T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)

/** Runs both while somebody else holds what both need in the middle; then it is given up. */
async function crossing<T>(
  hold: (outsider: Outsider) => Promise<unknown>,
  [one, other]: readonly [() => Promise<T>, () => Promise<T>],
): Promise<readonly T[]> {
  const outsider = await Outsider.connect(world.postgres.url)
  try {
    await outsider.run('BEGIN')
    await hold(outsider)
    const first = one()
    await outsider.untilWaiting(1)
    const second = other()
    await outsider.untilWaiting(2)
    await outsider.run('ROLLBACK')
    return await Promise.all([first, second])
  } finally {
    await outsider.leave()
  }
}

async function insertElsewhere(outsider: Outsider, events: readonly OwnedEvent[]): Promise<void> {
  for (const { person, eventId, subjectKey } of events) {
    await outsider.run(
      `INSERT INTO behavior_events VALUES ($1, $2, $3, 'tab', 'page_view', now(), now(), null, null, null, 0)`,
      person,
      eventId,
      subjectKey,
    )
  }
}

describe('A2: events', () => {
  test('are kept as they were told', async () => {
    const bare = ownedEvent({ type: 'form_submit', target: 'a"b\\c{},null', error: 'NULL' })
    const { path: _, ...event } = { ...bare, dropped: 3, receivedAt: bare.at + 1 }
    expect(await store.keepEvents([event])).toEqual(OK)
    expect(await eventsOf(event.person)).toEqual([
      {
        ...event,
        at: new Date(event.at),
        receivedAt: new Date(event.receivedAt),
        path: null,
      },
    ])
  })

  test('10,000 at once are kept, and the same ones again, doubled and shuffled, are the same rows', async () => {
    const people = Array.from({ length: 500 }, () => ({
      person: crypto.randomUUID(),
      subjectKey: freshKey(),
    }))
    const events = people.flatMap((person) =>
      Array.from({ length: 20 }, () => ownedEvent({ ...person })),
    )
    expect(await store.keepEvents([...events, ...shuffled(events)])).toEqual(OK)
    const rows = () =>
      world.database
        .select()
        .from(behaviorEvents)
        .where(
          inArray(
            behaviorEvents.person,
            people.map(({ person }) => person),
          ),
        )
        .orderBy(asc(behaviorEvents.person), asc(behaviorEvents.eventId))
    const before = await rows()
    expect(before).toHaveLength(10_000)
    expect(await store.keepEvents(shuffled(events))).toEqual(OK)
    expect(await rows()).toEqual(before)
  })

  test('one id may be two people’s; of one person it is one event, the first that was told', async () => {
    const first = ownedEvent({ target: 'first' })
    const second = { ...first, target: 'second' }
    const other = ownedEvent({ eventId: first.eventId })
    await store.keepEvents([first])
    await store.keepEvents([second, other])
    expect(await eventsOf(first.person)).toMatchObject([{ target: 'first' }])
    expect(await eventsOf(other.person)).toHaveLength(1)
  })

  test('F25: writers of the same events, told in opposite orders, never hold each other', async () => {
    const person = { person: crypto.randomUUID(), subjectKey: freshKey() }
    const events = ['a', 'm', 'z'].map((eventId) => ownedEvent({ ...person, eventId }))
    const held = events.slice(1, 2)
    const results = await crossing(
      (outsider) => insertElsewhere(outsider, held),
      [() => store.keepEvents(events.toReversed()), () => store.keepEvents(events)],
    )
    expect(results).toEqual([OK, OK])
    expect(await eventsOf(person.person)).toHaveLength(3)
  })

  test('F24: a reply that is lost after the commit leaves what the next try finds', async () => {
    const event = ownedEvent()
    await setFault(world.url, { kind: 'commit_then_drop', times: 1 })
    expect(await store.keepEvents([event])).toMatchObject({ error: { kind: 'unavailable' } })
    expect(await store.keepEvents([event])).toEqual(OK)
    expect(await eventsOf(event.person)).toHaveLength(1)
  })

  test('F15: one that Postgres cannot hold is refused for what it is, and takes its statement along', async () => {
    const [good, bad] = [ownedEvent(), ownedEvent({ path: '/\u0000' })]
    expect(await store.keepEvents([good, bad])).toMatchObject({ error: { kind: 'rejected' } })
    expect(await eventsOf(good.person)).toEqual([])
  })
})

describe('A3: journeys', () => {
  test('are kept as their object folded them', async () => {
    const journey = journeyRecord({
      attachedTo: crypto.randomUUID(),
      activatedAt: Date.UTC(2026, 1),
      completedActions: ['create_project', 'a,b', '{}'],
      lastError: 'card_declined',
    })
    expect(await keep([journey])).toEqual(OK)
    expect(await journeyOf(journey.person)).toEqual({
      ...journey,
      startedAt: new Date(journey.startedAt),
      activatedAt: new Date(Date.UTC(2026, 1)),
    })
  })

  test('the newest version stays, whatever comes when, together or one by one', async () => {
    const { person } = journeyRecord()
    const versions = [1, 2, 3, 4].map((version) =>
      journeyRecord({ person, version, plan: `plan-${version}` }),
    )
    await keep(shuffled(versions.slice(0, 3)))
    expect(await journeyOf(person)).toMatchObject({ version: 3, plan: 'plan-3' })
    await keep(shuffled(versions))
    for (const version of shuffled(versions)) await keep([version])
    expect(await journeyOf(person)).toMatchObject({ version: 4, plan: 'plan-4' })
  })
})

const OUTCOMES = ['exposedAt', 'clickedAt', 'dismissedAt', 'convertedAt', 'supersededAt'] as const

/** What is told of one decision in the course of time: a later version may be of another person. */
const Told = fc
  .array(
    fc.record({
      moves: fc.boolean(),
      exposedAt: fc.option(fc.integer({ min: 1, max: 9 })),
      clickedAt: fc.option(fc.integer({ min: 1, max: 9 })),
      dismissedAt: fc.option(fc.integer({ min: 1, max: 9 })),
      convertedAt: fc.option(fc.integer({ min: 1, max: 9 })),
      supersededAt: fc.option(fc.integer({ min: 1, max: 9 })),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .chain((versions) => {
    const all = fc.shuffledSubarray(
      [...versions.keys(), ...versions.keys()].map((at, position) => ({ at, position })),
      { minLength: 1 },
    )
    const cut = fc.integer({ min: 1, max: 4 })
    return fc.record({ versions: fc.constant(versions), order: all, cut })
  })

describe('B6: decisions', () => {
  test('are kept as they were made', async () => {
    const decision = decisionRecord({ exposedAt: Date.UTC(2026, 1) })
    expect(await keep([], [decision])).toEqual(OK)
    expect(await decisionOf(decision.id)).toEqual({
      ...decision,
      decidedAt: new Date(decision.decidedAt),
      exposedAt: new Date(Date.UTC(2026, 1)),
      outcome: null,
      countedAs: null,
      countedOn: null,
      promptedAt: null,
    })
  })

  test('I, A7: each outcome is the earliest ever told, and the person the newest version’s, in any order and however often', async () => {
    await fc.assert(
      fc.asyncProperty(Told, async ({ versions, order, cut }) => {
        const { id, person, subjectKey } = decisionRecord()
        const account = crypto.randomUUID()
        const records = versions.map(({ moves, ...outcomes }, at) =>
          decisionRecord({
            id,
            subjectKey,
            ...outcomes,
            version: at + 1,
            person: moves ? account : person,
          }),
        )
        const told = order.flatMap(({ at }) => records[at] ?? [])
        for (let from = 0; from < told.length; from += cut) {
          expect(await keep([], told.slice(from, from + cut))).toEqual(OK)
        }
        const newest = told.toSorted((a, b) => b.version - a.version)[0]
        const row = await decisionOf(id)
        expect(row).toMatchObject({ person: newest?.person, version: newest?.version })
        for (const outcome of OUTCOMES) {
          const moments = told.flatMap((record) => record[outcome] ?? [])
          const earliest = moments.length === 0 ? null : new Date(Math.min(...moments))
          expect(row?.[outcome]).toEqual(earliest)
        }
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['a tone that could not have been chosen', { tonePropensity: 0 }],
    ['an action more than certain', { actionPropensity: 1.5 }],
  ])('%s is refused', async (_name, change) => {
    const decision = decisionRecord(change)
    expect(await keep([journeyRecord()], [decision])).toMatchObject({ error: { kind: 'rejected' } })
    expect(await decisionOf(decision.id)).toBeUndefined()
  })

  test('F25: 16 writers of the same journeys and decisions, in any order: nobody fails', async () => {
    const journeys = Array.from({ length: 50 }, () => journeyRecord())
    const decisions = Array.from({ length: 50 }, () => decisionRecord())
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, version) =>
        keep(
          shuffled(journeys).map((journey) => ({ ...journey, version })),
          shuffled(decisions).map((decision) => ({ ...decision, version })),
        ),
      ),
    )
    expect(results).toEqual(results.map(() => OK))
    expect(await journeyOf(journeys[0]?.person ?? '')).toMatchObject({ version: 15 })
  })
})

describe('A14: experiments', () => {
  const seen = (id: string) =>
    world.database
      .select()
      .from(experiments)
      .where(eq(experiments.id, id))
      .orderBy(asc(experiments.baselinePercent))

  test('are kept with every split they were seen with, from when somebody belonged to them', async () => {
    const id = `experiment-${crypto.randomUUID()}`
    const split = { ...EXPERIMENT, id, baselinePercent: 12.5 }
    const journeys = [journeyRecord({ experiment: id })]
    await store.keepUntold({ journeys: [journeyRecord()], decisions: [] }, split)
    expect(await seen(id)).toEqual([])
    await store.keepUntold({ journeys, decisions: [] }, split)
    await store.keepUntold({ journeys, decisions: [] }, { ...split, seenAt: Date.now() })
    await store.keepUntold({ journeys, decisions: [] }, { ...split, baselinePercent: 50 })
    expect(await seen(id)).toEqual(
      [12.5, 50].map((baselinePercent) => ({
        id,
        holdoutPercent: 0,
        baselinePercent,
        firstSeenAt: new Date(EXPERIMENT.seenAt),
      })),
    )
  })
})

describe('B7: an erasure', () => {
  /** A session that did something and was recommended something, its account, and its index row. */
  async function person() {
    const row = account()
    const session = indexedSession({ subjectKey: row.subjectKey })
    const own = { person: session.specId, subjectKey: row.subjectKey }
    const told = {
      event: ownedEvent(own),
      journey: journeyRecord(own),
      decision: decisionRecord(own),
    }
    await upsertAccounts(world.database, [row])
    await createSessionIndex(world.database).record([session], Date.now())
    await store.keepEvents([told.event])
    await keep([told.journey], [told.decision])
    return { row, session, ...told }
  }

  test('takes what somebody did; what they were recommended still counts, and is nobody’s', async () => {
    const [one, other] = [await person(), await person()]
    await eraseAccount(world.database, one.row.subjectKey, 1)
    expect(await eventsOf(one.session.specId)).toEqual([])
    expect(await journeyOf(one.session.specId)).toBeUndefined()
    expect(await decisionOf(one.decision.id)).toMatchObject({
      person: null,
      subjectKey: null,
      text: null,
      tone: 'moderate',
      tonePropensity: 1 / 3,
    })
    expect(await eventsOf(other.session.specId)).toHaveLength(1)
    expect(await journeyOf(other.session.specId)).toBeDefined()
    expect(await decisionOf(other.decision.id)).toMatchObject({ person: other.session.specId })
  })

  test('lasts: whatever was under way brings nothing of it back', async () => {
    const { row, session, event, journey, decision } = await person()
    const own = { person: session.specId, subjectKey: row.subjectKey }
    const never = decisionRecord(own)
    await eraseAccount(world.database, row.subjectKey, 1)
    expect(await store.keepEvents([event, ownedEvent(own)])).toEqual(OK)
    const clicked = { ...decision, version: 9, exposedAt: 1, clickedAt: 2 }
    expect(await keep([{ ...journey, version: 9 }], [clicked, never])).toEqual(OK)
    expect(await eventsOf(session.specId)).toEqual([])
    expect(await journeyOf(session.specId)).toBeUndefined()
    expect(await decisionOf(never.id)).toBeUndefined()
    expect(await decisionOf(decision.id)).toMatchObject({ person: null, text: null })
  })

  test('F25: it and a writer of the same decisions never hold each other', async () => {
    const subjectKey = freshKey()
    const ids = Array.from({ length: 3 }, () => crypto.randomUUID()).toSorted()
    const decisions = ids.map((id) => decisionRecord({ id, subjectKey }))
    // As they lie in the table, the last comes first.
    for (const decision of decisions.toReversed()) await keep([], [decision])
    const clicked = decisions.map((decision) => ({ ...decision, version: 2, clickedAt: 1 }))
    const results = await crossing(
      async (outsider) => {
        await outsider.run(`SELECT id FROM recommendations WHERE id = $1 FOR UPDATE`, ids[1])
      },
      [() => eraseAccount(world.database, subjectKey, 1), () => keep([], clicked)],
    )
    expect(results).toEqual([OK, OK])
    for (const id of ids) expect(await decisionOf(id)).toMatchObject({ person: null, text: null })
  })
})
