import type { ChecklistView } from '../../src/contract/recommendation.ts'
import { useSnapshot } from './use-snapshot.ts'

export interface ChecklistState {
  readonly items: ChecklistView['items']
  readonly done: number
  readonly total: number
}

/** What is done and what can be done now; `null` until it is known. */
export function useChecklist(): ChecklistState | null {
  const checklist = useSnapshot((snapshot) => snapshot.checklist)
  if (checklist === null) return null
  const { items } = checklist
  return { items, done: items.filter(({ done }) => done).length, total: items.length }
}
