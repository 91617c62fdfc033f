import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import type { ChecklistView } from '../../src/contract/recommendation.ts'
import { checklist } from '../../src/core/behaviour/behave.ts'
import { EMPTY_JOURNEY } from '../../src/core/behaviour/journey.ts'
import { newPerson, withJourney } from '../../src/core/behaviour/person-record.ts'
import type { PersonState } from '../../src/core/behaviour/person-state.ts'
import { defineCatalogue } from '../../src/core/recommendation/catalogue.ts'
import { checklistOf } from '../../src/core/recommendation/checklist.ts'
import { T0, actionOf, contextAt, member, visitor } from '../support/shared/journeys.ts'

const POLICY = { experiment: 'test', group: 'policy' as const }

const stateOf = (change: Partial<PersonState> = {}): PersonState => ({
  days_since_signup: 0,
  completed_actions: [],
  last_error: null,
  subscription_tier: 'pro',
  proven: true,
  ...change,
})

/** `+` was done, `-` can be. */
const marks = (view: ChecklistView | null) =>
  view?.items.map(({ id, done }) => `${done ? '+' : '-'}${id}`)

/** Many actions of one kind, the first of which the rules like best. */
const many = (count: number) =>
  defineCatalogue({
    pages: ['/claim', '/projects/new'],
    activation: 'a_0',
    actions: Array.from({ length: count }, (_, at) => {
      const { pages: _pages, ...action } = actionOf('create_project')
      return { ...action, id: `a_${at}`, when: {}, priority: 100 - at }
    }),
  })

describe('A6: the checklist', () => {
  test('A6: of a session is what it can do before anybody proves the address', () => {
    const view = checklist(null, visitor(), contextAt(T0))
    expect(view).toEqual({
      items: [
        {
          id: 'verify_email',
          title: 'Enter the code from your inbox',
          path: '/claim',
          done: false,
        },
        {
          id: 'choose_workspace_name',
          title: 'Name your workspace',
          path: '/profile',
          done: false,
        },
      ],
    })
  })

  test('A6: begins with what was done, in the order in which it was, the proof at its place', () => {
    const journey = {
      ...EMPTY_JOURNEY,
      completed: { create_project: T0 + 3, choose_workspace_name: T0 + 1 },
    }
    const record = withJourney(newPerson(member().person, POLICY), journey)
    const view = checklist(record, member({ provenAt: T0 + 2 }), contextAt(T0 + 4))
    expect(marks(view)).toEqual([
      '+choose_workspace_name',
      '+verify_email',
      '+create_project',
      '-create_task',
      '-invite_teammate',
      '-import_tasks',
    ])
  })

  test('A6: does not ask a wallet for a code out of a mail, nor says that it was typed', () => {
    const view = checklist(null, member({ kind: 'wallet', provenAt: T0 }), contextAt(T0))
    expect(marks(view)).toEqual(['-create_project', '-choose_workspace_name'])
  })

  test('A6: says first what helps with an error', () => {
    const view = checklistOf(catalogue, stateOf({ last_error: 'card_declined' }), {})
    expect(marks(view)?.[0]).toBe('-fix_payment')
  })

  test('A6: leaves out mails that bring somebody back, done or not', () => {
    const week = stateOf({ days_since_signup: 7 })
    expect(marks(checklistOf(catalogue, week, {}))).not.toContain('-come_back')
    const back = { ...week, completed_actions: ['come_back'] }
    expect(marks(checklistOf(catalogue, back, { come_back: T0 }))).not.toContain('+come_back')
  })

  test('A6: knows nothing of actions that the catalogue has no more', () => {
    const state = stateOf({ completed_actions: ['of_before'] })
    expect(marks(checklistOf(catalogue, state, { of_before: T0 }))).not.toContain('+of_before')
  })

  test('A14: is nothing for the holdout, also where nothing is known of them yet', () => {
    expect(checklist(null, member(), contextAt(T0, 'holdout'))).toBeNull()
    const drawn = newPerson(member().person, { experiment: 'test', group: 'holdout' })
    expect(checklist(drawn, member(), contextAt(T0))).toBeNull()
  })
})

describe('A6: a list that people read', () => {
  test.each([
    [0, ['-a_0', '-a_1', '-a_2', '-a_3', '-a_4']],
    [2, ['+a_0', '+a_1', '-a_2', '-a_3', '-a_4', '-a_5', '-a_6']],
    // The oldest give way.
    [6, ['+a_3', '+a_4', '+a_5', '-a_6', '-a_7', '-a_8', '-a_9', '-a_10']],
    [28, ['+a_22', '+a_23', '+a_24', '+a_25', '+a_26', '+a_27', '-a_28', '-a_29']],
    [30, ['+a_22', '+a_23', '+a_24', '+a_25', '+a_26', '+a_27', '+a_28', '+a_29']],
  ])('A6: of thirty, %i done', (count, expected) => {
    const done = Array.from({ length: count }, (_, at) => [`a_${at}`, T0 + at] as const)
    const state = stateOf({ completed_actions: done.map(([id]) => id) })
    expect(marks(checklistOf(many(30), state, Object.fromEntries(done)))).toEqual(expected)
  })

  test('A6: has eight items at most, each once, the done ones before the others', () => {
    const ids = catalogue.actions.map(({ id }) => id)
    fc.assert(
      fc.property(
        fc.subarray(ids),
        fc.boolean(),
        fc.nat(30),
        fc.option(fc.constantFrom('card_declined', 'file_type')),
        (completed_actions, proven, days_since_signup, last_error) => {
          const state = stateOf({ completed_actions, proven, days_since_signup, last_error })
          const { items } = checklistOf(catalogue, state, {})
          expect(items.length).toBeLessThanOrEqual(8)
          expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
          expect(items.map(({ done }) => done)).toEqual(
            items.map(({ done }) => done).toSorted((a, b) => Number(b) - Number(a)),
          )
          for (const { id, done } of items) expect(completed_actions.includes(id)).toBe(done)
        },
      ),
    )
  })
})
