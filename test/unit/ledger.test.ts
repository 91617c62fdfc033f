import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fail, ok } from '../../src/contract/result.ts'
import { AcceptanceCounter } from '../../src/core/ledger/acceptances.ts'
import { adviceOn } from '../../src/core/ledger/advice.ts'
import {
  type LedgerFacts,
  balanceOf,
  closedHours,
  hourOf,
  sideBySide,
} from '../../src/core/ledger/balance.ts'
import { countThings, countingSteps } from '../../src/core/ledger/count-things.ts'
import type { HydrationStep } from '../../src/core/hydration/step.ts'
import { T0 } from '../support/shared/test-subject.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const EVEN: LedgerFacts = {
  overdueRuns: 0,
  overdueSpecIds: [],
  openFindings: 0,
  hours: [{ hour: T0, accepted: 7, indexed: 7 }],
  asked: 4,
  unanswered: 0,
}

const hours = (...counts: readonly (readonly [accepted: number, indexed: number])[]) =>
  counts.map(([accepted, indexed], at) => ({ hour: T0 + at * HOUR_MS, accepted, indexed }))

describe('B10: what is an imbalance', () => {
  const table: readonly (readonly [
    name: string,
    facts: Partial<LedgerFacts>,
    verdict: { imbalances: unknown; uncounted?: number },
  ])[] = [
    ['everything even', {}, { imbalances: [] }],
    [
      'runs that should be over',
      { overdueRuns: 3 },
      { imbalances: [{ kind: 'overdue_runs', count: 3 }] },
    ],
    [
      'accounts without a customer, or with two',
      { openFindings: 2 },
      { imbalances: [{ kind: 'account_findings', count: 2 }] },
    ],
    [
      'more accepted than indexed',
      { hours: hours([5, 3]) },
      { imbalances: [{ kind: 'missing_sessions', count: 2 }] },
    ],
    [
      'more indexed than accepted is said only',
      { hours: hours([3, 5]) },
      { imbalances: [], uncounted: 2 },
    ],
    [
      'one hour does not make up for another',
      { hours: hours([5, 3], [3, 5]) },
      { imbalances: [{ kind: 'missing_sessions', count: 2 }], uncounted: 2 },
    ],
    ['a provider that could not be asked', { unanswered: 4 }, { imbalances: [] }],
  ]

  test.each(table)('%s', (_name, facts, verdict) => {
    expect(balanceOf({ ...EVEN, ...facts })).toMatchObject({ uncounted: 0, ...verdict })
  })

  const anyHours = fc.array(
    fc.record({
      hour: fc.integer({ min: 0, max: 9 }),
      accepted: fc.nat(50),
      indexed: fc.nat(50),
    }),
    { maxLength: 10 },
  )

  test('it is balanced exactly when no hour lacks anybody, and nothing is late or odd', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(2), fc.nat(2), (counted, overdueRuns, openFindings) => {
        const { imbalances } = balanceOf({ ...EVEN, hours: counted, overdueRuns, openFindings })
        const whole = counted.every(({ accepted, indexed }) => accepted <= indexed)
        expect(imbalances.length === 0).toBe(whole && overdueRuns === 0 && openFindings === 0)
      }),
    )
  })

  test('what is missing and what is uncounted together are the difference of the sums', () => {
    fc.assert(
      fc.property(anyHours, (counted) => {
        const { imbalances, uncounted, unevenHours } = balanceOf({ ...EVEN, hours: counted })
        const missing = imbalances.find(({ kind }) => kind === 'missing_sessions')?.count ?? 0
        const sum = counted.reduce((all, { accepted, indexed }) => all + accepted - indexed, 0)
        expect(missing - uncounted).toBe(sum)
        expect(unevenHours.every(({ accepted, indexed }) => accepted !== indexed)).toBe(true)
      }),
    )
  })

  test('only hours that ended more than an hour ago are compared, for three days', () => {
    const at = T0 + 5 * HOUR_MS
    expect(closedHours(at + HOUR_MS - 1).until).toBe(T0 + 4 * HOUR_MS)
    expect(closedHours(at + HOUR_MS).until).toBe(at)
    expect(closedHours(at)).toEqual({
      from: T0 + 4 * HOUR_MS - 3 * DAY_MS,
      until: T0 + 4 * HOUR_MS,
    })
  })

  test('an hour that only one side knows counts as none on the other', () => {
    const [one, two] = [T0, T0 + HOUR_MS]
    expect(sideBySide(new Map([[two, 1]]), new Map([[one, 2]]))).toEqual([
      { hour: one, accepted: 0, indexed: 2 },
      { hour: two, accepted: 1, indexed: 0 },
    ])
  })
})

describe('B10: acceptances are counted until they are written', () => {
  let minted = 0
  const newId = () => `flush-${(minted += 1)}`

  test('only the first of a crowd has to flush, until somebody has', () => {
    const counter = new AcceptanceCounter()
    const asked = Array.from({ length: 5 }, () => counter.add(T0, T0))
    expect(asked).toEqual([true, false, false, false, false])
    counter.flushed()
    expect(counter.add(T0, T0)).toBe(true)
  })

  test('a flush that was cut off with its request is taken over', () => {
    const counter = new AcceptanceCounter()
    counter.add(T0, T0)
    expect(counter.add(T0, T0 + 29_999)).toBe(false)
    expect(counter.add(T0, T0 + 30_000)).toBe(true)
  })

  test('F24: rows whose reply was lost come again under their ids, and nothing is added to them', () => {
    const counter = new AcceptanceCounter()
    counter.add(T0, T0)
    const first = counter.seal(T0, newId)
    counter.add(T0, T0)
    expect(counter.seal(T0, newId)).toEqual(first)
    counter.kept(first)
    expect(counter.seal(T0, newId)).toMatchObject([{ hour: T0, count: 1 }])
  })

  test('a row that may be written already is given up after a day', () => {
    const counter = new AcceptanceCounter()
    counter.add(T0, T0)
    counter.seal(T0, newId)
    counter.add(T0 + DAY_MS, T0 + DAY_MS)
    expect(counter.seal(T0 + DAY_MS, newId)).toMatchObject([{ hour: T0 + DAY_MS, count: 1 }])
  })

  type Step = 'accept' | 'written' | 'reply lost' | 'not written'
  const anyStep = fc.constantFrom<Step>('accept', 'accept', 'written', 'reply lost', 'not written')

  test('whatever becomes of the flushes of a day, what is written is what was accepted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyStep, fc.nat(600_000)), { maxLength: 80 }), (steps) => {
        const counter = new AcceptanceCounter()
        const table = new Map<string, number>()
        let [now, accepted] = [T0, 0]
        const flush = (becomes: Step) => {
          const rows = counter.seal(now, newId)
          if (becomes !== 'not written') {
            for (const { flushId, count } of rows) {
              if (!table.has(flushId)) table.set(flushId, count)
            }
          }
          if (becomes === 'written') counter.kept(rows)
        }
        for (const [step, ms] of steps) {
          now += ms
          if (step === 'accept') {
            counter.add(now, now)
            accepted += 1
          } else flush(step)
        }
        flush('written')
        flush('written')
        expect([...table.values()].reduce((sum, count) => sum + count, 0)).toBe(accepted)
      }),
    )
  })

  test('an outage of a day leaves a number for each of its hours', () => {
    const counter = new AcceptanceCounter()
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      counter.add(T0 + minute * 60_000, T0 + minute * 60_000)
      counter.seal(T0 + minute * 60_000, newId)
    }
    counter.kept(counter.seal(T0 + DAY_MS - 1, newId))
    expect(counter.seal(T0 + DAY_MS - 1, newId)).toHaveLength(24)
  })

  test('hours are those of UTC', () => {
    expect(hourOf(Date.UTC(2026, 10, 21, 5, 59, 59, 999))).toBe(Date.UTC(2026, 10, 21, 5))
  })
})

describe('B10: the things of an account', () => {
  const account = (refs: readonly (readonly [string, string])[]) => ({
    facts: {
      userId: 'user',
      subjectKey: 'key',
      kind: 'email' as const,
      identity: 'ada@example.com',
      planId: 'pro',
      createdAt: T0,
    },
    refs: new Map(refs),
    fence: 1,
  })
  const step = (name: string, count?: HydrationStep['count']): HydrationStep => ({
    name,
    ensure: () => Promise.resolve(ok('ref')),
    ...(count && { count }),
  })

  test('B4: each step that can count is asked, with what the row says', async () => {
    const crm = step('crm', ({ account: { userId }, refs }) =>
      Promise.resolve(ok(refs.get('crm') === `crm-${userId}` ? 2 : 0)),
    )
    const steps = countingSteps([crm, step('account')])
    const { counts } = await countThings([account([['crm', 'crm-user']])], steps)
    expect(counts).toMatchObject([{ kind: 'crm', expected: 1, found: 2 }])
  })

  test('what the row does not name is expected of nobody: the address is held by somebody else', async () => {
    const identity = step('identity', () => Promise.reject(new Error('asked')))
    const { counts, unanswered } = await countThings([account([])], [identity])
    expect([counts, unanswered]).toMatchObject([[{ expected: 0, found: 0 }], 0])
  })

  test('a provider that cannot be asked now is no finding', async () => {
    const down = step('billing', () => Promise.resolve(fail({ kind: 'unavailable', detail: 'x' })))
    const { counts, unanswered } = await countThings([account([['billing', 'cus_1']])], [down])
    expect([counts, unanswered]).toEqual([[], 1])
  })

  test.each([
    [0, null, /removed .*"billing".*next sign-up/],
    [2, null, /2 things .*remove the others/],
    [0, T0, /^Nothing/],
  ])('of %i found the finding says what to do', (found, resolvedAt, advice) => {
    expect(adviceOn({ kind: 'billing', expected: 1, found, resolvedAt })).toMatch(advice)
  })
})
