import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REWARD_WINDOW_MS } from '../../src/core/bandit/day-counts.ts'
import { catalogue } from '../../src/catalogue.ts'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import type { Published, Untold } from '../../src/contract/behaviour-rpc.ts'
import { FeedbackKind, type Group } from '../../src/contract/recommendation.ts'
import {
  type Behaved,
  attach,
  currentOf,
  look,
  observe,
  takeFeedback,
} from '../../src/core/behaviour/behave.ts'
import {
  PersonRecord,
  isPending,
  newPerson,
  recommendationsOf,
  toldOf,
  untoldOf,
  withRecommendation,
} from '../../src/core/behaviour/person-record.ts'
import { EMPTY_JOURNEY, foldEvents } from '../../src/core/behaviour/journey.ts'
import type { PersonFacts } from '../../src/core/behaviour/person-state.ts'
import {
  DAY_MS,
  T0,
  contextAt,
  event,
  member,
  recommendation,
  submitted,
  visitor,
} from '../support/shared/journeys.ts'

const POLICY = { experiment: 'test', group: 'policy' as const }

interface Doing {
  readonly now?: number
  readonly facts?: PersonFacts
  readonly group?: Group
}

const did = (
  known: PersonRecord | null,
  events: readonly BehaviourEvent[],
  { now = T0, facts = member(), group = 'policy' }: Doing = {},
): Behaved => observe(known, facts, events, [], contextAt(now, group))

/** A member to whom one thing was recommended, and shown at T0 if not said otherwise. */
function shownTo(exposedAt: number | null = T0): PersonRecord {
  const record = newPerson(member().person, POLICY)
  return withRecommendation(record, recommendation({ exposedAt, decidedAt: T0 - 1 }))
}

describe('A3: what somebody does', () => {
  test('A3: leads to what comes next', () => {
    const first = did(null, [event()])
    expect(first.current?.action).toBe('create_project')
    const next = did(first.record, [submitted('project', { at: T0 + 1 })], { now: T0 + 1 })
    expect(next.current?.action).toBe('create_task')
  })

  test('A2: told again, changes nothing and shows nothing new', () => {
    const events = [event(), submitted('workspace')]
    const first = did(null, events)
    const again = did(first.record, events.toReversed(), { now: T0 + 1 })
    expect(again.record).toBe(first.record)
    expect(again.current).toBe(first.current)
  })

  test('A3: a hint that was waved away on the page stands no longer, and nothing else follows at once', () => {
    const first = did(null, [event()])
    const dismissal = event({ type: 'tooltip_dismiss', target: 'create_project', at: T0 + 1 })
    expect(did(first.record, [dismissal], { now: T0 + 1 }).current).toBeNull()
    const later = look(did(first.record, [dismissal]).record, member(), [], contextAt(T0 + 60_000))
    expect(later.current?.action).toBe('choose_workspace_name')
  })

  test('A14: the holdout is drawn, and shown nothing', () => {
    const { record, current } = did(null, [event()], { group: 'holdout' })
    expect(record.assignment.group).toBe('holdout')
    expect(current).toBeNull()
    const brought = withRecommendation(record, recommendation())
    expect(currentOf(brought, member(), contextAt(T0))).toBeNull()
  })

  test('A14: whoever was drawn stays drawn, whatever is set later', () => {
    const { record } = did(null, [event()], { group: 'holdout' })
    const later = did(record, [event()], { now: T0 + DAY_MS })
    expect(later.record.assignment).toEqual(record.assignment)
    expect(later.current).toBeNull()
  })

  test('a record stays small however a state leaps, as long as Postgres is told', () => {
    let record = newPerson(member().person, POLICY)
    for (let n = 0; n < 5_000; n += 1) {
      const now = T0 + n * 600_000
      const error = n % 2 === 0 ? 'card_declined' : 'file_type'
      const once = did(record, [event({ error, at: now })], { now }).record
      const seen = recommendationsOf(once).at(-1)?.id ?? ''
      const told = publish(
        n % 3 === 0 ? (takeFeedback(once, seen, 'impression', now) ?? once) : once,
      )
      record = told
    }
    expect(JSON.stringify(record).length).toBeLessThan(150_000)
  })
})

/** Everything reaches Postgres at once. */
function publish(record: PersonRecord): PersonRecord {
  return toldOf(record, publishedIn(untoldOf(record, member(), catalogue)))
}

const publishedIn = ({ journeys, decisions }: Untold): readonly Published[] => [
  ...journeys.map(({ person: id, version }) => ({ id, version })),
  ...decisions.map(({ id, version }) => ({ id, version })),
]

describe('X57, F44: an answer to a recommendation', () => {
  const id = (record: PersonRecord) => recommendationsOf(record)[0]?.id ?? ''

  test('F44: counts once', () => {
    const record = shownTo(null)
    const once = takeFeedback(record, id(record), 'click', T0)
    expect(once && recommendationsOf(once)[0]).toMatchObject({ exposedAt: T0, clickedAt: T0 })
    expect(once && takeFeedback(once, id(record), 'click', T0 + 1)).toBe(once)
  })

  test.each(['', 'made-up', recommendation().id])(
    'X57: to none of one’s own (%j) is none',
    (other) => {
      expect(takeFeedback(shownTo(), other, 'click', T0)).toBeNull()
    },
  )

  test('F44: changes no other', () => {
    const record = withRecommendation(shownTo(), recommendation())
    const after = takeFeedback(record, id(record), 'dismiss', T0)
    expect(after?.recommendations[1]).toBe(record.recommendations[1])
  })
})

describe('A7: whoever did what was recommended has followed it', () => {
  const convertedAt = (record: PersonRecord, doneAt: number, now = doneAt, error?: string) => {
    const how = error === undefined ? {} : { error }
    const done = submitted('project', { at: doneAt, ...how })
    return recommendationsOf(did(record, [done], { now }).record)[0]?.convertedAt
  }

  test.each([
    ['at once', T0, T0],
    ['within the window', T0 + REWARD_WINDOW_MS - 1, T0 + REWARD_WINDOW_MS - 1],
    ['too late', T0 + REWARD_WINDOW_MS, null],
    ['before it was shown', T0 - 1, null],
  ])('A7: who did it %s', (_, doneAt, expected) => {
    expect(convertedAt(shownTo(), doneAt, Math.max(doneAt, T0))).toBe(expected)
  })

  test('A7: not who never saw it', () => {
    expect(convertedAt(shownTo(null), T0 + 1)).toBeNull()
  })

  test('A7: not who tried in vain', () => {
    expect(convertedAt(shownTo(), T0 + 1, T0 + 1, 'name_taken')).toBeNull()
  })

  test('A2, A7: also who did it in time, and told of it late', () => {
    expect(convertedAt(shownTo(), T0 + 1, T0 + 2 * REWARD_WINDOW_MS)).toBe(T0 + 1)
  })

  test('A2, A7: not who had done it before, and told of it late', () => {
    expect(convertedAt(shownTo(), T0 - 2, T0 + 60_000)).toBeNull()
  })

  test('A7: at no moment that is still to come, whatever a clock says', () => {
    expect(convertedAt(shownTo(), T0 + 60_000, T0 + 1)).toBe(T0 + 1)
  })
})

describe('B1: the session that proves the address', () => {
  const session = visitor()
  const account = member({ subjectKey: session.subjectKey })
  const before = did(null, [submitted('workspace')], { facts: session }).record
  const seen =
    takeFeedback(before, recommendationsOf(before)[0]?.id ?? '', 'impression', T0) ?? before
  const proof = (known: PersonRecord | null = null) =>
    attach(seen, known, account, contextAt(T0 + 1))

  test('B1: brings its journey, its group and its recommendations', () => {
    const { account: record } = proof()
    expect(record.person).toBe(account.person)
    expect(record.journey).toEqual(seen.journey)
    expect(record.assignment).toEqual(seen.assignment)
    expect(recommendationsOf(record).map(({ id }) => id)).toEqual(
      recommendationsOf(seen).map(({ id }) => id),
    )
  })

  test('A7: has followed the advice to do so', () => {
    expect(recommendationsOf(proof().account)[0]).toMatchObject({
      action: 'verify_email',
      convertedAt: T0 + 1,
    })
  })

  test('B1: leaves only a sign behind', () => {
    const { session: left } = proof()
    expect(left).toMatchObject({ attachedTo: account.person, recommendations: [] })
    expect(left.version).toBeGreaterThan(seen.version)
  })

  test('B1: adds to what the account was before, which keeps its group', () => {
    const known = did(null, [submitted('project')], { facts: account, group: 'holdout' }).record
    const { account: record } = proof(known)
    expect(record.assignment.group).toBe('holdout')
    expect(Object.keys(record.journey.completed).toSorted()).toEqual([
      'choose_workspace_name',
      'create_project',
    ])
    expect(record.version).toBeGreaterThan(known.version)
  })

  test('B1: whatever it brings, Postgres hears of it under its new person', () => {
    const told = publish(seen)
    expect(isPending(told)).toBe(false)
    const { account: record, session: left } = attach(told, null, account, contextAt(T0 + 1))
    const { decisions, journeys } = untoldOf(record, account, catalogue)
    expect(decisions.map(({ id, person }) => [id, person])).toEqual(
      recommendationsOf(told).map(({ id }) => [id, account.person]),
    )
    expect(journeys.map(({ person }) => person)).toEqual([account.person])
    expect(untoldOf(left, session, catalogue).journeys[0]?.attachedTo).toBe(account.person)
  })

  test('A2: events and a proof give the same journey in any order', () => {
    const events = fc.array(
      fc
        .record({ n: fc.nat(20), target: fc.constantFrom('workspace', 'project', 'task') })
        .map(({ n, target }) => submitted(target, { eventId: `event-${n}`, at: T0 + n })),
    )
    fc.assert(
      fc.property(events, events, (early, late) => {
        const until = did(null, early, { facts: session }).record
        const { account: record } = attach(until, null, account, contextAt(T0 + 1))
        const after = did(record, late, { facts: account }).record
        expect(after.journey).toEqual(foldEvents(EMPTY_JOURNEY, [...early, ...late], catalogue))
      }),
    )
  })
})

/** The object's record, Postgres, and what is on its way between them. */
interface Real {
  record: PersonRecord
  now: number
  readonly facts: PersonFacts
  /** Every recommendation that ever was, also those that the record has forgotten by now. */
  readonly ever: Set<string>
  readonly postgres: Map<string, { version: number; row: unknown }>
  readonly read: Untold[]
  readonly written: (readonly Published[])[]
}

/** What each row would be if Postgres were told now. */
function rowsOf({ record, facts }: Real): Map<string, { version: number; row: unknown }> {
  const nothingTold = {
    ...record,
    told: 0,
    recommendations: record.recommendations.map((kept) => ({ ...kept, told: 0 })),
  }
  const { journeys, decisions } = untoldOf(nothingTold, facts, catalogue)
  return new Map<string, { version: number; row: unknown }>([
    ...journeys.map((row) => [row.person, { version: row.version, row }] as const),
    ...decisions.map((row) => [row.id, { version: row.version, row }] as const),
  ])
}

/** Whatever the object believes to be told is in Postgres as it is now. */
function expectNothingForgotten(real: Real): void {
  const { person, told, version, recommendations } = real.record
  const believed = [
    ...(told >= version ? [person] : []),
    ...recommendations.flatMap((kept) =>
      kept.told >= kept.version ? [kept.recommendation.id] : [],
    ),
  ]
  const rows = rowsOf(real)
  for (const id of believed) expect(real.postgres.get(id)).toEqual(rows.get(id))
}

type Step = (real: Real) => void
const step = (name: string, run: Step): fc.Command<object, Real> => ({
  check: () => true,
  run: (_, real) => {
    run(real)
    for (const { id } of recommendationsOf(real.record)) real.ever.add(id)
    expectNothingForgotten(real)
  },
  toString: () => name,
})

const deliver: Step = (real) => {
  const read = real.read.shift()
  if (read === undefined) return
  for (const row of [...read.journeys, ...read.decisions]) {
    const id = 'id' in row ? row.id : row.person
    const { version } = row
    if (version > (real.postgres.get(id)?.version ?? 0)) real.postgres.set(id, { version, row })
  }
  real.written.push(publishedIn(read))
}
const acknowledge: Step = (real) => {
  real.record = toldOf(real.record, real.written.shift() ?? [])
}
const ask: Step = (real) => {
  real.read.push(untoldOf(real.record, real.facts, catalogue))
}
/** The other way round than it was sent. */
const overtake: Step = ({ read, written }) => {
  read.reverse()
  written.reverse()
}
const targets = ['project', 'task', 'invite', 'workspace', 'import']

const anyStep = [
  fc.constantFrom(...targets).map((target) =>
    step(`does ${target}`, (real) => {
      real.record = did(real.record, [submitted(target, { at: real.now })], {
        now: real.now,
      }).record
    }),
  ),
  fc.tuple(fc.constantFrom(...FeedbackKind.options), fc.nat(5)).map(([kind, back]) =>
    step(`${kind} of ${back} ago`, (real) => {
      const id = recommendationsOf(real.record).at(-1 - back)?.id ?? ''
      real.record = takeFeedback(real.record, id, kind, real.now) ?? real.record
    }),
  ),
  fc.integer({ min: 1, max: 3 * DAY_MS }).map((ms) =>
    step(`waits ${ms}`, (real) => {
      real.now += ms
    }),
  ),
  fc.constant(
    step('looks', (real) => {
      real.record = look(real.record, real.facts, [], contextAt(real.now)).record
    }),
  ),
  fc.constant(
    step('sleeps', (real) => {
      real.record = PersonRecord.parse(JSON.parse(JSON.stringify(real.record)))
    }),
  ),
  fc.constant(step('asks', ask)),
  fc.constant(step('delivers', deliver)),
  fc.constant(step('acknowledges', acknowledge)),
  fc.constant(step('overtakes', overtake)),
  fc.constant(step('loses a message', ({ read }) => void read.shift())),
  fc.constant(step('loses an answer', ({ written }) => void written.shift())),
]

describe('what Postgres is told', () => {
  test('no change is forgotten, in whatever order changes, tellings and losses come', () => {
    fc.assert(
      fc.property(fc.commands(anyStep, { maxCommands: 60 }), (commands) => {
        const facts = member()
        const real: Real = {
          record: newPerson(facts.person, POLICY),
          now: T0,
          facts,
          ever: new Set(),
          postgres: new Map(),
          read: [],
          written: [],
        }
        fc.modelRun(() => ({ model: {}, real }), commands)
        // One telling that is not lost, and everything is there.
        real.read.length = 0
        real.written.length = 0
        for (const last of [ask, deliver, acknowledge]) last(real)
        expect(isPending(real.record)).toBe(false)
        for (const [id, row] of rowsOf(real)) expect(real.postgres.get(id)).toEqual(row)
        for (const id of real.ever) expect(real.postgres.has(id)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
