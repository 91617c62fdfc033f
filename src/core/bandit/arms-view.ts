import type { ToneCounts } from '../../contract/behaviour-rpc.ts'
import type { ArmsView } from '../../contract/learning.ts'
import { TONES, type Tone } from '../../contract/recommendation.ts'
import { selectionProbabilities } from './choose-arm.ts'
import { posteriorAfter } from './posterior.ts'

/** How often a tone was drawn of late. */
export interface ToneDraws {
  readonly segment: string
  readonly version: string
  readonly tone: Tone
  readonly decisions: number
}

const NOTHING_KNOWN = { successes: 0, failures: 0 }

/** What is known and done of every tone, for each kind of people and each words that there are. */
export function armsView(counts: ToneCounts, draws: readonly ToneDraws[]): readonly ArmsView[] {
  const kinds = new Map(
    [...counts, ...draws].map(({ segment, version }) => [
      JSON.stringify([version, segment]),
      { segment, version },
    ]),
  )
  return [...kinds]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, kind]) => armsOf(kind, counts.filter(isOf(kind)), draws.filter(isOf(kind))))
}

type Kind = Pick<ArmsView, 'segment' | 'version'>

const isOf =
  ({ segment, version }: Kind) =>
  (row: Kind): boolean =>
    row.segment === segment && row.version === version

function armsOf(kind: Kind, counts: ToneCounts, draws: readonly ToneDraws[]): ArmsView {
  const known = new Map(
    TONES.map((tone) => [tone, counts.find((row) => row.tone === tone) ?? NOTHING_KNOWN]),
  )
  const posteriors = new Map([...known].map(([tone, own]) => [tone, posteriorAfter(own)]))
  const chances = selectionProbabilities(posteriors)
  const all = draws.reduce((sum, { decisions }) => sum + decisions, 0)
  return {
    ...kind,
    arms: [...known].map(([tone, own]) => {
      const drawn = draws.find((row) => row.tone === tone)?.decisions ?? 0
      return {
        tone,
        successes: own.successes,
        failures: own.failures,
        ...posteriorAfter(own),
        selectionProbability: chances.get(tone) ?? 0,
        drawn,
        drawnShare: all === 0 ? null : drawn / all,
      }
    }),
  }
}
