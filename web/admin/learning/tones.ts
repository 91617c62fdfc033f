import type { Series } from '../parts/charts.tsx'

/** The arms in one order and one colour wherever they are drawn. */
export const TONES: readonly Series[] = [
  { key: 'aggressive', name: 'aggressive', colour: 0 },
  { key: 'moderate', name: 'moderate', colour: 1 },
  { key: 'passive', name: 'passive', colour: 2 },
]
