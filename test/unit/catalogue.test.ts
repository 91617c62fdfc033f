import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { TONES } from '../../src/contract/recommendation.ts'
import type { BehaviourEvent } from '../../src/contract/behaviour.ts'
import { EMPTY_JOURNEY, foldEvents } from '../../src/core/behaviour/journey.ts'
import { personState } from '../../src/core/behaviour/person-state.ts'
import { candidatesFor } from '../../src/core/recommendation/candidates.ts'
import {
  type Action,
  type CatalogueFields,
  type EventPattern,
  completedBy,
  defineCatalogue,
} from '../../src/core/recommendation/catalogue.ts'
import { pageOf } from '../../src/core/recommendation/pages.ts'
import { wordingOf } from '../../src/core/recommendation/tones.ts'
import { validate } from '../../src/core/recommendation/validate.ts'
import { DAY_MS, T0, actionOf, event, member, visitor } from '../support/shared/journeys.ts'

const matching = ({ type, target, path }: EventPattern): BehaviourEvent =>
  event({
    type,
    ...(target === undefined ? {} : { target }),
    ...(path === undefined ? {} : { path }),
  })

/** What somebody does who does an action, and everything before it. */
function wayTo({ when, completedBy: ways }: Action): readonly BehaviourEvent[] {
  const before = (when.after ?? []).flatMap((id) => wayTo(actionOf(id)))
  const done = ways.flatMap((by) => (by === 'proof' ? [] : [matching(by)])).slice(0, 1)
  return [...before, ...done]
}

describe('the catalogue that is shipped', () => {
  const each = catalogue.actions.map((action) => [action.id, action] as const)

  test.each(each)('A6: %s reads well in every tone', (_, action) => {
    for (const tone of TONES) {
      const text = wordingOf(action, tone)
      const shown = { actionId: action.id, component: action.component, text, confidence: 1 }
      // Passing unchanged: the catalogue itself holds nothing that would have to go.
      expect(validate(shown, [action], 'test')).toMatchObject({ ok: true, value: { text } })
    }
  })

  test.each(each)('B11: somebody can come to be recommended %s', (_, action) => {
    const { after = [], errors = [], minDays = 0, plans, proven } = action.when
    const before = after.flatMap((id) => wayTo(actionOf(id)))
    const [error] = errors
    const failed = error === undefined ? [] : [event({ error, at: T0 + 1 })]
    const journey = foldEvents(EMPTY_JOURNEY, [...before, ...failed], catalogue)
    const who = proven === false ? visitor : member
    const facts = who(plans?.[0] === undefined ? {} : { plan: plans[0] })
    const state = personState(facts, journey, catalogue, T0 + minDays * DAY_MS)
    expect(candidatesFor(catalogue, state)).toContain(action)
  })

  test.each(each)('A3: whoever does %s has done it, and is recommended it no more', (_, action) => {
    const journey = foldEvents(EMPTY_JOURNEY, wayTo(action), catalogue)
    const late = T0 + 365 * DAY_MS
    const state = personState(member({ plan: 'free' }), journey, catalogue, late)
    expect(state.completed_actions).toContain(action.id)
    expect(candidatesFor(catalogue, state)).not.toContain(action)
  })

  test('B11: a newcomer is asked for nothing that only a member can do', () => {
    const state = personState(visitor(), EMPTY_JOURNEY, catalogue, T0)
    const offered = candidatesFor(catalogue, state).map(({ id }) => id)
    expect(offered).toEqual(['verify_email', 'choose_workspace_name'])
  })

  test('ids are unique, and what it counts as activation is one of them', () => {
    const ids = catalogue.actions.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain(catalogue.activation)
  })

  test('X52: it leads nowhere but to pages of its own', () => {
    for (const { path } of catalogue.actions) expect(catalogue.pages).toContain(path)
  })

  test('an event that failed has done nothing', () => {
    const done = { type: 'form_submit', target: 'project' } as const
    expect(completedBy(catalogue, event(done))).toEqual(['create_project'])
    expect(completedBy(catalogue, event({ ...done, error: 'name_taken' }))).toEqual([])
    expect(completedBy(catalogue, event({ ...done, type: 'button_click' }))).toEqual([])
    expect(completedBy(catalogue, event({ ...done, target: 'projects' }))).toEqual([])
  })
})

type Fields = CatalogueFields & { readonly actions: readonly CatalogueFields['actions'][number][] }

const start = {
  id: 'start',
  title: 'Start here',
  benefit: 'It is a beginning.',
  path: '/start',
  component: 'tooltip',
  completedBy: [{ type: 'page_view', path: '/start' }],
  when: {},
  priority: 50,
} as const
const go = { ...start, id: 'go', when: { after: ['start'] } } as const
const good = { pages: ['/', '/start', '/items/:id'], activation: 'go', actions: [start, go] }

const define = (fields: unknown) => defineCatalogue(fields as Fields)
const withStart = (change: object) => ({ ...good, actions: [{ ...start, ...change }, go] })

describe('a catalogue', () => {
  test('that contradicts itself in nothing is taken', () => {
    expect(define(good)).toMatchObject(good)
  })

  test.each([
    ['two actions of one id', { ...good, actions: [start, go, start] }],
    ['two pages that are one', { ...good, pages: [...good.pages, '/'] }],
    ['no pages', { ...good, pages: [] }],
    ['no actions', { ...good, actions: [] }],
    ['an activation that is no action', { ...good, activation: 'other' }],
    ['a field that nobody knows', { ...good, colour: 'red' }],
    ['an action after one that is not there', withStart({ when: { after: ['other'] } })],
    ['an action after itself', withStart({ when: { after: ['start'] } })],
    ['two that wait for each other', withStart({ when: { after: ['go'] } })],
    ['days that end before they begin', withStart({ when: { minDays: 3, maxDays: 2 } })],
    [
      'a proof for those who gave it',
      withStart({ completedBy: ['proof'], when: { proven: true } }),
    ],
    ['a condition that nobody knows', withStart({ when: { plan: 'pro' } })],
    ['a target that is no page', withStart({ path: '/other' })],
    ['a target with an open part', withStart({ path: '/items/:id' })],
    ['a target elsewhere', withStart({ path: 'https://evil.example/' })],
    ['a target of another host', withStart({ path: '//evil.example' })],
    ['a target that runs', withStart({ path: 'javascript:alert(1)' })],
    ['a preferred page that is none', withStart({ pages: ['/other'] })],
    [
      'a pattern on a page that is none',
      withStart({ completedBy: [{ type: 'page_view', path: '/x' }] }),
    ],
    ['a pattern that fits everything', withStart({ completedBy: [{ type: 'page_view' }] })],
    ['nothing that shows it done', withStart({ completedBy: [] })],
    ['a component that shows nothing', withStart({ component: 'none' })],
    ['an id in capitals', withStart({ id: 'Start' })],
    [
      'an id that every object has',
      {
        ...withStart({ id: 'constructor' }),
        activation: 'constructor',
        actions: [{ ...start, id: 'constructor' }],
      },
    ],
    ['no title', withStart({ title: '' })],
    ['a title that is a paragraph', withStart({ title: 'a'.repeat(61) })],
    ['a priority of none', withStart({ priority: 0 })],
    ['a priority above all', withStart({ priority: 101 })],
    ['a page that leads up', { ...good, pages: [...good.pages, '/items/..'] }],
    ['a page too long for an event', { ...good, pages: [...good.pages, `/${'a'.repeat(128)}`] }],
    ['a page with a query', { ...good, pages: [...good.pages, '/items?all'] }],
  ])('with %s is refused', (_, fields) => {
    expect(() => define(fields)).toThrow()
  })

  test.each([
    ['a title', withStart({ title: 'Start now' })],
    ['a benefit', withStart({ benefit: 'It is a start.' })],
    ['a priority', withStart({ priority: 51 })],
    ['a condition', withStart({ when: { proven: true } })],
    ['a page', { ...good, pages: [...good.pages, '/help'] }],
    ['the activation', { ...good, activation: 'start' }],
    ['the order of actions', { ...good, actions: [go, start] }],
  ])('has another version with another %s', (_, fields) => {
    expect(define(fields).version).not.toBe(define(good).version)
  })

  test('has the same version as long as it says the same', () => {
    const { activation, actions, pages } = structuredClone(good)
    expect(define({ actions, pages, activation }).version).toBe(define(good).version)
  })
})

describe('A3: what of a path is kept', () => {
  const pages = ['/', '/items/:id', '/items/new', '/items/:id/edit', '/search', '/:team/:board']

  test.each([
    ['/', '/'],
    ['/search', '/search'],
    ['/search/', '/search'],
    ['/search?q=ada@example.com', '/search'],
    ['/search#token', '/search'],
    ['/?a=/search', '/'],
    ['/items/42', '/items/:id'],
    ['/items/new', '/items/new'],
    ['/items/42/edit', '/items/:id/edit'],
    ['/items/ada@example.com', '/items/:id'],
    ['/items/a%2Fb', '/items/:id'],
    ['/ada/plans', '/:team/:board'],
    ['/items/', undefined],
    ['//search', undefined],
    ['/search//', undefined],
    ['/Search', undefined],
    ['/items/42/edit/more', undefined],
    ['/items/..', undefined],
    ['/items/.', undefined],
    ['/items/%2e%2E', undefined],
    ['/%2e./search', undefined],
    ['/search/..', undefined],
    [String.raw`\search`, undefined],
    ['/__proto__', undefined],
    ['/unknown', undefined],
    ['search', undefined],
    ['', undefined],
    ['?q=1', undefined],
    ['https://evil.example/search', undefined],
    ['javascript:alert(1)', undefined],
    [`/items/${'a'.repeat(2_041)}`, '/items/:id'],
    [`/items/${'a'.repeat(2_042)}`, undefined],
    ['/'.repeat(1_000_000), undefined],
  ])('A3: %j is %j', (path, page) => {
    expect(pageOf(pages, path)).toBe(page)
  })

  test('A3: never more than a page of the catalogue, whatever the path', () => {
    const part = fc.oneof(
      fc.constantFrom('items', 'new', 'edit', 'search', '', '..', '%2e', ':id', '?', '#'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect([...pages, undefined]).toContain(pageOf(pages, `/${parts.join('/')}`))
      }),
      { numRuns: 2_000 },
    )
  })
})
