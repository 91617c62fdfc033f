import { describe, expect, test } from 'vitest'
import { ASSUMPTIONS, type Assumptions, REASONS } from '../../bench/scale/assumptions.ts'
import { LEVERS } from '../../bench/scale/levers.ts'
import { limitsOf } from '../../bench/scale/limits.ts'
import {
  CALLS_PER_SECOND,
  MODEL_TOKENS_PER_MINUTE,
  MODEL_USD_PER_DAY,
} from '../../bench/scale/limits-providers.ts'
import { METERS } from '../../bench/scale/meters.ts'
import {
  type Load,
  PARTS,
  type Premises,
  billOf,
  billUnder,
  partsOf,
  usageUnder,
} from '../../bench/scale/model.ts'
import { MOMENTS, MOMENT_NAMES } from '../../bench/scale/moments.ts'
import { PREMISES } from '../../bench/scale/premises.ts'
import { CLOUDFLARE_MAIL, FEES, PRICES } from '../../bench/scale/prices.ts'
import { affordable } from '../../bench/scale/published.ts'
import { scaleOf } from '../../bench/scale/scale.ts'
import { budgetLimits } from '../../src/adapters/budget-limits.ts'
import { rateWithin } from '../../src/core/budget/gcra.ts'
import { type Bindings, parseSettings } from '../../src/env.ts'
import { CountedSubject } from '../support/shared/counted-subject.ts'

const LOADS: readonly Load[] = [0, 1, 1_000, 100_000, 1_000_000, 30_000_000, 1_000_000_000].map(
  (signUps) => ({ signUps, furtherEvents: 0 }),
)
const EVENTS: readonly Load[] = [0, 1, 1_000_000, 1_000_000_000, 30_000_000_000].map(
  (furtherEvents) => ({ signUps: 1_000, furtherEvents }),
)

const bills = (loads: readonly Load[], premises = PREMISES): readonly number[] =>
  loads.map((load) => billUnder(premises, load).total)

const assuming = (change: Partial<Assumptions>): Premises => ({
  ...PREMISES,
  assumed: { ...ASSUMPTIONS, ...change },
})

describe('S17: the bill', () => {
  test.each([
    ['people', LOADS],
    ['events', EVENTS],
  ])('of more %s is never smaller, in any of its meters', (_what, loads) => {
    for (const [at, load] of loads.entries()) {
      const before = usageUnder(PREMISES, loads[Math.max(0, at - 1)] ?? load)
      const usage = usageUnder(PREMISES, load)
      for (const meter of METERS) expect(usage[meter]).toBeGreaterThanOrEqual(before[meter])
    }
    expect(bills(loads)).toEqual(bills(loads).toSorted((one, other) => one - other))
  })

  test('is the sum of its parts, and each meter is in one of them', () => {
    for (const load of [...LOADS, ...EVENTS]) {
      const bill = billUnder(PREMISES, load)
      const sum = partsOf(bill).reduce((all, { usd }) => all + usd, 0)
      expect(sum).toBeCloseTo(bill.total, 6)
    }
    const inParts: readonly string[] = PARTS.flatMap(({ meters }) => [...meters])
    expect(inParts.toSorted()).toEqual(METERS.toSorted())
  })

  test('takes nothing for what the fees include, and its price for what is beyond', () => {
    const usage = usageUnder(PREMISES, { signUps: 0, furtherEvents: 0 })
    for (const meter of METERS) {
      const { usd, per, included } = PRICES[meter]
      const cost = (amount: number) => billOf(PREMISES, { ...usage, [meter]: amount }).meters[meter]
      expect(cost(included)).toBe(0)
      expect(cost(included + per)).toBeCloseTo(usd, 9)
    }
  })

  test('grows with what costs more, and shrinks with what saves', () => {
    const [usual = 0] = bills([{ signUps: 1_000_000, furtherEvents: 0 }])
    const under = (premises: Premises) =>
      billUnder(premises, { signUps: 1_000_000, furtherEvents: 0 }).total
    for (const dearer of ['eventsPerPerson', 'cacheMissShare', 'pageLoadsPerPerson'] as const) {
      expect(under(assuming({ [dearer]: ASSUMPTIONS[dearer] * 2 }))).toBeGreaterThan(usual)
    }
    for (const { apply } of LEVERS) expect(under(apply(PREMISES))).toBeLessThan(usual)
  })

  test('is paid to the cent by what it affords', () => {
    const usdOf = (signUps: number) => billUnder(PREMISES, { signUps, furtherEvents: 0 }).total
    expect(usdOf(affordable(1_170, usdOf)) / 1_170).toBeCloseTo(1, 2)
    expect(affordable(1, usdOf)).toBe(0)
  })
})

describe('S17: every figure', () => {
  test('that is a price has a page', () => {
    const priced = [...Object.values(PRICES), CLOUDFLARE_MAIL, ...FEES]
    for (const { usd, source } of priced) {
      expect(usd).toBeGreaterThan(0)
      expect(URL.parse(source.url)?.protocol).toBe('https:')
    }
  })

  test('that is a limit has a page or a place in the code, and says what comes of it', () => {
    for (const { source, reckoned, effect, remedy, bindsAt } of limitsOf(PREMISES)) {
      expect('url' in source ? source.url : source.code).toMatch(/^(https:|`)/)
      for (const text of [reckoned, effect, remedy]) expect(text).not.toMatch(/^$|NaN|Infinity/)
      expect(bindsAt?.rate ?? 1).toBeGreaterThan(0)
    }
  })

  test('that is assumed has a reason', () => {
    expect(REASONS.map(([name]) => name).toSorted()).toEqual(Object.keys(ASSUMPTIONS).toSorted())
  })

  test('is a number', () => {
    const numbers: number[] = []
    JSON.stringify(scaleOf(PREMISES), (_name, value: unknown) => {
      if (typeof value === 'number') numbers.push(value)
      return value
    })
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers.filter((number) => !Number.isFinite(number) || number < 0)).toEqual([])
  })
})

describe('Q10: the limits are those of the code', () => {
  const settings = parseSettings({
    PUBLIC_BASE_URL: 'https://foyer.test',
    SUBJECT_PEPPER: 'p'.repeat(43),
    TOKEN_KEYS: JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k', x: 'x' }] }),
    DATABASE_URL: 'postgres://a:b@127.0.0.1/c',
    STRIPE_SECRET_KEY: ['sk', 'live', 'none'].join('_'),
  } as unknown as Bindings)

  test.each(['identity', 'billing', 'mail', 'model'] as const)('of %s', (provider) => {
    const { perSecond, burst } = budgetLimits(settings, provider)
    expect({ perSecond, burst }).toEqual(rateWithin(CALLS_PER_SECOND[provider]))
  })

  test('of what a model may take', () => {
    expect(settings.OPENAI_TOKENS_PER_MINUTE).toBe(MODEL_TOKENS_PER_MINUTE)
    expect(settings.LLM_DAILY_BUDGET_USD).toBe(MODEL_USD_PER_DAY)
    expect(settings.OPENAI_INPUT_USD_PER_MTOK).toBe(PRICES.modelInputTokens.usd)
    expect(settings.OPENAI_OUTPUT_USD_PER_MTOK).toBe(PRICES.modelOutputTokens.usd)
  })
})

describe('S17: what is counted is what the code does', () => {
  const rowsOfTable = 2
  /** Of the journey, in another table: the session that is attached, the account, and that both are told. */
  const rowsOfPeople = 4

  test('at a sign-up and its run', async () => {
    const subject = new CountedSubject()
    subject.opened()
    const signUp = subject.taken()
    expect(signUp.entries + rowsOfTable).toBe(MOMENTS.signUp.counts.rows)
    expect(signUp.alarmsSet).toBe(MOMENTS.signUp.counts.alarmsSet)

    subject.now += 1_000
    await subject.hydrateWhole()
    subject.ringUntil(subject.now + 60_000)
    const { objectCalls, rows, alarms, alarmsSet, mails } = MOMENTS.hydration.counts
    expect(subject.taken()).toEqual({ calls: objectCalls, entries: rows, alarms, alarmsSet, mails })
  })

  test('at a claim', async () => {
    const subject = new CountedSubject()
    const specId = subject.opened()
    await subject.hydrateWhole()
    subject.ringUntil(subject.now + 60_000)
    subject.taken()
    subject.claim(specId)
    await subject.hydrateWhole()
    subject.ringUntil(subject.now + 60_000)
    const { entries, calls, mails, ...rings } = subject.taken()
    const { rows, objectCalls, mails: sent, alarms, alarmsSet } = MOMENTS.claim.counts
    expect(rings).toEqual({ alarms, alarmsSet })
    expect(entries + rowsOfPeople).toBe(rows)
    // The claim itself and `/api/me`; Postgres being told of the journey takes two more.
    expect(calls + 4).toBe(objectCalls)
    expect(mails).toBe(sent)
  })

  test('at the end of a session that nobody finished, and of its account', async () => {
    const subject = new CountedSubject()
    subject.opened()
    subject.now += 1_000
    await subject.hydrateWhole()
    subject.ringUntil(subject.now + 60_000)
    subject.taken()

    subject.ringNext()
    await subject.hydrateWhole()
    await subject.hydrateWhole()
    subject.ringUntil(subject.now + 60_000)
    const { objectCalls, rows, alarms, alarmsSet, mails } = MOMENTS.unfinished.counts
    expect(subject.taken()).toEqual({ calls: objectCalls, entries: rows, alarms, alarmsSet, mails })

    const before = subject.timeline.length
    subject.ringNext()
    await subject.hydrateWhole()
    subject.ringUntil(subject.now + 60_000)
    const erasure = subject.taken()
    expect(erasure).toMatchObject({
      alarms: MOMENTS.erasure.counts.alarms,
      alarmsSet: MOMENTS.erasure.counts.alarmsSet,
    })
    expect(erasure.calls).toBe(MOMENTS.erasure.counts.objectCalls)
    // The lease is written, then all of it is deleted and one entry takes its place.
    expect(erasure.entries + before + 1).toBe(MOMENTS.erasure.counts.rows)
  })

  test('is said of each moment in whole calls, rows and messages that are not negative', () => {
    for (const name of MOMENT_NAMES) {
      const { budgetCalls, statements, ...whole } = MOMENTS[name].counts
      for (const count of Object.values(whole)) expect(count).toBeGreaterThanOrEqual(0)
      for (const { alone, inFullBatch } of [budgetCalls, statements]) {
        expect(alone).toBeGreaterThanOrEqual(inFullBatch)
      }
    }
  })
})
