import type { Outcomes } from '../../../src/core/experiment/lift.ts'
import type { Random } from '../../simulation/random.ts'

export interface Truth {
  /** Of those in the two groups, how many are in the treated one. */
  readonly treatedShare: number
  readonly control: number
  readonly treated: number
}

export interface Look {
  readonly control: Outcomes
  readonly treated: Outcomes
}

/** An experiment of two groups, seen again after every batch of people. */
export function* lookedAt(
  random: Random,
  truth: Truth,
  people: number,
  batch: number,
): Generator<Look> {
  const control = { people: 0, activated: 0 }
  const treated = { people: 0, activated: 0 }
  for (let count = 1; count <= people; count += 1) {
    const isTreated = random.chance(truth.treatedShare)
    const group = isTreated ? treated : control
    group.people += 1
    group.activated += random.chance(isTreated ? truth.treated : truth.control) ? 1 : 0
    if (count % batch === 0) yield { control: { ...control }, treated: { ...treated } }
  }
}

/** Each time with numbers of its own; the same ones in every run. */
export const repeat = <Outcome>(
  random: Random,
  times: number,
  trial: (random: Random) => Outcome,
): readonly Outcome[] =>
  Array.from({ length: times }, (_, time) => trial(random.fork(String(time))))

export const shareOf = (trials: readonly boolean[]): number =>
  trials.filter(Boolean).length / trials.length

/**
 * The most that a share of so many trials may be, if it is `rate` in truth: three standard deviations
 * above. One test in a thousand would fail with another seed.
 */
export const withSlack = (rate: number, trials: number): number =>
  rate + 3 * Math.sqrt((rate * (1 - rate)) / trials)
