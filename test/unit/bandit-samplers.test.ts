import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Random as Draw } from '../../src/core/bandit/random.ts'
import { sampleBeta, sampleGamma, sampleNormal } from '../../src/core/bandit/sample-beta.ts'
import { Random } from '../simulation/random.ts'
import { kolmogorovSmirnov } from '../support/shared/goodness-of-fit.ts'

const SAMPLES = 20_000

function seeded(seed: string): Draw {
  const random = new Random(seed)
  return () => random.next()
}

/** The numbers given, then chance. */
function startingWith(numbers: readonly number[]): Draw {
  const rest = seeded('rest')
  const first = numbers.values()
  return () => first.next().value ?? rest()
}

function sampleOf(seed: string, sample: (random: Draw) => number): readonly number[] {
  const random = seeded(seed)
  return Array.from({ length: SAMPLES }, () => sample(random))
}

/** By its series. */
function normalCdf(x: number): number {
  let term = x
  let sum = x
  for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
    term *= x ** 2 / odd
    sum += term
  }
  return 0.5 + (sum * Math.exp(-(x ** 2) / 2)) / Math.sqrt(2 * Math.PI)
}

/** Of whole shape: so many events of a Poisson process have come. */
function erlangCdf(shape: number, x: number): number {
  let term = Math.exp(-x)
  let fewer = 0
  for (let events = 0; events < shape; events += 1) {
    fewer += term
    term *= x / (events + 1)
  }
  return 1 - fewer
}

/** Of whole shapes: at least `alpha` of `alpha + beta - 1` uniform numbers are below x. */
function betaCdf(alpha: number, beta: number, x: number): number {
  const tries = alpha + beta - 1
  let term = (1 - x) ** tries
  let fewer = 0
  for (let hits = 0; hits < alpha; hits += 1) {
    fewer += term
    term *= ((tries - hits) / (hits + 1)) * (x / (1 - x))
  }
  return 1 - fewer
}

describe('samplers', () => {
  test('A7: normal variates follow the normal law', () => {
    expect(kolmogorovSmirnov(sampleOf('normal', sampleNormal), normalCdf)).toBeLessThan(1)
  })

  test.each([1, 2, 5, 40])('A7: gamma variates of shape %d follow its law', (shape) => {
    const sample = sampleOf(`gamma ${shape}`, (random) => sampleGamma(shape, random))
    expect(kolmogorovSmirnov(sample, (x) => erlangCdf(shape, x))).toBeLessThan(1)
  })

  test('A7: a gamma variate of shape one half is half the square of a normal one', () => {
    const sample = sampleOf('half', (random) => sampleGamma(0.5, random))
    const law = (x: number) => 2 * normalCdf(Math.sqrt(2 * x)) - 1
    expect(kolmogorovSmirnov(sample, law)).toBeLessThan(1)
  })

  test.each([
    { alpha: 1, beta: 1 },
    { alpha: 2, beta: 2 },
    { alpha: 1, beta: 9 },
    { alpha: 30, beta: 70 },
    { alpha: 90, beta: 4 },
  ])('A7: beta variates of $alpha and $beta follow their law', ({ alpha, beta }) => {
    const sample = sampleOf(`beta ${alpha} ${beta}`, (random) => sampleBeta(alpha, beta, random))
    expect(kolmogorovSmirnov(sample, (x) => betaCdf(alpha, beta, x))).toBeLessThan(1)
  })

  test('A7: beta variates of one half and one half follow the arcsine law', () => {
    const sample = sampleOf('arcsine', (random) => sampleBeta(0.5, 0.5, random))
    const law = (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))
    expect(kolmogorovSmirnov(sample, law)).toBeLessThan(1)
  })

  test('A7: beta variates of a power law and of discounted counts follow their laws', () => {
    const power = sampleOf('power', (random) => sampleBeta(0.3, 1, random))
    expect(kolmogorovSmirnov(power, (x) => x ** 0.3)).toBeLessThan(1)
    const faded = sampleOf('faded', (random) => sampleBeta(1, 2.7, random))
    expect(kolmogorovSmirnov(faded, (x) => 1 - (1 - x) ** 2.7)).toBeLessThan(1)
  })

  test('A7: a sharp posterior has its mean and its variance', () => {
    const [alpha, beta] = [30_000, 70_000]
    const sample = sampleOf('sharp', (random) => sampleBeta(alpha, beta, random))
    const mean = sample.reduce((sum, value) => sum + value, 0) / SAMPLES
    const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / SAMPLES
    const expected = (alpha * beta) / (alpha + beta) ** 2 / (alpha + beta + 1)
    // Four standard errors.
    expect(Math.abs(mean - 0.3)).toBeLessThan(4 * Math.sqrt(expected / SAMPLES))
    expect(Math.abs(variance / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / SAMPLES))
  })

  test('A7: a beta variate is in [0, 1] for any shapes and whatever the first numbers are', () => {
    const shape = fc.double({ min: Number.MIN_VALUE, max: 1e12, noNaN: true })
    const uniform = fc.oneof(
      fc.constantFrom(0, Number.MIN_VALUE, 0.5, 1 - 2 ** -53),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    )
    fc.assert(
      fc.property(shape, shape, fc.array(uniform, { maxLength: 8 }), (alpha, beta, numbers) => {
        const value = sampleBeta(alpha, beta, startingWith(numbers))
        expect(value >= 0 && value <= 1).toBe(true)
      }),
      { numRuns: 2_000, seed: 1 },
    )
  })

  test.each([1e-3, 1e-9, 1e-310])('A7: of shapes near nothing, %d, a coin is left', (tiny) => {
    const sample = sampleOf('coin', (random) => sampleBeta(tiny, 3 * tiny, random))
    const ones = sample.filter((value) => value > 0.5).length / SAMPLES
    expect(Math.abs(ones - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / SAMPLES))
  })

  test('A7: a source that only gives zeros is taken at its word, and ends', () => {
    expect(sampleNormal(() => 0)).toBeCloseTo(0)
    expect(sampleBeta(1, 1, () => 0)).toBe(0.5)
    expect(sampleBeta(0.2, 0.2, () => 0)).toBe(0.5)
  })
})
