import type { Access } from './access.ts'
import { type Credentials, isStale, subjectOf } from './credentials.ts'
import { Errand, isPassing } from './errand.ts'
import { type Waiting, batchOf, queued, without } from './event-queue.ts'
import type { Deed } from './foyer.ts'
import type { Call } from './http.ts'
import { newId } from './new-id.ts'
import type { Problem } from './problem.ts'
import { forgetVisit, visitId } from './visit.ts'

/** Clicks that belong together go together, and a hint still comes while it helps. */
const FLUSH_AFTER_MS = 1_500
/** So much may outlive the page: two full bodies, the one under way when it was left and the last. */
const CALLS_MAX = 2
/** No page of a catalogue is as long; what follows would be what somebody typed. */
const PATH_MAX_CHARS = 512

/** What people do, in calls of many events. Each has its own id, so that none counts twice. */
export class Behaviour {
  readonly #access: Access
  readonly #flushed: () => void
  #queue: readonly Waiting[] = []
  /** Sent, and not answered yet. */
  #inFlight: readonly Waiting[] = []
  #calls = 0
  readonly errand = new Errand(() => this.#flush())

  constructor(access: Access, flushed: () => void) {
    this.#access = access
    this.#flushed = flushed
  }

  /** Of nobody nothing is reported: there is no one yet whose journey it would be. */
  track({ type, path, target, error }: Deed): void {
    if (this.#access.current() === null) return
    const page = path ?? (globalThis.location as Location | undefined)?.pathname
    this.#queue = queued(this.#queue, {
      eventId: newId(),
      sessionId: visitId(),
      eventType: type,
      timestamp: Date.now(),
      payload: {
        ...(page !== undefined && { path: page.slice(0, PATH_MAX_CHARS) }),
        ...(target !== undefined && { target }),
        ...(error !== undefined && { error }),
      },
    })
    this.errand.soon(FLUSH_AFTER_MS)
  }

  /**
   * The page may not come back: what waits goes now, beside what is under way. A token that is too old
   * is not renewed, since nobody might read the reply, and whoever says the old one again is a thief.
   */
  leave(): void {
    const held = this.#access.current()
    if (held === null || isStale(held, Date.now())) return
    void this.#flush(held).then((problem) => problem && this.errand.soon(FLUSH_AFTER_MS))
  }

  /** Another person's are not theirs, nor is the visit. */
  forget(): void {
    forgetVisit()
    this.#queue = []
  }

  /** @param leaving as whom alone it is sent; absent: as whoever it is, with a token that counts */
  async #flush(leaving?: Credentials): Promise<Problem | null> {
    const batch = batchOf(without(this.#queue, this.#inFlight))
    if (batch.length === 0 || this.#calls >= CALLS_MAX) return null
    this.#calls += 1
    this.#inFlight = [...this.#inFlight, ...batch]
    const report = (person: Credentials): Call<unknown> => ({
      path: '/api/v1/events',
      method: 'POST',
      body: { events: batch.map((event) => ({ ...event, userId: subjectOf(person) })) },
      keepalive: true,
    })
    const isForgotten = () => !batch.some((event) => this.#queue.includes(event))
    const answer = await (leaving
      ? this.#access.request(report(leaving), leaving.token)
      : this.#access.call((person) => (isForgotten() ? null : report(person))))
    this.#calls -= 1
    this.#inFlight = without(this.#inFlight, batch)
    // A refusal on leaving: a page that comes back renews its token. At other times nobody is left.
    if (!answer.ok && (isPassing(answer.error) || answer.error.code === 'unauthorized'))
      return answer.error
    this.#queue = without(this.#queue, batch)
    this.#flushed()
    if (this.#queue.length > 0) this.errand.soon()
    return null
  }
}
