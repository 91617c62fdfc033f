import type { SessionView } from '../../src/contract/onboarding.ts'
import type { OpenSession } from '../../src/contract/subject-rpc.ts'

/** A sign-up that was answered: from then on it is a promise. */
export interface Promised {
  readonly command: OpenSession
  readonly specId: string
  readonly at: number
}

export interface Shown {
  readonly subjectKey: string
  readonly view: SessionView
}

/** A person was let in by a link or a code. */
export interface Granted {
  readonly subjectKey: string
  readonly mail: string
  readonly userId: string
  readonly member: string
}

/** What people were told, kept outside everything that may forget it. */
export class Ledger {
  /** By specId, first answer first. */
  readonly promised = new Map<string, Promised>()
  readonly granted: Granted[] = []
  #promises: Promised[] = []
  #shown: Shown[] = []

  promise(promised: Promised): void {
    if (!this.promised.has(promised.specId)) this.promised.set(promised.specId, promised)
    this.#promises.push(promised)
  }

  grant(granted: Granted): void {
    this.granted.push(granted)
  }

  show(shown: Shown): void {
    this.#shown.push(shown)
  }

  /** What was told since the last time. */
  takeNews(): { readonly promises: readonly Promised[]; readonly shown: readonly Shown[] } {
    const news = { promises: this.#promises, shown: this.#shown }
    if (news.promises.length > 0) this.#promises = []
    if (news.shown.length > 0) this.#shown = []
    return news
  }
}
