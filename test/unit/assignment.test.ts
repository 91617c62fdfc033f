import { describe, expect, test } from 'vitest'
import { Group } from '../../src/contract/recommendation.ts'
import { type Experiment, assign } from '../../src/core/experiment/assignment.ts'
import { shortHash } from '../../src/core/short-hash.ts'

const KEYS = Array.from({ length: 100_000 }, (_, n) => `subject-${n}`)
const experiment: Experiment = { id: 'onboarding-1', holdoutPercent: 5, baselinePercent: 10 }
const groupsIn = (one: Experiment, keys = KEYS) => keys.map((key) => assign(one, key).group)
/** Drawn once for all tests: a hundred thousand hashes take a second. */
const GROUPS = groupsIn(experiment)

function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, at) => {
    const expectation = expected[at] ?? Number.NaN
    return sum + (count - expectation) ** 2 / expectation
  }, 0)
}

const countOf = (groups: readonly Group[]) =>
  Group.options.map((group) => groups.filter((one) => one === group).length)

// Of a fixed population: the same in every run. Beyond these one in a thousand draws would be.
const CHI_SQUARE_2 = 13.82
const CHI_SQUARE_4 = 18.47

describe('A14: who is in which group', () => {
  test('A14: the same person is always drawn alike', () => {
    const some = KEYS.slice(0, 10_000)
    expect(groupsIn({ ...experiment }, some)).toEqual(GROUPS.slice(0, 10_000))
    expect(assign(experiment, 'subject-1').experiment).toBe('onboarding-1')
  })

  test('A14: the shares are what was asked for', () => {
    const shares = [0.05, 0.1, 0.85].map((share) => share * KEYS.length)
    expect(chiSquare(countOf(GROUPS), shares)).toBeLessThan(CHI_SQUARE_2)
  })

  test('A14: one experiment tells nothing of another', () => {
    const other = groupsIn({ ...experiment, id: 'onboarding-2' })
    const both = GROUPS.map((group, at) => `${group} ${other[at]}`)
    const cells = Group.options.flatMap((one) => Group.options.map((two) => `${one} ${two}`))
    const [ones, twos] = [countOf(GROUPS), countOf(other)]
    const expected = ones.flatMap((one) => twos.map((two) => (one * two) / KEYS.length))
    const observed = cells.map((cell) => both.filter((pair) => pair === cell).length)
    expect(chiSquare(observed, expected)).toBeLessThan(CHI_SQUARE_4)
  })

  test('A14: keys that differ in a letter are drawn apart', () => {
    const drawn = new Set(KEYS.slice(0, 10_000).map((key) => shortHash(['onboarding-1', key])))
    expect(drawn.size).toBe(10_000)
  })

  test.each([
    [100, 0, 'holdout'],
    [0, 100, 'baseline'],
    [0, 0, 'policy'],
  ])(
    'A14: with %i % without and %i % by rules, everybody is in %s',
    (holdoutPercent, baselinePercent, group) => {
      const groups = groupsIn({ id: 'all', holdoutPercent, baselinePercent }, KEYS.slice(0, 10_000))
      expect(new Set(groups)).toEqual(new Set([group]))
    },
  )

  test('A14: a larger share takes people in, and sends nobody from baseline to holdout', () => {
    const some = KEYS.slice(0, 20_000)
    const less = groupsIn({ id: 'grow', holdoutPercent: 0, baselinePercent: 10 }, some)
    const more = groupsIn({ id: 'grow', holdoutPercent: 0, baselinePercent: 20 }, some)
    const left = less.filter((group, at) => group === 'baseline' && more[at] !== 'baseline')
    expect(left).toEqual([])
  })
})
