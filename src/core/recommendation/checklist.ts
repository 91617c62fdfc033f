import type { ChecklistView } from '../../contract/recommendation.ts'
import type { PersonState } from '../behaviour/person-state.ts'
import { candidatesFor } from './candidates.ts'
import type { Action, Catalogue } from './catalogue.ts'
import { rankByRules } from './rules.ts'

/** More than what a card shows without scrolling is not read. */
const ITEMS_MAX = 8
/** More than a handful to do puts people off, and what is left out follows as soon as one is done. */
const OPEN_ITEMS_MAX = 5

/**
 * What a person has done, oldest first, then what they can do now, in the rules' order wherever they
 * are. Of much that is done the newest stay.
 *
 * @param doneAt by action, epoch milliseconds; of those that `state` says are done
 */
export function checklistOf(
  catalogue: Catalogue,
  state: PersonState,
  doneAt: Readonly<Record<string, number>>,
): ChecklistView {
  const open = rankByRules(candidatesFor(catalogue, state), null)
    .map(({ action }) => action)
    .filter(isDoneByThem)
    .slice(0, OPEN_ITEMS_MAX)
  const done = catalogue.actions
    .filter((action) => state.completed_actions.includes(action.id) && isDoneByThem(action))
    .toSorted((a, b) => (doneAt[a.id] ?? 0) - (doneAt[b.id] ?? 0))
    .slice(open.length - ITEMS_MAX)
  return {
    items: [
      ...done.map((action) => itemOf(action, true)),
      ...open.map((action) => itemOf(action, false)),
    ],
  }
}

/** A mail that brings somebody back is ours to send, not theirs to tick off. */
const isDoneByThem = ({ component }: Action): boolean => component !== 'email_trigger'

const itemOf = ({ id, title, path }: Action, done: boolean) => ({ id, title, path, done })
