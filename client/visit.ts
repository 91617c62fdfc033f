import { newId } from './new-id.ts'

const KEY = 'foyer.visit'

let ofThisPage: string | undefined

/** Of one tab, until it is closed; of this page, where a tab may keep nothing. */
export function visitId(): string {
  try {
    const storage = globalThis.sessionStorage
    const kept = storage.getItem(KEY)
    if (kept !== null && kept !== '') return kept
    const id = newId()
    storage.setItem(KEY, id)
    return id
  } catch {
    ofThisPage ??= newId()
    return ofThisPage
  }
}

/** Whoever comes next on this page is on a visit of their own. */
export function forgetVisit(): void {
  ofThisPage = undefined
  try {
    globalThis.sessionStorage.removeItem(KEY)
  } catch {
    // Then it is of this page alone.
  }
}
