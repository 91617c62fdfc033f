import type { Candidate } from './request.ts'

export interface Answer {
  readonly choices: readonly Choice[]
}

export interface Choice {
  readonly action: string
  readonly ui_component: string
  readonly confidence: number
  readonly wording: Readonly<Record<'aggressive' | 'moderate' | 'passive', string>>
}

const CONFIDENCES = [0.9, 0.6, 0.3]

/**
 * A model's taste, the same for the same question and unlike that of the rules: what takes the fewest
 * words to say is done soonest, so it comes first.
 */
export function choose(candidates: readonly Candidate[]): Answer {
  const best = candidates
    .toSorted((a, b) => effort(a) - effort(b) || (a.id < b.id ? -1 : 1))
    .slice(0, CONFIDENCES.length)
  return {
    choices: best.map((candidate, rank) => ({
      action: candidate.id,
      ui_component: candidate.component,
      confidence: CONFIDENCES[rank] ?? 0,
      wording: wordingOf(candidate),
    })),
  }
}

const effort = ({ title, benefit }: Candidate): number => title.length + benefit.length

const wordingOf = ({ title, benefit }: Candidate): Choice['wording'] => ({
  aggressive: `${title}, and do it today. ${benefit}`,
  moderate: `A good next step: ${lowerFirst(title)}. ${benefit}`,
  passive: `When you have a moment: ${lowerFirst(title)}. ${benefit}`,
})

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
