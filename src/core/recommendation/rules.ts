import type { Action } from './catalogue.ts'

/** More than what separates neighbours in a catalogue, less than what separates first from last. */
const PAGE_BONUS = 20
/** What goes wrong comes first: it is above every action that nothing asks for. */
const ERROR_BONUS = 100

export const RULES_VERSION = 'rules/1'

export interface Choice {
  readonly action: Action
  /** 0 to 1: how clearly it was preferred. */
  readonly confidence: number
}

/**
 * The baseline: the most important action first, where the person is and what went wrong considered.
 * The same for the same input.
 *
 * @param page where the person is, a pattern of the catalogue
 */
export function rankByRules(candidates: readonly Action[], page: string | null): readonly Choice[] {
  const ranked = candidates
    .map((action) => ({ action, score: scoreOf(action, page) }))
    .toSorted((a, b) => b.score - a.score || (a.action.id < b.action.id ? -1 : 1))
  return ranked.map(({ action, score }, at) => {
    const rival = ranked[at === 0 ? 1 : 0]
    return { action, confidence: score / (score + (rival?.score ?? 0)) }
  })
}

const scoreOf = ({ priority, pages, when }: Action, page: string | null): number =>
  priority +
  (page !== null && pages?.includes(page) ? PAGE_BONUS : 0) +
  (when.errors === undefined ? 0 : ERROR_BONUS)
