import type {
  RecommendationFrame,
  RecommendationView,
  WithdrawalFrame,
} from '../src/contract/recommendation.ts'
import type { Access } from './access.ts'
import {
  type Answer,
  type Answers,
  answered,
  firstUntold,
  isSettled,
  readAnswers,
  told,
} from './answers.ts'
import { Errand, passing } from './errand.ts'
import type { Kept } from './kept.ts'
import type { Problem } from './problem.ts'

/** "Not now" is about what somebody is in the middle of; a session of work is about as long. */
const SNOOZE_MS = 1_800_000

/** What the server recommends, less what was answered or put off here. */
export class Recommendations {
  readonly #access: Access
  readonly #kept: Kept
  readonly #show: (view: RecommendationView | null) => void
  #standing: RecommendationView | null = null
  /** Counts what was heard, so that an answer that was overtaken by a frame says nothing. */
  #heard = 0
  #wakeUp: ReturnType<typeof setTimeout> | undefined
  readonly asking = new Errand(() => this.ask())
  readonly telling = new Errand(() => this.#tell())

  constructor(access: Access, kept: Kept, show: (view: RecommendationView | null) => void) {
    this.#access = access
    this.#kept = kept
    this.#show = show
  }

  hear(view: RecommendationView | null): void {
    this.#heard += 1
    this.#standing = view
    this.#present()
  }

  hearFrame(frame: RecommendationFrame | WithdrawalFrame): void {
    if (frame.type === 'recommendation') {
      const { type: _, ...view } = frame
      this.hear(view)
    } else if (this.#standing?.recommendationId === frame.recommendationId) this.hear(null)
  }

  answer(id: string, kind: Answer['kind']): void {
    this.#kept.write('answers', answered(this.#answers(), id, kind))
    this.#present()
    this.telling.soon()
  }

  snooze(id: string): void {
    this.#kept.write('snoozed', { id, at: Date.now() })
    this.#present()
  }

  stop(): void {
    clearTimeout(this.#wakeUp)
  }

  #present(): void {
    const view = this.#standing
    clearTimeout(this.#wakeUp)
    if (view === null) return this.#show(null)
    const snoozedMs = this.#snoozedMs(view.recommendationId)
    if (snoozedMs > 0) this.#wakeUp = setTimeout(() => this.#present(), snoozedMs)
    this.#show(snoozedMs > 0 || isSettled(this.#answers(), view.recommendationId) ? null : view)
  }

  #snoozedMs(id: string): number {
    const snoozed = this.#kept.read('snoozed') as { readonly id?: unknown; readonly at?: unknown }
    if (snoozed?.id !== id || typeof snoozed.at !== 'number') return 0
    const left = snoozed.at + SNOOZE_MS - Date.now()
    // A clock that was set back would put it off for as long.
    return left > SNOOZE_MS ? 0 : left
  }

  #answers(): Answers {
    return readAnswers(this.#kept.read('answers'))
  }

  /** What the server says now, heard. @returns what stood in the way, if it may pass */
  async ask(): Promise<Problem | null> {
    const before = this.#heard
    const answer = await this.#access.call<RecommendationView | null>({
      path: '/api/v1/recommendation',
    })
    if (answer.ok && this.#heard === before) this.hear(answer.value)
    return passing(answer)
  }

  async #tell(): Promise<Problem | null> {
    for (;;) {
      const next = firstUntold(this.#answers())
      if (next === undefined) return null
      const answer = await this.#access.call({
        path: `/api/v1/recommendations/${encodeURIComponent(next.id)}/feedback`,
        method: 'POST',
        body: { kind: next.kind },
        keepalive: true,
      })
      const problem = passing(answer)
      if (problem) return problem
      this.#kept.write('answers', told(this.#answers(), next))
    }
  }
}
