import { catalogue } from '../../src/catalogue.ts'
import { type Tone, TONES } from '../../src/contract/recommendation.ts'
import { type Posteriors, chooseArm, drawArm } from '../../src/core/bandit/choose-arm.ts'
import { posteriorAfter } from '../../src/core/bandit/posterior.ts'
import { sampleBeta } from '../../src/core/bandit/sample-beta.ts'
import { drawTone } from '../../src/core/recommendation/draw.ts'
import { wordsInUse } from '../../src/core/recommendation/words-in-use.ts'
import { SEGMENTS, itemAt, tones } from './people.ts'

const { versions } = wordsInUse(catalogue)

/** What was learned for each kind of people, and for each kind of words. */
const learned: readonly Posteriors<Tone>[] = versions.flatMap((version) =>
  SEGMENTS.map((segment) => {
    const own = tones.filter((row) => row.segment === segment && row.version === version)
    return new Map(own.map((row) => [row.tone, posteriorAfter(row)]))
  }),
)
const kinds = versions.flatMap((version) => SEGMENTS.map((segment) => ({ version, segment })))

const SHARES = new Map(TONES.map((tone) => [tone, 1 / TONES.length]))

/** One draw of a tone each, of whichever kind of people. */
export const draws = {
  /** As the product does it. */
  tone: (at: number) => drawTone(tones, itemAt(kinds, at), { isCertain: false }, Math.random),
  /** Each arm's chance to be the best computed for this draw alone (decision 0013). */
  quadrature: (at: number) => chooseArm(itemAt(learned, at), Math.random),
  /** As it is mostly done: a rate drawn from each arm's posterior, the highest taken. */
  thompson: (at: number) => armWithHighest(itemAt(learned, at)),
  /** Nothing learned. */
  lot: () => drawArm(SHARES, Math.random),
}

function armWithHighest(posteriors: Posteriors<Tone>): Tone | null {
  let best: Tone | null = null
  let highest = -1
  for (const [arm, { alpha, beta }] of posteriors) {
    const rate = sampleBeta(alpha, beta, Math.random)
    if (rate <= highest) continue
    highest = rate
    best = arm
  }
  return best
}
