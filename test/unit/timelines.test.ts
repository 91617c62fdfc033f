import { describe, expect, test } from 'vitest'
import { Entry } from '../../src/core/onboarding/entries.ts'
import { evolve } from '../../src/core/onboarding/evolve.ts'
import { EMPTY_SUBJECT, type SubjectState } from '../../src/core/onboarding/state.ts'
import { TestSubject } from '../support/shared/test-subject.ts'
import erased from '../support/timelines/erased.json' with { type: 'json' }
import first from '../support/timelines/first.json' with { type: 'json' }
import proven from '../support/timelines/proven.json' with { type: 'json' }
import wallet from '../support/timelines/wallet.json' with { type: 'json' }

// Timelines as earlier releases wrote them, never to be edited: an object that slept through a deploy
// wakes up with one of these. A new kind of entry gets a new file.

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

const fold = (entries: readonly unknown[]): SubjectState =>
  entries.map((entry) => Entry.parse(entry)).reduce(evolve, EMPTY_SUBJECT)

const statusesIn = (state: SubjectState) =>
  [...state.sessions.values()].map(({ run, views }) => [run, views.at(-1)?.status, views.length])

const failed = { status: 'failed', error: { code: expect.any(String) as string } }

describe('F45: a timeline of an earlier release', () => {
  test('F45: folds: of the first kinds of entries', () => {
    const state = fold(first)
    expect(statusesIn(state)).toEqual([
      [1, 'merged', 5],
      [2, 'failed', 3],
      [3, 'failed', 2],
      [4, 'pending', 1],
    ])
    expect([...state.sessions.values()][1]?.views.at(-1)).toMatchObject({
      ...failed,
      steps: [{ name: 'identity', status: 'failed' }, {}, {}],
    })
    expect(state).toMatchObject({
      account: { userId: id(1), identity: 'ada@example.com', planId: 'pro' },
      authEpoch: 0,
      lastRun: 4,
      lastFence: 4,
      lease: null,
      mail: { id: id(12), status: 'due' },
      proof: null,
    })
    expect(Object.fromEntries(state.refs)).toEqual({
      identity: `auth0|${id(1)}`,
      billing: 'cus_fixture',
      account: id(1),
    })
    expect(state.calls.get('billing')).toMatchObject({
      renewals: 1,
      body: { email: 'ada@example.com', metadata: { foyer_user_id: id(1) } },
    })
  })

  test('F45: folds: of somebody who was invited back, and proved the address', () => {
    const state = fold(proven)
    expect(statusesIn(state)).toEqual([
      [2, 'merged', 8],
      [3, 'merged', 5],
    ])
    expect(state).toMatchObject({
      authEpoch: 1,
      invitation: { status: 'sent' },
      proof: { mail: state.invitation?.id },
    })
    expect(state.members.size).toBe(0)
  })

  test('F45: folds: of somebody who was erased, and came again', () => {
    const state = fold(erased)
    expect(statusesIn(state)).toEqual([[2, 'pending', 1]])
    expect(state).toMatchObject({
      account: { userId: id(7) },
      lastRun: 2,
      lastFence: 5,
      unsubscribed: true,
      proof: null,
    })
    expect(state.refs.size).toBe(0)
  })

  test('F45: folds: of a wallet that signed in twice', () => {
    const state = fold(wallet)
    expect(statusesIn(state)).toEqual([[1, 'merged', 4]])
    expect(state).toMatchObject({
      account: { userId: id(1), kind: 'wallet', provenAt: wallet[0]?.at },
      authEpoch: 2,
      proof: { mail: '', specId: null, member: id(5) },
      recentOpens: [{ client: 'self' }, { client: 'self' }],
    })
    expect(state.spentNonces.map(({ nonce }) => nonce)).toEqual(['a'.repeat(64), 'b'.repeat(64)])
    expect([...state.members.keys()]).toEqual([id(2), id(5)])
  })

  test.each([
    ['first', first],
    ['proven', proven],
    ['erased', erased],
    ['wallet', wallet],
  ])('F45: goes on from there: %s', (_name, entries) => {
    const subject = new TestSubject()
    subject.state = fold(entries)
    subject.now = Math.max(...entries.map(({ at }) => at)) + 60_000
    const specId = subject.opened({ client: 'today' })
    subject.hydrate()
    expect(subject.status(specId)).toBe('merged')
  })

  test('F45: fields of a later release do not keep an entry from being read', () => {
    const later = first.map((entry) => ({ ...entry, later: { release: true } }))
    expect(fold(later)).toEqual(fold(first))
  })
})
