import { describe, expect, test } from 'vitest'
import { duration, moment, share, UNKNOWN } from '../../../web/admin/format.ts'
import { densities, upperEnd } from '../../../web/admin/learning/posterior.ts'
import { linkTo, routeOf } from '../../../web/admin/route.ts'
import { questionOf } from '../../../web/admin/sessions/question.ts'

describe('figures are written', () => {
  test.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [1_500, '1.5 s'],
    [12_000, '12 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_999, '59 min 59 s'],
    [7_260_000, '2 h 1 min'],
    [90_000_000, '1 d 1 h'],
  ])('%s milliseconds as %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  test.each([null, undefined, Number.NaN])('%s as a dash', (nothing) => {
    expect([duration(nothing), share(nothing), moment(nothing, 0)]).toEqual([
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
    ])
  })

  test('a moment of another day with its day', () => {
    const now = Date.UTC(2026, 5, 1, 12)
    expect(moment(now - 60_000, now)).not.toMatch(/2026/)
    expect(moment(now - 86_400_000, now)).toMatch(/2026/)
  })
})

describe('A7: posterior curves', () => {
  const arms = { moderate: { alpha: 40, beta: 360 }, passive: { alpha: 1, beta: 1 } }

  test('are densities: what lies below one is one, as far as it is shown', () => {
    const end = upperEnd(Object.values(arms))
    const rows = densities(arms, end)
    const step = end / rows.length
    for (const name of Object.keys(arms)) {
      const area = rows.reduce((sum, row) => sum + (row[name] ?? 0) * step, 0)
      expect(area).toBeCloseTo(1, 9)
    }
  })

  test('are highest where the mode is', () => {
    const rows = densities(arms, 1)
    const highest = rows.reduce((best, row) =>
      (row['moderate'] ?? 0) > (best['moderate'] ?? 0) ? row : best,
    )
    expect(highest['x']).toBeCloseTo(39 / 398, 2)
  })

  test('of very many clicks do not overflow', () => {
    const sharp = { moderate: { alpha: 3e5, beta: 7e6 } }
    const rows = densities(sharp, upperEnd(Object.values(sharp)))
    expect(rows.every((row) => Number.isFinite(row['moderate']))).toBe(true)
  })
})

describe('a place in the dashboard', () => {
  test.each([
    ['', 'overview', null],
    ['#/', 'overview', null],
    ['#/sessions', 'sessions', null],
    ['#/sessions/ab%2Fc', 'sessions', 'ab/c'],
    ['#/sessions/%', 'sessions', '%'],
  ])('%s', (fragment, area, id) => {
    expect(routeOf(fragment)).toEqual({ area, id })
  })

  test('is found again under its link', () => {
    expect(routeOf(linkTo('dead-letters', 'a/b#c'))).toEqual({ area: 'dead-letters', id: 'a/b#c' })
  })
})

describe('what an operator types', () => {
  test.each([
    [' ada@example.com ', { email: 'ada@example.com' }],
    ['0f0e12', { specId: '0f0e12' }],
    ['', {}],
  ])('%j', (who, question) => {
    expect(questionOf(who, 'any', false)).toEqual(question)
  })

  test('an id is a session’s, unless they say that it is an account’s', () => {
    const id = '0f0e1234-0000-4000-8000-000000000000'
    expect(questionOf(id, '', false)).toEqual({ specId: id })
    expect(questionOf(id, '', true)).toEqual({ userId: id })
    expect(questionOf('ada@example.com', '', true)).toEqual({ email: 'ada@example.com' })
  })

  test('a state that there is none of is no state', () => {
    expect(questionOf('', 'failed', false)).toEqual({ state: 'failed' })
    expect(questionOf('', 'toString', false)).toEqual({})
  })
})
