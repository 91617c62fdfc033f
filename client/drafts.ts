import { fail, ok } from '../src/contract/result.ts'
import type { Access } from './access.ts'
import { type Credentials, isSamePerson, subjectOf } from './credentials.ts'
import { Errand, passing } from './errand.ts'
import type { Kept } from './kept.ts'
import { NOBODY, type Outcome, type Problem, TOO_LARGE } from './problem.ts'

/** What the server takes in all, in UTF-16 code units of its JSON. */
const DRAFT_MAX_CHARS = 16_384

type Answers = Readonly<Record<string, unknown>>

interface Unsent {
  /** Whose it is, as their tokens say it. */
  readonly subject: string
  readonly unsent: Answers
}

/** What somebody answers while the account is built; kept here until the server has it. */
export class Drafts {
  readonly #access: Access
  readonly #kept: Kept
  readonly #show: (problem: Problem | null) => void
  #last: Promise<unknown> = Promise.resolve()
  readonly errand = new Errand(() => this.flush())

  /** @param show what stands in the way of what is kept, or refused it; `null`: nothing */
  constructor(access: Access, kept: Kept, show: (problem: Problem | null) => void) {
    this.#access = access
    this.#kept = kept
    this.#show = show
  }

  async save(changes: Answers): Outcome<Answers> {
    const held = this.#access.current()
    if (held === null) return fail(NOBODY)
    const unsent = { ...this.#unsent(held), ...changes }
    if (JSON.stringify(unsent).length > DRAFT_MAX_CHARS) return fail(TOO_LARGE)
    this.#keep(held, unsent)
    const answer = await this.#inTurn(() => this.#send(held))
    const problem = passing(answer)
    if (problem) this.errand.again(problem)
    return answer
  }

  /** Tries once to send what is unsent. @returns what stood in the way, if it may pass */
  flush(): Promise<Problem | null> {
    return this.#inTurn(async () => {
      const held = this.#access.current()
      if (held === null || isEmpty(this.#unsent(held))) {
        // Another tab may have sent it.
        this.#show(null)
        return null
      }
      return passing(await this.#send(held))
    })
  }

  /** One at a time: of two that are on their way, the older may arrive last, and would count. */
  #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const sent = this.#last.then(send)
    this.#last = sent
    return sent
  }

  /** Of this person; another's are nobody's. */
  #unsent(person: Credentials): Answers {
    const kept = this.#kept.read('draft') as Partial<Unsent> | null
    return kept?.subject === subjectOf(person) ? (kept.unsent ?? {}) : {}
  }

  #keep(person: Credentials, unsent: Answers): void {
    const draft: Unsent = { subject: subjectOf(person), unsent }
    this.#kept.write('draft', isEmpty(unsent) ? null : draft)
  }

  /** What is unsent by now: an earlier turn may have sent some of it. */
  async #send(person: Credentials): Outcome<Answers> {
    const unsent = this.#unsent(person)
    const answer = await this.#access.call<{ readonly draft: Answers }>((sender) =>
      isSamePerson(person, sender)
        ? { path: '/api/onboarding/draft', method: 'PATCH', body: unsent }
        : null,
    )
    if (passing(answer) === null) this.#settle(person, unsent)
    const problem = answer.ok ? null : answer.error
    if (isSamePerson(person, this.#access.current())) this.#show(problem)
    return answer.ok ? ok(answer.value.draft) : answer
  }

  /** What was said again meanwhile, and differently, is still to be sent. */
  #settle(person: Credentials, sent: Answers): void {
    const unsent = this.#unsent(person)
    const left = Object.entries(unsent).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(sent[name]),
    )
    // By now what is kept may be somebody else's.
    if (!isEmpty(unsent)) this.#keep(person, Object.fromEntries(left))
  }
}

const isEmpty = (answers: Answers): boolean => Object.keys(answers).length === 0
