import type { Spread } from '../harness/statistics.ts'
import { short, told } from '../harness/table.ts'

/** Whether the turns, but for the odd ones, say the same: otherwise they say nothing. */
export type Verdict = 'ahead' | 'behind' | 'level'

export function verdictOf({ low, high }: Spread): Verdict {
  if (low > 1) return 'ahead'
  return high < 1 ? 'behind' : 'level'
}

/**
 * How many calls Foyer takes beside somebody else, as a sentence of any outcome.
 *
 * @param ratio Foyer's throughput as a multiple of the other's
 */
export function throughputInWords(other: string, ratio: Spread): string {
  const verdict = verdictOf(ratio)
  if (verdict === 'ahead') return `Foyer takes ${short(ratio.median)} times as many as ${other}.`
  if (verdict === 'behind') {
    return `Foyer is behind: ${other} takes ${short(1 / ratio.median)} times as many.`
  }
  return `Foyer and ${other} are level: the turns do not agree on who is quicker (${told(ratio)}).`
}

/** @param ratio the other's CPU time as a multiple of Foyer's; `null` where nobody tells */
export function cpuInWords(other: string, ratio: Spread | null): string {
  if (ratio === null) return ''
  const verdict = verdictOf(ratio)
  if (verdict === 'ahead') {
    return ` A call costs ${other} ${short(ratio.median)} times the CPU time that it costs Foyer.`
  }
  if (verdict === 'behind') {
    return ` A call costs Foyer ${short(1 / ratio.median)} times the CPU time that it costs ${other}.`
  }
  return ` Which of them needs more CPU time for a call the turns do not agree on (${told(ratio)}).`
}
