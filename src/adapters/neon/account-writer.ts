import pLimit from 'p-limit'
import type { StepFailure } from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'
import { type AccountResult, type AccountRow, eraseAccount, upsertAccounts } from './accounts.ts'
import type { Database } from './database.ts'
import { type ErasedPerson, erasePerson } from './erase-person.ts'

/** Long enough for people of one batch to become ready together, too short for anybody to notice. */
const LINGER_MS = 20
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

  write(row: AccountRow): Promise<AccountResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ row, resolve })
      if (this.#waiting.length >= ROWS_MAX) this.#flushSoon()
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
