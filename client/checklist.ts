import type { ChecklistView } from '../src/contract/recommendation.ts'
import type { Access } from './access.ts'
import { isSamePerson } from './credentials.ts'
import { Errand, passing } from './errand.ts'

/** What was just reported goes through a queue before it counts: most of it is there by then. */
const REFRESH_AFTER_MS = 2_000

/** What there is to do, as the server sees it; asked for again when that may have changed. */
export class Checklist {
  readonly errand: Errand

  constructor(access: Access, show: (view: ChecklistView | null) => void) {
    this.errand = new Errand(async () => {
      const asked = access.current()
      const answer = await access.call<ChecklistView | null>({ path: '/api/v1/checklist' })
      // Of whoever came meanwhile it is asked for by itself.
      if (answer.ok && isSamePerson(asked, access.current())) show(answer.value)
      return passing(answer)
    })
  }

  /** Several reasons within the time are one call. */
  refresh(): void {
    this.errand.soon(REFRESH_AFTER_MS)
  }
}
