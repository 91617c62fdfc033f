import type { Tone } from '../../contract/recommendation.ts'
import type { Action } from './catalogue.ts'

type Wording = (action: Action) => string

/** The catalogue's own words, more or less pressing. */
const WORDINGS: Readonly<Record<Tone, Wording>> = {
  aggressive: ({ title, benefit }) => `Do this now: ${lowerFirst(title)}. ${benefit}`,
  moderate: ({ title, benefit }) => `${title}. ${benefit}`,
  passive: ({ title, benefit }) => `Whenever it suits you: ${lowerFirst(title)}. ${benefit}`,
}

export const wordingOf = (action: Action, tone: Tone): string => WORDINGS[tone](action)

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
