import type { PolicyAnswer, PolicyQuestion } from '../../contract/policy.ts'

export interface KeyedQuestion {
  readonly key: string
  readonly question: PolicyQuestion
}

/** Who is told when the answer comes. */
export interface Waiter {
  readonly person: string
  readonly subjectKey: string
}

/**
 * What came of taking a question.
 *
 * | kind | meaning |
 * |---|---|
 * | `taken` | ask: nobody else does for half a minute; since when it has waited |
 * | `answered` | by somebody else meanwhile |
 * | `held` | somebody else is asking just now |
 */
export type Taken =
  | { readonly kind: 'taken'; readonly askedAt: number }
  | { readonly kind: 'answered'; readonly answer: PolicyAnswer }
  | { readonly kind: 'held' }

/**
 * The answers that count, and who waits for one. Each method throws when the database cannot. Moments
 * are epoch milliseconds.
 *
 * | state | from | when |
 * |---|---|---|
 * | `asked` | (none), failed or expired, or claimed too long ago | somebody wants to know |
 * | `answered` | any | a model said something that may be shown |
 * | `failed` | asked | there was no answer; not asked again for a while |
 */
export interface AnswerStore {
  /**
   * Those that are known and fresh, by key. Each is checked like an answer that just came: what is in
   * the table and must not be shown is no answer, and is thrown away.
   *
   * @param counted whether it shows in the hit rate, each question once for each time that it is there
   */
  lookUp(
    questions: readonly KeyedQuestion[],
    now: number,
    counted: boolean,
  ): Promise<ReadonlyMap<string, PolicyAnswer>>
  /**
   * These people wait for an answer. Whoever looks an answer up after this has returned finds it, or
   * is told of it.
   *
   * @returns the keys that are the caller's to ask; of all who want the same, one gets it
   */
  ask(waiting: readonly (KeyedQuestion & Waiter)[], now: number): Promise<ReadonlySet<string>>
  /** They could not be sent: anybody may ask them at once. */
  release(keys: readonly string[], now: number): Promise<void>
  take(question: KeyedQuestion, now: number): Promise<Taken>
  /** Its turn comes then; until that nobody else need ask it. */
  postpone(key: string, until: number): Promise<void>
  /** Nobody asks it again before `againAt`. @param fault a line of ours */
  fail(key: string, fault: string, againAt: number): Promise<void>
  /** Settles its dead letters, too. Who waits is told afterwards, and forgotten after that. */
  answer(key: string, answer: PolicyAnswer, now: number): Promise<void>
  /** A page of those who wait, in the order of `person`. */
  waiters(key: string, after: string | null, limit: number): Promise<readonly Waiter[]>
  forget(key: string, told: readonly Waiter[]): Promise<void>
  countCalls(count: number, now: number): Promise<void>
}
