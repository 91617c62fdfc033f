/** How a recommendation is worded: the arms of the bandit. */
export const TONES = ['aggressive', 'moderate', 'passive'] as const
export type Tone = (typeof TONES)[number]
