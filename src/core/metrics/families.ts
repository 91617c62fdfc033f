import { countedFamilies } from './counted.ts'
import type { Counts } from './counts.ts'
import { derivedFamilies } from './derived.ts'
import type { Family } from './exposition.ts'
import { type Standing, standingFamilies } from './standing.ts'

/**
 * Everything that `/metrics` shows, always all of the names.
 *
 * @param now epoch milliseconds
 */
export const familiesOf = (counts: Counts, standing: Standing, now: number): readonly Family[] => [
  ...countedFamilies(counts),
  ...derivedFamilies(counts),
  ...standingFamilies(standing, counts, now),
]
