import type { Group } from '../../contract/recommendation.ts'
import { shortHash } from '../short-hash.ts'

export interface Experiment {
  readonly id: string
  /** Of a hundred people. */
  readonly holdoutPercent: number
  readonly baselinePercent: number
}

export interface Assignment {
  readonly experiment: string
  readonly group: Group
}

/** Of the 48 bits of a short hash. */
const BUCKETS = 2 ** 48

/**
 * Which group a person belongs to, drawn by hash: the same person, and the same address in any
 * session, is always drawn alike, with nobody asked. Nothing tells whether the address is known.
 */
export function assign(experiment: Experiment, subjectKey: string): Assignment {
  const { id, holdoutPercent, baselinePercent } = experiment
  const percent = (Number.parseInt(shortHash([id, subjectKey]), 16) / BUCKETS) * 100
  const group =
    percent < holdoutPercent
      ? 'holdout'
      : percent < holdoutPercent + baselinePercent
        ? 'baseline'
        : 'policy'
  return { experiment: id, group }
}
