import pLimit from 'p-limit'
import type { StepFailure } from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'
import { type AccountResult, type AccountRow, eraseAccount, upsertAccounts } from './accounts.ts'
import type { Database } from './database.ts'
import { type ErasedPerson, erasePerson } from './erase-person.ts'

/**
 * The most that a row waits for company: what people take for at once. Whoever is the last to come makes
 * the others wait no longer.
 */
const LINGER_MS = 100
/** The consumer's batch; a statement of this size takes milliseconds. */
const ROWS_MAX = 25

interface Waiting {
  readonly row: AccountRow
  readonly resolve: (result: AccountResult) => void
}

/** Gathers account rows that are ready at about the same time into one statement. */
export class AccountWriter {
  readonly #database: Database
  readonly #waiting: Waiting[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Subjects whose row may still come; `null`: nobody said who will. */
  #coming: Set<string> | null = null
  // A statement at a time: a slow database must not take the connections of the providers.
  readonly #oneByOne = pLimit(1)

  readonly #settle: (customerIds: readonly string[]) => Promise<void>

  /** @param settle called with the customers of written rows that are awaited; never throws */
  constructor(
    database: Database,
    settle: (customerIds: readonly string[]) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#database = database
    this.#settle = settle
  }

  /** Whose rows may come: rows wait for each other only as long as another one may. */
  expect(subjectKeys: readonly string[]): void {
    this.#coming = new Set(subjectKeys)
  }

  /** Of this subject no row will come any more; said twice, or after its row, it changes nothing. */
  leave(subjectKey: string): void {
    if (this.#coming?.delete(subjectKey) && this.#coming.size === 0) this.#flushSoon()
  }

  write(row: AccountRow): Promise<AccountResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ row, resolve })
      this.#coming?.delete(row.subjectKey)
      const isComplete = this.#waiting.length >= ROWS_MAX || this.#coming?.size === 0
      if (isComplete) this.#flushSoon()
      else this.#timer ??= setTimeout(() => this.#flushSoon(), LINGER_MS)
    })
  }

  /** Erasures are rare: each goes by itself. */
  erase(subjectKey: string, fence: number): Promise<Result<null, StepFailure>> {
    return this.#oneByOne(() => eraseAccount(this.#database, subjectKey, fence))
  }

  /** Somebody ordered it. */
  erasePerson(person: ErasedPerson): Promise<Result<null, StepFailure>> {
    return this.#oneByOne(() => erasePerson(this.#database, person))
  }

  #flushSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    void this.#oneByOne(() => this.#flush())
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting.splice(0, ROWS_MAX)
    if (waiting.length === 0) return
    const awaited: string[] = []
    const results = await upsertAccounts(
      this.#database,
      waiting.map(({ row }) => row),
      (customerId) => awaited.push(customerId),
    )
    const settled = awaited.length > 0 ? this.#settle(awaited) : Promise.resolve()
    for (const [position, { row, resolve }] of waiting.entries()) {
      const result = results[position]
      if (result === undefined) throw new Error('an account row was written without a result')
      // Only who is concerned waits for what billing says.
      if (!awaited.includes(row.stripeCustomerId ?? '')) resolve(result)
      else void settled.then(() => resolve(result))
    }
  }
}
