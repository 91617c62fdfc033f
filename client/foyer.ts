import type { EventType } from '../src/contract/behaviour.ts'
import type { Outcome } from './problem.ts'
import type { Snapshot } from './snapshot.ts'

/** What outlives a page: the shape of `localStorage`. */
export type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export interface FoyerOptions {
  /** Where the Worker is, as an origin; absent: where the page is. */
  readonly baseUrl?: string
  /** Absent: `localStorage` where there is one, else memory. */
  readonly keep?: Keep
}

export interface SignUp {
  readonly email: string
  readonly planId: string
  readonly referrer?: string
  /** Turnstile's token, where the server wants one; another one is the same wish. */
  readonly challenge?: string
}

/** Something that a person did, in names that developers give: never what they typed. */
export interface Deed {
  readonly type: EventType
  /** Absent: where the page is. */
  readonly path?: string
  /** The element, form or tooltip. */
  readonly target?: string
  /** A form with one was not accepted. */
  readonly error?: string
}

export interface Profile {
  readonly userId: string
  readonly email?: string
  readonly wallet?: string
  readonly planId: string
  readonly profile: Readonly<Record<string, unknown>>
}

/** One browser's way in: tokens, live status, behaviour, recommendations. Nothing starts by itself. */
export interface Foyer {
  /** Restores what was kept, listens, and renews; also after `stop`. Does nothing on a server. */
  start(): void
  stop(): void

  /** For `useSyncExternalStore` and whatever else wants to know of changes. */
  subscribe(listener: () => void): () => void
  getSnapshot(): Snapshot

  /** The same intention twice, also after a reload or a lost reply, is one session. */
  signUp(intention: SignUp): Outcome<{ readonly specId: string }>
  /**
   * Merged with what was said before. The answer is that of the first try; when the server was out of
   * reach it is sent again, and the snapshot's `draftProblem` says how that went.
   */
  saveDraft(changes: Readonly<Record<string, unknown>>): Outcome<Readonly<Record<string, unknown>>>
  requestCode(): Outcome<null>
  /** @param code eight digits, with or without a space between */
  claim(code: string): Outcome<{ readonly userId: string }>
  /** @param resumeToken what stands behind the `#` of a mail's link */
  resume(resumeToken: string): Outcome<{ readonly userId: string }>
  me(): Outcome<Profile>
  logout(): Outcome<null>
  /** For calls of the product's own API; renewed when needed, `null` for nobody. */
  token(): Promise<string | null>

  /** Sent with others soon, and at the latest when the page is left. */
  track(deed: Deed): void

  /** It was on the screen. Counts once, as all four do. */
  seen(recommendationId: string): void
  clicked(recommendationId: string): void
  /** Not again for days, also after a reload, also while the server is out of reach. */
  dismiss(recommendationId: string): void
  /** Not now: hidden in this browser for a while. */
  snooze(recommendationId: string): void
}
