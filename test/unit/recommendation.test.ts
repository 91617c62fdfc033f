import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { FeedbackKind, Group } from '../../src/contract/recommendation.ts'
import type { PersonState } from '../../src/core/behaviour/person-state.ts'
import { candidatesFor, isLegal } from '../../src/core/recommendation/candidates.ts'
import { componentNow, isRemembered, withinCaps } from '../../src/core/recommendation/caps.ts'
import type { Action } from '../../src/core/recommendation/catalogue.ts'
import { decideNext, standing } from '../../src/core/recommendation/decide.ts'
import {
  ACTION_WINDOW_MS,
  AGAIN_AFTER_CLICK_MS,
  DECIDED_PER_DAY_MAX,
  MODAL_GAP_MS,
  QUIET_MS,
  SHOWN_PER_ACTION_MAX,
  SHOWN_PER_DAY_MAX,
  SNOOZE_MS,
  STANDS_FOR_MS,
} from '../../src/core/recommendation/limits.ts'
import {
  type Recommendation,
  viewOf,
  withFeedback,
} from '../../src/core/recommendation/recommendation.ts'
import { rankByRules } from '../../src/core/recommendation/rules.ts'
import { plainText } from '../../src/core/recommendation/plain-text.ts'
import {
  DAY_MS,
  HOUR_MS,
  T0,
  actionOf,
  contextAt,
  recommendation,
} from '../support/shared/journeys.ts'

const newcomer: PersonState = {
  days_since_signup: 0,
  completed_actions: ['verify_email'],
  last_error: null,
  subscription_tier: 'pro',
  proven: true,
}
const standingLike = (change: Partial<PersonState> = {}): PersonState => ({
  ...newcomer,
  ...change,
})
const base = actionOf('create_project')
const when = (precondition: Action['when']): Action => ({ ...base, when: precondition })
const ids = (actions: readonly { readonly id: string }[]): string[] => actions.map(({ id }) => id)

describe('B11: who may be recommended what', () => {
  test.each<[string, Action['when'], Partial<PersonState>, boolean]>([
    ['anybody, where nothing is asked', {}, {}, true],
    ['nobody who has done it', {}, { completed_actions: ['create_project'] }, false],
    ['the proven, where they are asked for', { proven: true }, {}, true],
    ['nobody unproven there', { proven: true }, { proven: false }, false],
    ['the unproven, where they are asked for', { proven: false }, { proven: false }, true],
    ['nobody proven there', { proven: false }, {}, false],
    ['whoever did what comes before', { after: ['verify_email'] }, {}, true],
    ['nobody who did a part of it', { after: ['verify_email', 'create_task'] }, {}, false],
    ['whoever met the error', { errors: ['a', 'b'] }, { last_error: 'b' }, true],
    ['nobody who met another', { errors: ['a', 'b'] }, { last_error: 'c' }, false],
    ['nobody who met none', { errors: ['a', 'b'] }, {}, false],
    ['whoever met any, where none is asked for', {}, { last_error: 'c' }, true],
    ['whoever has the plan', { plans: ['free', 'pro'] }, {}, true],
    ['nobody who has another', { plans: ['free'] }, {}, false],
    ['nobody before the day', { minDays: 3 }, { days_since_signup: 2 }, false],
    ['everybody from the day on', { minDays: 3 }, { days_since_signup: 3 }, true],
    ['everybody up to the day', { maxDays: 3 }, { days_since_signup: 3 }, true],
    ['nobody after the day', { maxDays: 3 }, { days_since_signup: 4 }, false],
  ])('B11: %s', (_, precondition, change, legal) => {
    expect(isLegal(when(precondition), standingLike(change))).toBe(legal)
  })

  test('B11: what only a proof of an address completes is no advice for a member who has none', () => {
    const verify: Action = { ...actionOf('verify_email'), when: {} }
    const of = (proven: boolean) => standingLike({ proven, completed_actions: [] })
    expect([isLegal(verify, of(false)), isLegal(verify, of(true))]).toEqual([true, false])
    const either: Action = { ...verify, completedBy: ['proof', { type: 'page_view', path: '/' }] }
    expect(isLegal(either, of(true))).toBe(true)
  })
})

describe('A12: the rules', () => {
  const some = ['create_project', 'choose_workspace_name', 'read_import_help'].map(actionOf)
  const rank = (candidates: readonly Action[], page: string | null = null) =>
    ids(rankByRules(candidates, page).map(({ action }) => action))

  test('A12: say the same of the same, in whatever order it is given', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...catalogue.actions]),
        fc.constantFrom(null, ...catalogue.pages),
        (candidates, page) => {
          const sorted = candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1))
          expect(rankByRules(candidates, page)).toEqual(rankByRules(sorted, page))
        },
      ),
    )
  })

  test('A12: prefer what a failure asks for, then what is important', () => {
    expect(rank(some)).toEqual(['read_import_help', 'create_project', 'choose_workspace_name'])
  })

  test('A12: prefer what fits the page, where it does not matter much more what is done', () => {
    const close = ['import_tasks', 'invite_teammate'].map(actionOf)
    expect(rank(close)[0]).toBe('invite_teammate')
    expect(rank(close, '/dashboard')[0]).toBe('invite_teammate')
    expect(
      rank([when({}), { ...when({}), id: 'other', priority: 61, pages: ['/help'] }], '/help')[0],
    ).toBe('other')
    expect(
      rank([when({}), { ...when({}), id: 'other', priority: 59, pages: ['/help'] }], '/help')[0],
    ).toBe('create_project')
  })

  test('A12: of two that weigh the same, the first by name', () => {
    expect(
      rank([
        { ...base, id: 'b' },
        { ...base, id: 'a' },
      ]),
    ).toEqual(['a', 'b'])
  })

  test('A12: are certain of the only one, and say nothing of none', () => {
    expect(rankByRules([base], null)).toEqual([{ action: base, confidence: 1 }])
    expect(rankByRules([], null)).toEqual([])
  })

  test('A12: are never surer of what they put behind', () => {
    const confidences = rankByRules(catalogue.actions, '/dashboard').map((one) => one.confidence)
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a))
  })
})

const NOBODY = { recommendations: [], dismissed: {} }
const allowed = (past: Partial<Parameters<typeof withinCaps>[1]>, now: number) =>
  ids(withinCaps([base, actionOf('create_task')], { ...NOBODY, ...past }, now))
const both = ['create_project', 'create_task']
/** So many, an hour apart, of actions that are not candidates. */
const many = (count: number, change: Partial<Recommendation>) =>
  Array.from({ length: count }, () => recommendation({ action: 'come_back', ...change }))

describe('A6: nobody is bothered', () => {
  test.each<[string, Parameters<typeof allowed>[0], number, string[]]>([
    ['whom nothing was shown', {}, T0, both],
    [
      'shown as many as one can take in',
      { recommendations: many(SHOWN_PER_DAY_MAX, { exposedAt: T0 }) },
      T0 + DAY_MS - 1,
      [],
    ],
    [
      'a day after as many',
      { recommendations: many(SHOWN_PER_DAY_MAX, { exposedAt: T0 }) },
      T0 + DAY_MS,
      both,
    ],
    [
      'shown one less',
      { recommendations: many(SHOWN_PER_DAY_MAX - 1, { exposedAt: T0 }) },
      T0,
      both,
    ],
    [
      'decided for often, though nobody saw it',
      { recommendations: many(DECIDED_PER_DAY_MAX, {}) },
      T0 + DAY_MS - 1,
      [],
    ],
    ['a day after that', { recommendations: many(DECIDED_PER_DAY_MAX, {}) }, T0 + DAY_MS, both],
    [
      'who has just clicked',
      { recommendations: many(1, { clickedAt: T0 }) },
      T0 + QUIET_MS - 1,
      [],
    ],
    [
      'a moment after a click',
      { recommendations: many(1, { clickedAt: T0 }) },
      T0 + QUIET_MS,
      both,
    ],
    [
      'who has just waved one away',
      { recommendations: many(1, { dismissedAt: T0 }) },
      T0 + QUIET_MS - 1,
      [],
    ],
    ['a moment after that', { recommendations: many(1, { dismissedAt: T0 }) }, T0 + QUIET_MS, both],
    [
      'who has just waved a hint of the page away',
      { dismissed: { come_back: T0 } },
      T0 + QUIET_MS - 1,
      [],
    ],
    ['a moment after that hint', { dismissed: { come_back: T0 } }, T0 + QUIET_MS, both],
    [
      'with what they clicked within the hour',
      { recommendations: [recommendation({ clickedAt: T0 })] },
      T0 + AGAIN_AFTER_CLICK_MS - 1,
      ['create_task'],
    ],
    [
      'an hour after a click',
      { recommendations: [recommendation({ clickedAt: T0 })] },
      T0 + AGAIN_AFTER_CLICK_MS,
      both,
    ],
    [
      'with what they waved away',
      { recommendations: [recommendation({ dismissedAt: T0 })] },
      T0 + SNOOZE_MS - 1,
      ['create_task'],
    ],
    [
      'some days after waving it away',
      { recommendations: [recommendation({ dismissedAt: T0 })] },
      T0 + SNOOZE_MS,
      both,
    ],
    [
      'with the hint they waved away',
      { dismissed: { create_project: T0 } },
      T0 + SNOOZE_MS - 1,
      ['create_task'],
    ],
    ['some days after the hint', { dismissed: { create_project: T0 } }, T0 + SNOOZE_MS, both],
    [
      'with what they saw often and did not do',
      { recommendations: many(SHOWN_PER_ACTION_MAX, { action: base.id, exposedAt: T0 }) },
      T0 + ACTION_WINDOW_MS - 1,
      ['create_task'],
    ],
    [
      'a week after that',
      { recommendations: many(SHOWN_PER_ACTION_MAX, { action: base.id, exposedAt: T0 }) },
      T0 + ACTION_WINDOW_MS,
      both,
    ],
    [
      'with what they saw less often',
      { recommendations: many(SHOWN_PER_ACTION_MAX - 1, { action: base.id, exposedAt: T0 }) },
      T0 + 1,
      both,
    ],
  ])('A6: %s', (_, past, now, expected) => {
    expect(allowed(past, now)).toEqual(expected)
  })

  test.each([
    [T0 + MODAL_GAP_MS - 1, 'sidebar_hint'],
    [T0 + MODAL_GAP_MS, 'modal'],
  ] as const)('A6: a modal stops people once in a while: at %i, %s', (now, component) => {
    const past = { ...NOBODY, recommendations: [recommendation({ exposedAt: T0 })] }
    expect(componentNow('modal', past, now)).toBe(component)
    expect(componentNow('tooltip', past, now)).toBe('tooltip')
    expect(componentNow('modal', { ...NOBODY, recommendations: [recommendation()] }, now)).toBe(
      'modal',
    )
  })

  test('A6: what helps with an error may be said at once, whatever somebody has just answered', () => {
    const past = { ...NOBODY, recommendations: many(1, { clickedAt: T0 }) }
    expect(ids(withinCaps([base, actionOf('fix_payment')], past, T0 + 1))).toEqual(['fix_payment'])
  })

  test('A6: what a limit looks back at is remembered', () => {
    const at = (decidedAt: number, exposedAt: number | null, now: number) =>
      isRemembered({ decidedAt, exposedAt }, now)
    expect(at(T0, null, T0 + DAY_MS - 1)).toBe(true)
    expect(at(T0, null, T0 + DAY_MS)).toBe(false)
    expect(at(T0, T0 + 1, T0 + ACTION_WINDOW_MS)).toBe(true)
    expect(at(T0, T0 + 1, T0 + ACTION_WINDOW_MS + 1)).toBe(false)
  })
})

describe('A3: what was recommended stands', () => {
  const NOTHING: Readonly<Record<string, number>> = {}
  const stands = (
    change: Partial<Recommendation>,
    { now = T0, state = newcomer, dismissed = NOTHING } = {},
  ) => {
    const recommendations = [recommendation(), recommendation(change)]
    return standing({ state, past: { recommendations, dismissed } }, catalogue, now) !== null
  }

  test.each<[string, boolean, Parameters<typeof stands>]>([
    ['until it is answered', true, [{}]],
    ['also once it was seen', true, [{ exposedAt: T0 }]],
    ['not once it was clicked', false, [{ clickedAt: T0 }]],
    ['not once it was waved away', false, [{ dismissedAt: T0 }]],
    ['not once its hint was waved away', false, [{}, { dismissed: { create_project: T0 } }]],
    ['whatever other hint was waved away', true, [{}, { dismissed: { create_task: T0 } }]],
    ['not once it was done', false, [{ convertedAt: T0 }]],
    ['for a day', true, [{}, { now: T0 + STANDS_FOR_MS - 1 }]],
    ['not for longer', false, [{}, { now: T0 + STANDS_FOR_MS }]],
    [
      'not when it makes no sense any more',
      false,
      [{}, { state: standingLike({ completed_actions: ['create_project'] }) }],
    ],
    ['not when the catalogue is another', false, [{ catalogueVersion: 'before' }]],
    ['not when the action is gone', false, [{ action: 'gone' }]],
  ])('A3: %s', (_, expected, given) => {
    expect(stands(...given)).toBe(expected)
  })

  test('A3: nothing stands for somebody new', () => {
    expect(standing({ state: newcomer, past: NOBODY }, catalogue, T0)).toBeNull()
  })

  test('A6: what another catalogue said is not shown', () => {
    expect(viewOf(recommendation({ catalogueVersion: 'before' }), catalogue)).toBeNull()
    expect(viewOf(recommendation({ action: 'gone' }), catalogue)).toBeNull()
    expect(viewOf(recommendation(), catalogue)?.action).toEqual({
      id: 'create_project',
      title: base.title,
      path: base.path,
    })
  })
})

const moment = fc.option(fc.integer({ min: -8 * DAY_MS, max: HOUR_MS }).map((ms) => T0 + ms))
const anyAction = fc.constantFrom(...ids(catalogue.actions))
const anyState: fc.Arbitrary<PersonState> = fc.record({
  days_since_signup: fc.nat(40),
  completed_actions: fc.subarray(ids(catalogue.actions)).map((done) => done.toSorted()),
  last_error: fc.constantFrom(null, 'card_declined', 'file_type', 'other'),
  subscription_tier: fc.constantFrom('free', 'pro'),
  proven: fc.boolean(),
})
const anyPast = fc.record({
  recommendations: fc.array(
    fc
      .record({
        action: anyAction,
        exposedAt: moment,
        clickedAt: moment,
        dismissedAt: moment,
        convertedAt: moment,
      })
      .map(recommendation),
    { maxLength: 20 },
  ),
  dismissed: fc.dictionary(anyAction, fc.constantFrom(T0 - SNOOZE_MS, T0 - 1), { maxKeys: 3 }),
})
const anySituation = fc.record({
  state: anyState,
  past: fc.oneof(fc.constant(NOBODY), anyPast),
  assignment: fc.constantFrom(...Group.options).map((group) => ({ experiment: 'test', group })),
  page: fc.constantFrom(null, '/nowhere', ...catalogue.pages),
  isCertain: fc.boolean(),
})
/** Whatever a model may say, asked or not. */
const anyAnswer = fc.option(
  fc
    .array(
      fc.record({
        action: fc.oneof(anyAction, fc.constantFrom('rob_a_bank', '__proto__')),
        ui_component: fc.constantFrom('tooltip', 'modal', 'sidebar_hint', 'email_trigger'),
        confidence: fc.constantFrom(0, 0.5, 1, 7, Number.NaN),
        wording: fc.record({
          aggressive: fc.constantFrom('Do it now.', '<b>Now</b>', ''),
          moderate: fc.constantFrom('Do it.', 'Go to evil.com', '\u202e'),
          passive: fc.constantFrom('Do it some day.', 'Write me@evil'),
        }),
      }),
      { maxLength: 4 },
    )
    .map((choices) => ({ answer: { promptVersion: 'test/1', choices }, source: 'model' as const })),
)

describe('A6: whatever a person has done and a model says', () => {
  const means = (random: number) => ({ ...contextAt(T0), random: () => random })

  test('A6, B11: only what is legal, within the limits and in plain words is decided', () => {
    let decided = 0
    fc.assert(
      fc.property(
        anySituation,
        anyAnswer,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (situation, answered, random) => {
          const next = decideNext(situation, { answered, tones: [] }, means(random))
          const legal = withinCaps(candidatesFor(catalogue, situation.state), situation.past, T0)
          expect(next === null).toBe(situation.assignment.group === 'holdout' || legal.length === 0)
          if (next === null) return
          decided += 1
          expect(ids(legal)).toContain(next.action)
          expect(next.candidates).toEqual(ids(legal))
          expect(plainText(next.text)).toEqual({ ok: true, value: next.text })
          expect(next.validationHash).toMatch(/^[0-9a-f]{12}$/)
          for (const propensity of [next.tonePropensity, next.actionPropensity]) {
            expect(propensity).toBeGreaterThan(0)
            expect(propensity).toBeLessThanOrEqual(1)
          }
        },
      ),
      { numRuns: 2_000 },
    )
    expect(decided).toBeGreaterThan(300)
  })

  test('A12, A14: where nothing is left to chance, it is always said moderately', () => {
    fc.assert(
      fc.property(anySituation, fc.double({ min: 0, max: 0.999, noNaN: true }), (one, random) => {
        const certain = { ...one, isCertain: true }
        const next = decideNext(certain, { answered: null, tones: [] }, means(random))
        const again = decideNext(certain, { answered: null, tones: [] }, means(0.5))
        const { action, tone } = next ?? {}
        expect({ action, tone }).toEqual({ action: again?.action, tone: again?.tone })
        expect(next ?? SURE).toMatchObject(SURE)
      }),
    )
  })

  const SURE = { tone: 'moderate', tonePropensity: 1, actionPropensity: 1 }

  test('A14: the holdout is shown nothing', () => {
    const assignment = { experiment: 'test', group: 'holdout' as const }
    const situation = { state: newcomer, past: NOBODY, assignment, page: null, isCertain: false }
    const knowledge = { answered: null, tones: [] }
    expect(decideNext(situation, knowledge, means(0.5))).toBeNull()
    const shown = { ...situation, assignment: { ...assignment, group: 'policy' as const } }
    expect(decideNext(shown, knowledge, means(0.5))).not.toBeNull()
  })

  test('B6: a share of decisions takes any candidate, and says how likely that was', () => {
    const situation = {
      state: newcomer,
      past: NOBODY,
      assignment: { experiment: 'test', group: 'policy' as const },
      page: null,
      isCertain: false,
    }
    const drawn = Array.from({ length: 1_000 }, (_, n) =>
      decideNext(situation, { answered: null, tones: [] }, means(n / 1_000)),
    )
    const taken = new Set(drawn.map((one) => one?.action))
    expect(taken).toEqual(new Set(ids(candidatesFor(catalogue, newcomer))))
    const rare = drawn.filter((one) => one?.action !== 'create_project')
    expect(new Set(rare.map((one) => one?.actionPropensity))).toEqual(
      new Set([0.05 / candidatesFor(catalogue, newcomer).length]),
    )
  })
})

describe('F44: what became of it', () => {
  const moments = ({ exposedAt, clickedAt, dismissedAt, convertedAt }: Recommendation) => [
    exposedAt,
    clickedAt,
    dismissedAt,
    convertedAt,
  ]

  test.each<[FeedbackKind, (number | null)[]]>([
    ['impression', [T0 + 1, null, null, null]],
    ['click', [T0 + 1, T0 + 1, null, null]],
    ['dismiss', [T0 + 1, null, T0 + 1, null]],
    ['conversion', [T0 + 1, null, null, T0 + 1]],
  ])('F44: %s counts once, and whoever answers has seen it', (kind, expected) => {
    const once = withFeedback(recommendation(), kind, T0 + 1)
    expect(moments(once)).toEqual(expected)
    expect(withFeedback(once, kind, T0 + 2)).toBe(once)
  })

  test('F44: what was told first stays, in whatever order the rest comes', () => {
    const kinds = FeedbackKind.options
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds)), (told) => {
        const end = told.reduce((one, kind, n) => withFeedback(one, kind, T0 + n), recommendation())
        const first = (kind: FeedbackKind) => (told.includes(kind) ? T0 + told.indexOf(kind) : null)
        expect(moments(end)).toEqual([
          told.length === 0 ? null : T0,
          first('click'),
          first('dismiss'),
          first('conversion'),
        ])
      }),
    )
  })
})
