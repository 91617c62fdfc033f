import { PRIOR } from '../../src/core/bandit/posterior.ts'
import type { Random } from '../../src/core/bandit/random.ts'
import { sampleBeta } from '../../src/core/bandit/sample-beta.ts'

/*
 * The world of Table 1 in Chapelle and Li, "An Empirical Evaluation of Thompson Sampling", NIPS 2011:
 * ten items, now and then one retires for a new one, and clicks become known in batches.
 */

const ITEMS = 10
const TURNOVER = 1e-3
/** The rates are drawn from Beta(4, 4). */
const RATE_SHAPE = 4

export interface Setting {
  readonly steps: number
  /** Feedback comes every so many steps. */
  readonly delay: number
  /**
   * The paper: "with probability 10^-3 one of the item retires". `each` is the other way to read it:
   * every item does so by itself, ten times as often in all.
   */
  readonly retires: 'one' | 'each'
}

/** What a policy knows of an item, and the rate, which it does not. */
interface Item {
  readonly rate: number
  /** The step before its first. */
  readonly since: number
  successes: number
  failures: number
}

/** @returns how promising an item looks; the highest is shown, of equals the first */
export type Score = (item: Item, step: number, random: Random) => number

/** A draw from what is known of the rate, by the product's own sampler and prior. */
export const thompson: Score = ({ successes, failures }, _step, random) =>
  sampleBeta(PRIOR.alpha + successes, PRIOR.beta + failures, random)

/**
 * UCB with the paper's bound (1), by Chernoff's, at confidence `δ = √(1/t)`. The paper does not say
 * what t is to a new item: the steps of the whole run,
 */
export const upperBoundByStep: Score = (item, step) => upperBound(item, step)

/** or those of its own life. */
export const upperBoundByAge: Score = (item, step) => upperBound(item, step - item.since)

function upperBound({ successes, failures }: Item, t: number): number {
  const shown = successes + failures
  if (shown === 0) return Infinity
  const mean = successes / shown
  // 2 · log(1 / δ) is log(t).
  return mean + Math.sqrt((mean * Math.log(t)) / shown) + Math.log(t) / shown
}

export const uniform: Score = (_item, _step, random) => random()

/** Chance, in streams of its own: what a policy draws does not change what happens to it. */
export interface Chance {
  readonly world: Random
  readonly clicks: Random
  readonly policy: Random
}

/** @returns how many clicks were missed against whoever always shows the item that is best now */
export function regretOf(score: Score, setting: Setting, chance: Chance): number {
  const newItem = (since: number): Item => ({
    since,
    rate: sampleBeta(RATE_SHAPE, RATE_SHAPE, chance.world),
    successes: 0,
    failures: 0,
  })
  let items = Array.from({ length: ITEMS }, () => newItem(0))
  let bestRate = highestRate(items)
  let regret = 0
  const feedback: { readonly item: Item; readonly clicked: boolean }[] = []
  for (let step = 1; step <= setting.steps; step += 1) {
    const retired = retiring(setting.retires, chance.world)
    if (retired.size > 0) {
      items = items.map((item, index) => (retired.has(index) ? newItem(step - 1) : item))
      bestRate = highestRate(items)
    }
    const item = mostPromising(items, score, step, chance.policy)
    regret += bestRate - item.rate
    feedback.push({ item, clicked: chance.clicks() < item.rate })
    if (step % setting.delay === 0) learnAll(feedback)
  }
  return regret
}

const highestRate = (items: readonly Item[]): number => Math.max(...items.map(({ rate }) => rate))

const NONE: ReadonlySet<number> = new Set()

function retiring(retires: Setting['retires'], random: Random): ReadonlySet<number> {
  if (retires === 'one') {
    return random() < TURNOVER ? new Set([Math.floor(random() * ITEMS)]) : NONE
  }
  const indexes = Array.from({ length: ITEMS }, (_, index) => index)
  return new Set(indexes.filter(() => random() < TURNOVER))
}

function mostPromising(items: readonly Item[], score: Score, step: number, random: Random): Item {
  let best: Item | undefined
  let highest = -Infinity
  for (const item of items) {
    const value = score(item, step, random)
    if (value > highest) {
      best = item
      highest = value
    }
  }
  if (best === undefined) throw new Error('no item to show')
  return best
}

/** Feedback for an item that has retired meanwhile changes what nobody looks at any more. */
function learnAll(feedback: { readonly item: Item; readonly clicked: boolean }[]): void {
  for (const { item, clicked } of feedback) {
    if (clicked) item.successes += 1
    else item.failures += 1
  }
  feedback.length = 0
}
