import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fingerprintOfMessage,
  fingerprintOfRun,
  normaliseDetail,
} from '../../src/core/dead-letters/fingerprint.ts'
import { previewOf } from '../../src/core/dead-letters/preview.ts'
import {
  BEGIN_MAX,
  type RunningReplay,
  STAGE_SIZES,
  UNDER_WAY_MAX,
  decideReplay,
  outcomeOf,
} from '../../src/core/dead-letters/replay.ts'

describe('B14: the fingerprint of a failure', () => {
  const rejected = (detail: string) =>
    fingerprintOfRun({ step: 'billing', kind: 'rejected', detail })

  test.each([
    ['stripe 400 parameter_missing', 'stripe 400 parameter_missing'],
    ['stripe 400 No such customer: cus_N1abcdE9', 'stripe 400 no such customer: <id>'],
    ['stripe 400 req_8sHqWz4kPq1abc', 'stripe 400 <id>'],
    ['auth0 409 auth0|1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed', 'auth0 409 <id>'],
    ['auth0 403 insufficient_scope (token)', 'auth0 403 insufficient_scope (token)'],
    ['resend 422 ada@example.com is not valid', 'resend 422 <address> is not valid'],
    ['postgres 57P01', 'postgres 57p01'],
    ['postgres 23505 in 1234 rows', 'postgres 23505 in <number> rows'],
    ['stripe no answer after 5031ms', 'stripe no answer after <number>'],
    [
      'stripe TypeError at post (worker.js:123:45)',
      'stripe typeerror at post (worker.js:<number>:<number>)',
    ],
    ['stripe  500\n api_error ', 'stripe 500 api_error'],
    ['', ''],
  ])('is made of %j as %j', (detail, normalised) => {
    expect(normaliseDetail(detail)).toBe(normalised)
  })

  test('is the same whomever it met, and another for another status, code, step or kind', () => {
    const one = {
      step: 'billing',
      kind: 'rejected',
      detail: 'stripe 400 email_invalid req_1a2b3c4d',
    } as const
    expect(fingerprintOfRun({ ...one, detail: 'stripe 400 email_invalid req_9z8y7x6w' })).toBe(
      fingerprintOfRun(one),
    )
    const others = [
      one,
      { ...one, detail: 'stripe 402 email_invalid req_1a2b3c4d' },
      { ...one, detail: 'stripe 400 amount_invalid req_1a2b3c4d' },
      { ...one, step: 'identity' },
      { ...one, kind: 'conflict' as const },
    ]
    expect(new Set(others.map(fingerprintOfRun)).size).toBe(others.length)
  })

  test('is stored, and stays what it was', () => {
    expect(rejected('stripe 400 parameter_missing')).toBe('e294284535caff54')
    // As migration 0005 writes them.
    const queue = 'foyer-hydration-dead'
    expect(fingerprintOfMessage(queue, 'the subject did not answer')).toBe('f3f6341c8b6d0832')
    expect(fingerprintOfMessage(queue, 'the message could not be read')).toBe('faf01a0712435840')
  })

  test('of any text is sixteen hexadecimal digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (detail) => {
        expect(rejected(detail)).toMatch(/^[\da-f]{16}$/)
      }),
    )
  })
})

const NOW = Date.UTC(2026, 10, 21)
const GIVE_UP_AT = NOW + 1

const replay = (change: Partial<RunningReplay>): RunningReplay => ({
  id: 'replay',
  version: 0,
  stage: 1,
  giveUpAt: GIVE_UP_AT,
  waiting: 0,
  underWay: 0,
  inStage: 0,
  resolved: 0,
  failure: null,
  ...change,
})

describe('B14: a replay goes 1, 10, all', () => {
  test.each<[string, Partial<RunningReplay>, ReturnType<typeof decideReplay>]>([
    ['asked for: one', { waiting: 12 }, { kind: 'begin', stage: 1, count: 1 }],
    ['one under way', { waiting: 11, underWay: 1, inStage: 1 }, { kind: 'wait' }],
    ['one well: ten', { waiting: 11, inStage: 1 }, { kind: 'begin', stage: 2, count: 10 }],
    ['one gone: another', { waiting: 11, inStage: 0 }, { kind: 'begin', stage: 1, count: 1 }],
    [
      'nine well, one gone: another',
      { stage: 2, waiting: 1, inStage: 9 },
      { kind: 'begin', stage: 2, count: 1 },
    ],
    [
      'nine well, one under way',
      { stage: 2, waiting: 1, underWay: 1, inStage: 10 },
      { kind: 'wait' },
    ],
    ['ten well: all', { stage: 2, waiting: 7, inStage: 10 }, { kind: 'begin', stage: 3, count: 7 }],
    [
      'all: so many at once',
      { stage: 2, waiting: 500, inStage: 10 },
      { kind: 'begin', stage: 3, count: BEGIN_MAX },
    ],
    [
      'all: no more than fit',
      { stage: 3, waiting: 500, underWay: 98, inStage: 300 },
      { kind: 'begin', stage: 3, count: 2 },
    ],
    [
      'all: full',
      { stage: 3, waiting: 500, underWay: UNDER_WAY_MAX, inStage: 300 },
      { kind: 'wait' },
    ],
    [
      'fewer than a stage',
      { stage: 2, waiting: 3, inStage: 0 },
      { kind: 'begin', stage: 2, count: 3 },
    ],
    ['the last ones under way', { stage: 2, underWay: 3, inStage: 3 }, { kind: 'wait' }],
    ['nothing left', { stage: 2, inStage: 3 }, { kind: 'end', as: 'done' }],
    ['everything gone', {}, { kind: 'end', as: 'done' }],
    [
      'the same again',
      { stage: 3, waiting: 5, underWay: 5, inStage: 9, failure: { letter: 'a/1', same: true } },
      { kind: 'end', as: 'recurrence', letter: 'a/1' },
    ],
    [
      'something else',
      { waiting: 5, failure: { letter: 'a/1', same: false } },
      { kind: 'end', as: 'other_failure', letter: 'a/1' },
    ],
    [
      'a failure of the very last',
      { failure: { letter: 'a/1', same: true } },
      { kind: 'end', as: 'recurrence', letter: 'a/1' },
    ],
    [
      'nothing heard for too long',
      { waiting: 5, underWay: 1, inStage: 1, giveUpAt: NOW },
      { kind: 'end', as: 'timed_out', letter: null },
    ],
    [
      'all well, and nobody looked for long',
      { waiting: 5, inStage: 1, giveUpAt: NOW - 1 },
      { kind: 'begin', stage: 2, count: 5 },
    ],
  ])('%s', (_name, change, move) => {
    expect(decideReplay(replay(change), NOW)).toEqual(move)
  })

  test('the audit says what came of it', () => {
    const stopped = { kind: 'end', as: 'recurrence', letter: 'a/1' } as const
    expect(outcomeOf(stopped, replay({ resolved: 3, underWay: 2, waiting: 9 }))).toBe(
      'stopped, recurrence of a/1: 3 resolved, 2 under way, 9 not begun',
    )
    expect(outcomeOf({ kind: 'end', as: 'done' }, replay({ resolved: 12 }))).toBe(
      'done: 12 resolved, 0 under way, 0 not begun',
    )
  })
})

type Fate = 'merges' | 'gone' | 'recurs' | 'fails otherwise'

/** A group that is replayed, its letters ending one after the other in an order of the test's choice. */
function play(fates: readonly Fate[], order: () => number) {
  const letters = fates.map((fate) => ({ fate, state: 'open', stage: 0, begun: 0 }))
  let current = { stage: 1, version: 0 }
  const history: { underWay: number; stage: number; resolved: number }[] = []
  const tally = (): RunningReplay => {
    const failed = letters.findIndex(({ state }) => state === 'failed_again')
    const inStage = (state: string) =>
      letters.filter((letter) => letter.stage === current.stage && letter.state === state).length
    const count = (state: string) => letters.filter((letter) => letter.state === state).length
    return replay({
      ...current,
      waiting: count('open'),
      underWay: count('replaying'),
      inStage: inStage('replaying') + inStage('resolved'),
      resolved: count('resolved'),
      failure:
        failed < 0 ? null : { letter: String(failed), same: letters[failed]?.fate === 'recurs' },
    })
  }
  for (;;) {
    const move = decideReplay(tally(), NOW)
    if (move.kind === 'end') return { letters, history, as: move.as }
    if (move.kind === 'begin') {
      current = { stage: move.stage, version: current.version + 1 }
      for (const letter of letters.filter(({ state }) => state === 'open').slice(0, move.count)) {
        Object.assign(letter, { state: 'replaying', stage: move.stage, begun: letter.begun + 1 })
      }
      const { underWay, resolved } = tally()
      history.push({ underWay, stage: move.stage, resolved })
      continue
    }
    const underWay = letters.filter(({ state }) => state === 'replaying')
    const ending = underWay[Math.floor(order() * underWay.length)]
    if (ending === undefined) throw new Error('it waits for nobody')
    const ends = {
      merges: 'resolved',
      gone: 'gone',
      recurs: 'failed_again',
      'fails otherwise': 'failed_again',
    }
    ending.state = ends[ending.fate]
  }
}

const fates = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.constant<Fate>('merges') },
    { weight: 3, arbitrary: fc.constant<Fate>('gone') },
    { weight: 1, arbitrary: fc.constantFrom<Fate>('recurs', 'fails otherwise') },
  ),
  { maxLength: 400 },
)
const orders = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
const played = (check: (result: ReturnType<typeof play>, group: readonly Fate[]) => void) =>
  fc.assert(
    fc.property(fates, orders, (group, order) => {
      check(
        play(group, () => Number(order.next().value)),
        group,
      )
    }),
    { numRuns: 200 },
  )

describe('B14: whatever the letters come to, and in whatever order', () => {
  test('there are never more under way than the stage has, nor more than the limit', () => {
    played(({ history }) => {
      for (const { underWay, stage } of history) {
        expect(underWay).toBeLessThanOrEqual(
          Math.min(STAGE_SIZES[stage - 1] ?? Infinity, UNDER_WAY_MAX),
        )
      }
    })
  })

  test('the ten wait for one that ended well, and the rest for eleven', () => {
    played(({ history }) => {
      for (const { stage, resolved } of history) {
        expect(resolved).toBeGreaterThanOrEqual([0, 1, 11][stage - 1] ?? 0)
      }
    })
  })

  test('the first failure is the last: nothing is begun after it', () => {
    played(({ letters, as }) => {
      const failed = letters.filter(({ state }) => state === 'failed_again')
      expect(failed.length).toBe(as === 'done' ? 0 : 1)
    })
  })

  test('without a failure everybody had their turn, once, and it is done', () => {
    played(({ letters, as }, group) => {
      const bad = group.some((fate) => fate === 'recurs' || fate === 'fails otherwise')
      expect(as === 'done').toBe(!bad)
      const turns = new Set(letters.map(({ begun }) => begun))
      expect([...turns].filter((begun) => begun !== 1 && !(bad && begun === 0))).toEqual([])
    })
  })
})

test('B14: a preview tells which steps confirm what is there, and how large the stages are', () => {
  const counts = { letters: 14, people: 13, notReplayable: 0, samples: [], replay: null }
  const steps = ['identity', 'billing', 'account']
  expect(previewOf('f', { ...counts, step: 'billing' }, steps)).toMatchObject({
    stages: [1, 10, 3],
    steps: [
      { name: 'identity', effect: 'confirm' },
      { name: 'billing', effect: 'perform' },
      { name: 'account', effect: 'perform' },
    ],
  })
  expect(previewOf('f', { ...counts, letters: 4, step: null }, steps)).toMatchObject({
    stages: [1, 3],
    steps: [],
  })
})
