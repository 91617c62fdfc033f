import type { Counts } from './counts.ts'
import { lifeOf } from './life.ts'
import { type Premises, SECONDS_PER_MONTH, totalOf } from './model.ts'
import { databaseAndOurs } from './limits-ours.ts'
import { platformLimits } from './limits-platform.ts'
import { providerLimits } from './limits-providers.ts'
import type { Source } from './prices.ts'

export type LimitUnit = 'sign-ups/s' | 'events/s' | 'questions/s'

export interface Limit {
  readonly name: string
  /** Whose it is: a page that says so, or a setting or a constant of ours. */
  readonly source: Source | { readonly code: string }
  /** From which rate on it binds, and what else there is to say; `null`: a rate does not reach it. */
  readonly bindsAt: { readonly rate: number; readonly unit: LimitUnit } | null
  /** How it was reckoned, or how far we are from it. */
  readonly reckoned: string
  readonly effect: string
  readonly remedy: string
  /** People wait longer from there on, under the default settings. */
  readonly delays?: true
}

/** What one sign-up causes at a rate at which batches are full. */
export interface PerSignUp {
  readonly premises: Premises
  readonly counted: (amount: (counts: Counts) => number) => number
  readonly questions: number
  readonly eventsCalls: number
}

/** More than fills a batch. */
const BUSY = { signUps: 100 * SECONDS_PER_MONTH, furtherEvents: 0 }

export const perSignUp = (premises: Premises): PerSignUp => ({
  premises,
  counted: (amount) => totalOf(premises, BUSY, amount) / BUSY.signUps,
  questions: lifeOf(premises.assumed).question,
  eventsCalls: lifeOf(premises.assumed).eventsCall,
})

/** Of providers, of the platform, of the database, and our own. */
export function limitsOf(premises: Premises): readonly Limit[] {
  const each = perSignUp(premises)
  return [...providerLimits(each), ...platformLimits(each), ...databaseAndOurs(each)]
}

/** What binds first comes first; what no rate reaches, last. */
export const inOrder = (limits: readonly Limit[]): readonly Limit[] =>
  limits.toSorted(
    (one, other) =>
      kindOf(one) - kindOf(other) || (one.bindsAt?.rate ?? 0) - (other.bindsAt?.rate ?? 0),
  )

const UNITS: readonly LimitUnit[] = ['sign-ups/s', 'events/s', 'questions/s']

const kindOf = ({ bindsAt }: Limit): number =>
  bindsAt === null ? UNITS.length : UNITS.indexOf(bindsAt.unit)
