import type { ToneCounts } from '../../contract/behaviour-rpc.ts'
import { TONES, type Tone } from '../../contract/recommendation.ts'
import { drawArm } from '../bandit/choose-arm.ts'
import { posteriorAfter } from '../bandit/posterior.ts'
import type { Random } from '../bandit/random.ts'
import { RememberedChances } from '../bandit/remembered-chances.ts'
import type { Draft } from './drafts.ts'

/**
 * So many decisions take any candidate at all: without them nobody could tell from the log what
 * another action would have done.
 */
export const EXPLORED_SHARE = 0.05
/** What the baseline always says it in. */
const CERTAIN_TONE: Tone = 'moderate'

const NOTHING_KNOWN = { successes: 0, failures: 0 }

/** With which probability it was drawn, given everything that was known. */
export interface Drawn<T> {
  readonly value: T
  readonly propensity: number
}

interface Lots {
  readonly isCertain: boolean
}

/** Words are learned of as they are: other prompts, or another catalogue, begin anew. */
export const versionOf = (promptVersion: string, catalogueVersion: string): string =>
  `${promptVersion}@${catalogueVersion}`

/**
 * The best draft, or any.
 *
 * @param drafts the best first
 * @returns `null` if there is none
 */
export function drawDraft(
  drafts: readonly Draft[],
  { isCertain }: Lots,
  random: Random,
): Drawn<Draft> | null {
  const [best] = drafts
  if (best === undefined) return null
  if (isCertain) return { value: best, propensity: 1 }
  const share = EXPLORED_SHARE / drafts.length
  const { arm: value, propensity } = drawArm(
    new Map(drafts.map((draft) => [draft, draft === best ? 1 - EXPLORED_SHARE + share : share])),
    random,
  )
  return { value, propensity }
}

const chances = new RememberedChances<Tone>()

/** By what was learned of people like this and words like these. */
export function drawTone(
  counts: ToneCounts,
  { segment, version }: { readonly segment: string; readonly version: string },
  { isCertain }: Lots,
  random: Random,
): Drawn<Tone> {
  if (isCertain) return { value: CERTAIN_TONE, propensity: 1 }
  const learned = counts.filter((row) => row.segment === segment && row.version === version)
  const posteriors = new Map(
    TONES.map((tone) => [
      tone,
      posteriorAfter(learned.find((row) => row.tone === tone) ?? NOTHING_KNOWN),
    ]),
  )
  const { arm: value, propensity } = drawArm(chances.of(posteriors), random)
  return { value, propensity }
}
