import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { type BehaviourEvent, EventType } from '../../src/contract/behaviour.ts'
import {
  COUNTED_EVENTS_MAX,
  EMPTY_JOURNEY,
  type Journey,
  foldEvents,
  join,
} from '../../src/core/behaviour/journey.ts'
import { personState } from '../../src/core/behaviour/person-state.ts'
import { DAY_MS, T0, event, member, submitted, visitor } from '../support/shared/journeys.ts'

const ERRORS = ['card_declined', 'file_type', 'no_such_thing']
const TARGETS = [
  ...catalogue.actions.flatMap(({ id, completedBy }) => [
    id,
    ...completedBy.flatMap((by) => (by === 'proof' ? [] : (by.target ?? []))),
  ]),
  'no-such-target',
  'constructor',
]

// Few ids and few moments, so that doubles and ties are common.
const anyEvent: fc.Arbitrary<BehaviourEvent> = fc
  .record(
    {
      eventId: fc.nat(60).map((n) => `event-${n}`),
      type: fc.constantFrom(...EventType.options),
      at: fc.nat(12).map((n) => T0 + n),
      target: fc.constantFrom(...TARGETS),
      path: fc.constantFrom(...catalogue.pages),
      error: fc.constantFrom(...ERRORS),
    },
    { requiredKeys: ['eventId', 'type', 'at'] },
  )
  .map(event)

const someEvents = fc.array(anyEvent, { maxLength: 60 })
const fold = (events: readonly BehaviourEvent[], from = EMPTY_JOURNEY): Journey =>
  foldEvents(from, events, catalogue)
const anyJourney = someEvents.map((events) => fold(events))

/** The events in another order, some of them again, in batches. */
const retold = (events: readonly BehaviourEvent[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...events], { minLength: events.length }),
      fc.subarray([...events]),
      fc.array(fc.nat(events.length * 2), { maxLength: 8 }),
    )
    .map(([shuffled, again, cuts]) => {
      const all = [...shuffled, ...again]
      const at = [0, ...cuts.filter((cut) => cut < all.length).toSorted((a, b) => a - b)]
      return at.map((from, index) => all.slice(from, at[index + 1]))
    })

describe('A2: two journeys are one', () => {
  test('A2: in any order', () => {
    fc.assert(
      fc.property(anyJourney, anyJourney, (a, b) => {
        expect(join(a, b)).toEqual(join(b, a))
      }),
    )
  })

  test('A2: in any grouping', () => {
    fc.assert(
      fc.property(anyJourney, anyJourney, anyJourney, (a, b, c) => {
        expect(join(join(a, b), c)).toEqual(join(a, join(b, c)))
      }),
    )
  })

  test('A2: with itself, with a part of itself and with nothing, no different', () => {
    fc.assert(
      fc.property(anyJourney, anyJourney, (a, b) => {
        const both = join(a, b)
        expect(join(a, a)).toEqual(a)
        expect(join(both, a)).toEqual(both)
        expect(join(EMPTY_JOURNEY, a)).toEqual(a)
        expect(join(a, EMPTY_JOURNEY)).toEqual(a)
      }),
    )
  })

  test('A2: as if one person had done it all', () => {
    fc.assert(
      fc.property(someEvents, someEvents, (some, others) => {
        expect(join(fold(some), fold(others))).toEqual(fold([...some, ...others]))
      }),
    )
  })
})

describe('A2: the order of arrival does not matter', () => {
  test('A2: shuffled, doubled and split into batches, events tell the same', () => {
    const events = someEvents.chain((all) => fc.tuple(fc.constant(all), retold(all)))
    fc.assert(
      fc.property(events, ([inOrder, batches]) => {
        const journey = batches.reduce((soFar, batch) => fold(batch, soFar), EMPTY_JOURNEY)
        expect(journey).toEqual(fold(inOrder))
      }),
      { numRuns: 300 },
    )
  })

  test('A2: what is known already gives the very same journey, so that nothing is written', () => {
    const known = someEvents.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)))
    fc.assert(
      fc.property(known, ([all, again]) => {
        const journey = fold(all)
        expect(fold(again, journey)).toBe(journey)
      }),
    )
  })

  test('A2: ten thousand events of five hundred people, shuffled, are as in order', () => {
    const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % from.length]
    const all = Array.from({ length: 10_000 }, (_, n) => {
      const target = pick(TARGETS, n * 7) ?? 'x'
      const failed = n % 11 === 0 ? { error: pick(ERRORS, n) ?? 'x' } : {}
      const type = pick(EventType.options, n * 5 + Math.floor(n / 500)) ?? 'page_view'
      const eventId = `event-${n}`
      return { person: n % 500, told: event({ eventId, type, target, at: T0 + n, ...failed }) }
    })
    const journeys = (told: typeof all): ReadonlyMap<number, Journey> => {
      const people = new Map<number, Journey>()
      for (const { person, told: one } of told) people.set(person, fold([one], people.get(person)))
      return people
    }
    // The same shuffle in every run: by a number that is coprime to ten thousand.
    const shuffled = all.flatMap((_, n) => all[(n * 7_919 + 13) % all.length] ?? [])
    expect(new Set(shuffled).size).toBe(all.length)
    expect(journeys(shuffled)).toEqual(journeys(all))
  })

  test('A2: a journey stays small, whatever comes', () => {
    const hostile = fc.array(
      fc
        .record({ id: fc.uuid(), name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/) })
        .chain(({ id, name }) =>
          fc
            .constantFrom(...EventType.options)
            .map((type) => event({ eventId: id, type, target: name, error: name })),
        ),
      { maxLength: 300 },
    )
    const actions = catalogue.actions.length
    fc.assert(
      fc.property(hostile, someEvents, (noise, events) => {
        const { completed, dismissed, counted } = fold([...noise, ...events])
        expect(counted.length).toBeLessThanOrEqual(COUNTED_EVENTS_MAX)
        expect(Object.keys(completed).length).toBeLessThanOrEqual(actions)
        expect(Object.keys(dismissed).length).toBeLessThanOrEqual(actions)
      }),
      { numRuns: 30 },
    )
  })

  test('A12: events are counted once each, and no further than anybody asks', () => {
    const ids = Array.from({ length: 25 }, (_, n) => `event-${n}`)
    const told = ids.map((eventId) => event({ eventId }))
    expect(fold(told.slice(0, 2)).counted).toHaveLength(2)
    expect(fold([...told.slice(0, 3), ...told.slice(0, 3)]).counted).toHaveLength(3)
    expect(fold(told).counted).toHaveLength(COUNTED_EVENTS_MAX)
  })
})

describe('A3: what was tried last', () => {
  const failed = (at: number, eventId: string) =>
    submitted('import', { at, eventId, error: 'file_type' })
  const went = (at: number, eventId: string) => submitted('import', { at, eventId })
  const click = (at: number) => event({ type: 'button_click', target: 'help', at, eventId: 'z' })

  test.each([
    ['nothing was', [], null],
    ['it failed', [failed(T0, 'a')], 'file_type'],
    ['it failed, then went well', [failed(T0, 'a'), went(T0 + 1, 'b')], null],
    ['it went well, then failed', [went(T0, 'a'), failed(T0 + 1, 'b')], 'file_type'],
    ['it went well, and an older error comes late', [went(T0 + 1, 'a'), failed(T0, 'b')], null],
    [
      'both at one moment, the error by the larger id',
      [went(T0, 'a'), failed(T0, 'b')],
      'file_type',
    ],
    ['both at one moment, the success by the larger id', [failed(T0, 'a'), went(T0, 'b')], null],
    ['looking around afterwards is no try', [failed(T0, 'a'), click(T0 + 1)], 'file_type'],
  ])('A3: %s', (_, events, error) => {
    for (const told of [events, events.toReversed()]) {
      expect(personState(member(), fold(told), catalogue, T0).last_error).toBe(error)
    }
  })

  test('A3: a form that failed has done nothing', () => {
    expect(fold([submitted('project', { error: 'name_taken' })]).completed).toEqual({})
  })
})

describe('A3: how a person stands', () => {
  const steps = [submitted('task', { at: T0 + 2 }), submitted('project', { at: T0 + 1 })]

  test('A3: steps that were done out of order are done', () => {
    const state = personState(member(), fold(steps), catalogue, T0)
    expect(state).toEqual({
      days_since_signup: 0,
      completed_actions: ['create_project', 'create_task', 'verify_email'],
      last_error: null,
      subscription_tier: 'pro',
      proven: true,
    })
  })

  test('A3: an action was done when it was first done, its hint dismissed when it last was', () => {
    const twice = [T0 + 9, T0 + 5, T0 + 7].flatMap((at) => [
      submitted('project', { at }),
      event({ type: 'tooltip_dismiss', target: 'create_task', at }),
    ])
    const { completed, dismissed } = fold(twice)
    expect(completed).toEqual({ create_project: T0 + 5 })
    expect(dismissed).toEqual({ create_task: T0 + 9 })
  })

  test('A3: what waves away something else than a hint of ours says nothing', () => {
    expect(fold([event({ type: 'tooltip_dismiss', target: 'cookie-banner' })]).dismissed).toEqual(
      {},
    )
  })

  test.each([
    [-DAY_MS, 0],
    [0, 0],
    [DAY_MS - 1, 0],
    [DAY_MS, 1],
    [3 * DAY_MS + 1, 3],
  ])('A3: %i ms after sign-up is day %i', (passed, days) => {
    const state = personState(visitor(), EMPTY_JOURNEY, catalogue, T0 + passed)
    expect(state.days_since_signup).toBe(days)
  })

  test('A3: a session has proved nothing, an account has', () => {
    const of = (facts = visitor()) => personState(facts, EMPTY_JOURNEY, catalogue, T0)
    expect(of()).toMatchObject({ proven: false, completed_actions: [] })
    expect(of(member())).toMatchObject({ proven: true, completed_actions: ['verify_email'] })
  })

  test.each(['wallet', 'issuer'] as const)(
    'A3: who signed in by a %s has proved themselves, and no address',
    (kind) => {
      const state = personState(member({ kind }), EMPTY_JOURNEY, catalogue, T0)
      expect(state).toMatchObject({ proven: true, completed_actions: [] })
    },
  )

  test('A3: what an earlier catalogue called an action is nobody’s state', () => {
    const journey = { ...EMPTY_JOURNEY, completed: { gone: T0 } }
    expect(personState(visitor(), journey, catalogue, T0).completed_actions).toEqual([])
  })
})
