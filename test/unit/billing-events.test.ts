import { describe, expect, test } from 'vitest'
import { lookAgainAt, retryAt } from '../../src/core/billing/again.ts'
import { type BillingSubscription, billingOf } from '../../src/core/billing/customer.ts'
import { decideEvents, ignoredAtSight } from '../../src/core/billing/verdict.ts'

const NOW = Date.UTC(2026, 10, 21)
const DAY_MS = 86_400_000

const event = (change = {}) => ({
  id: 'evt_1',
  type: 'customer.subscription.updated',
  customerId: 'cus_1',
  createdAt: NOW,
  ...change,
})

const known = (change = {}) => ({
  account: null,
  knownForeign: false,
  receivedAt: NOW,
  ...change,
})

const subscription = (change: Partial<BillingSubscription> = {}): BillingSubscription => ({
  status: 'active',
  plan: 'pro',
  created: 1,
  ...change,
})

const living = (change = {}) => ({
  kind: 'living' as const,
  ours: true,
  subscriptions: [subscription()],
  ...change,
})

const gone = { kind: 'deleted' as const }
const account = { version: 3 }

describe('at sight', () => {
  test.each([
    ['customer.subscription.created'],
    ['customer.subscription.updated'],
    ['customer.subscription.deleted'],
    ['customer.subscription.paused'],
    ['customer.subscription.resumed'],
    ['customer.deleted'],
  ])('%s is looked into', (type) => {
    expect(ignoredAtSight(event({ type }))).toBeNull()
  })

  test.each([['customer.created'], ['invoice.paid'], ['toString'], ['']])(
    '%s changes nothing',
    (type) => {
      expect(ignoredAtSight(event({ type }))).toBe('unrelated')
    },
  )

  test('an event about nobody changes nothing', () => {
    expect(ignoredAtSight(event({ customerId: null }))).toBe('unrelated')
  })
})

describe('what becomes of a customer’s events', () => {
  test.each([
    ['nothing is known', known(), null, { kind: 'ask' }],
    ['there is an account', known({ account }), null, { kind: 'ask' }],
    ['S11: no account yet', known(), living(), { kind: 'wait' }],
    [
      'G: its account is there',
      known({ account }),
      living(),
      { kind: 'apply', version: 3, billing: { status: 'active', plan: 'pro' } },
    ],
    [
      'the account’s customer was deleted',
      known({ account }),
      gone,
      { kind: 'apply', version: 3, billing: { status: 'deleted', plan: null } },
    ],
    ['an erased account’s', known(), gone, { kind: 'ignore', as: 'gone' }],
    ['X27: not ours', known(), living({ ours: false }), { kind: 'ignore', as: 'foreign' }],
    [
      'X27: known not to be ours, without asking again',
      known({ knownForeign: true }),
      null,
      { kind: 'ignore', as: 'foreign' },
    ],
    [
      'an account has it, whatever was once said of it',
      known({ account, knownForeign: true }),
      living({ ours: false }),
      { kind: 'apply', version: 3, billing: { status: 'active', plan: 'pro' } },
    ],
    [
      'nobody claimed it in time',
      known({ receivedAt: NOW - 35 * DAY_MS }),
      living(),
      { kind: 'ignore', as: 'unclaimed' },
    ],
    [
      'there is still time',
      known({ receivedAt: NOW - 35 * DAY_MS + 1 }),
      living(),
      { kind: 'wait' },
    ],
  ])('%s', (_name, facts, customer, verdict) => {
    expect(decideEvents(facts, customer, NOW)).toEqual(verdict)
  })
})

describe('which subscription counts', () => {
  test.each([
    ['none', [], { status: 'none', plan: null }],
    [
      'the better one',
      [subscription({ status: 'past_due', plan: 'old', created: 9 }), subscription()],
      { status: 'active', plan: 'pro' },
    ],
    [
      'of equals the newer one',
      [subscription({ plan: 'old' }), subscription({ created: 2 })],
      { status: 'active', plan: 'pro' },
    ],
    [
      'a word that we do not know comes last',
      [subscription({ status: 'dreaming', created: 9 }), subscription({ status: 'incomplete' })],
      { status: 'incomplete', plan: 'pro' },
    ],
    [
      'and is still told when it is the only one',
      [subscription({ status: 'dreaming' })],
      { status: 'dreaming', plan: 'pro' },
    ],
  ])('%s', (_name, subscriptions, billing) => {
    expect(billingOf(living({ subscriptions }))).toEqual(billing)
    expect(billingOf(living({ subscriptions: subscriptions.toReversed() }))).toEqual(billing)
  })
})

describe('when to look again', () => {
  test('after a failure in half a minute, then less and less often, at least hourly', () => {
    const waits = [1, 2, 3, 8, 1_000].map((looks) => retryAt(looks, 0, NOW) - NOW)
    expect(waits).toEqual([30_000, 60_000, 120_000, 3_600_000, 3_600_000])
  })

  test('not before Stripe allows', () => {
    expect(retryAt(1, 90_000, NOW)).toBe(NOW + 90_000)
  })

  test('for an account that is not there in five minutes, in the end daily', () => {
    const waits = [1, 2, 1_000].map((looks) => lookAgainAt(looks, NOW) - NOW)
    expect(waits).toEqual([300_000, 600_000, DAY_MS])
  })
})
