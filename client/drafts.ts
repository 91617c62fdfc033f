import { fail, ok } from '../src/contract/result.ts'
import type { Access } from './access.ts'
import { isSamePerson } from './credentials.ts'
import { Errand, isPassing } from './errand.ts'
import type { Kept } from './kept.ts'
import { NOBODY, type Outcome, type Problem, TOO_LARGE } from './problem.ts'

/** What the server takes in all, in UTF-16 code units of its JSON. */
const DRAFT_MAX_CHARS = 16_384

type Answers = Readonly<Record<string, unknown>>

/** What somebody answers while the account is built; kept here until the server has it. */
export class Drafts {
  readonly #access: Access
  readonly #kept: Kept
  #last: Promise<unknown> = Promise.resolve()
  readonly errand = new Errand(() => this.flush())

  constructor(access: Access, kept: Kept) {
    this.#access = access
    this.#kept = kept
  }

  async save(changes: Answers): Outcome<Answers> {
    const held = this.#access.current()
    const unsent = { ...this.#unsent(), ...changes }
    if (JSON.stringify(unsent).length > DRAFT_MAX_CHARS) return fail(TOO_LARGE)
    if (held?.kind !== 'session') return this.#send(changes)
    this.#kept.write('draft', { specId: held.specId, unsent })
    const answer = await this.#inTurn(async () =>
      // What is unsent by then, since an earlier turn may have sent these with newer ones.
      isSamePerson(held, this.#access.current()) ? this.#send(this.#unsent()) : fail(NOBODY),
    )
    if (!answer.ok && isPassing(answer.error)) this.errand.soon()
    return answer
  }

  /** Tries once to send what is unsent. @returns what stood in the way, if it may pass */
  flush(): Promise<Problem | null> {
    return this.#inTurn(async () => {
      const unsent = this.#unsent()
      if (Object.keys(unsent).length === 0) return null
      const answer = await this.#send(unsent)
      return !answer.ok && isPassing(answer.error) ? answer.error : null
    })
  }

  /** One at a time: of two that are on their way, the older may arrive last, and would count. */
  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const sent = this.#last.then(send)
    this.#last = sent
    return sent
  }

  /** Of this session; another's are nobody's. */
  #unsent(): Answers {
    const held = this.#access.current()
    const kept = this.#kept.read('draft') as {
      readonly specId?: unknown
      readonly unsent?: Answers
    } | null
    return held?.kind === 'session' && kept?.specId === held.specId ? (kept.unsent ?? {}) : {}
  }

  async #send(changes: Answers): Outcome<Answers> {
    const answer = await this.#access.call<{ readonly draft: Answers }>({
      path: '/api/onboarding/draft',
      method: 'PATCH',
      body: changes,
    })
    if (answer.ok || !isPassing(answer.error)) this.#settle(changes)
    return answer.ok ? ok(answer.value.draft) : answer
  }

  /** What was said again meanwhile, and differently, is still to be sent. */
  #settle(sent: Answers): void {
    const held = this.#access.current()
    const left = Object.entries(this.#unsent()).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(sent[name]),
    )
    if (held?.kind !== 'session' || left.length === 0) return this.#kept.write('draft', null)
    this.#kept.write('draft', { specId: held.specId, unsent: Object.fromEntries(left) })
  }
}
