import type { ReplayPreview } from '../../contract/admin.ts'
import { STAGE_SIZES } from './replay.ts'

/** What Postgres counts for a preview. */
export type PreviewCounts = Pick<
  ReplayPreview,
  'letters' | 'people' | 'notReplayable' | 'samples' | 'replay'
> & {
  /** The one that failed; `null` for messages. */
  readonly step: string | null
}

/** @param steps of a run under today's settings, in order */
export function previewOf(
  fingerprint: string,
  { step, ...counts }: PreviewCounts,
  steps: readonly string[],
): ReplayPreview {
  const failedAt = step === null ? -1 : steps.indexOf(step)
  return {
    fingerprint,
    ...counts,
    stages: stageSizes(counts.letters),
    steps:
      step === null
        ? []
        : steps.map((name, at) => ({ name, effect: at < failedAt ? 'confirm' : 'perform' })),
  }
}

function stageSizes(letters: number): readonly number[] {
  let left = letters
  return STAGE_SIZES.flatMap((size) => {
    const taken = Math.min(size, left)
    left -= taken
    return taken > 0 ? [taken] : []
  })
}
