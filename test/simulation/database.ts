import { type AccountRow, accountResultOf } from '../../src/adapters/neon/accounts.ts'
import type { AccountWriter } from '../../src/adapters/neon/account-writer.ts'
import type { ErasedPerson } from '../../src/adapters/neon/erase-person.ts'
import { UNIQUE_VIOLATION, databaseFailure } from '../../src/adapters/neon/database.ts'
import { fail, ok } from '../../src/contract/result.ts'
import { isTerminal } from '../../src/core/onboarding/state.ts'
import type {
  DeadLetter,
  DeadLetterStore,
  EmptiedStores,
  ErasureReceipt,
  ErasureRecords,
  IndexedSession,
  OverdueSession,
  SessionIndex,
  StalledErasure,
} from '../../src/core/ports.ts'
import type { Invocation } from './invocation.ts'
import type { Stage } from './stage.ts'

const NAME = 'database'

type Table = 'users' | 'onboarding_sessions' | 'dead_letters' | 'erasures'

const TRAVEL_MIN_MS = 1
const TRAVEL_MAX_MS = 60
/** A statement may wait for a lock, or in a proxy, for longer than its sender. */
const LATE_MIN_MS = 1_000
const LATE_MAX_MS = 90_000
/** As `QUERY_TIMEOUT_MS` of the real client. */
const TIMEOUT_MS = 8_000

export interface IndexRow extends Omit<IndexedSession, 'subjectKey'> {
  /** `null`: the person was erased. */
  readonly subjectKey: string | null
  readonly settledAt: number | null
  readonly isErased: boolean
}

export interface ErasureRow {
  /** `null`: it is over. */
  readonly subjectKey: string | null
  readonly seenAt: number
  readonly emptied: EmptiedStores | null
  readonly receipt: ErasureReceipt | null
}

/** What one statement did to one row of `users`. */
export interface RowChange {
  readonly before: AccountRow | undefined
  readonly after: AccountRow
}

/** Postgres with our tables and the rules of our statements, each of which is atomic. */
export class SimulatedDatabase {
  /** By subject key, which is unique. */
  readonly users = new Map<string, AccountRow>()
  readonly sessions = new Map<string, IndexRow>()
  readonly deadLetters = new Map<string, DeadLetter>()
  /** By order. */
  readonly erasures = new Map<string, ErasureRow>()
  /** Of whom triggers keep everything away. */
  readonly #erasedIds = new Set<string>()
  #changes: RowChange[] = []
  readonly #stage: Stage
  /** After each change of the index, or of an erasure: the cron may have somebody to look after. */
  readonly #onIndexed: () => void

  constructor(stage: Stage, onIndexed: () => void) {
    this.#stage = stage
    this.#onIndexed = onIndexed
  }

  accountWriter(invocation: Invocation): Pick<AccountWriter, 'write' | 'erase' | 'erasePerson'> {
    return {
      write: async (row) => {
        try {
          const userId = await this.#statement(
            invocation,
            'users',
            `upsert user, fence ${row.fence}`,
            () => this.#upsertUser(row),
          )
          return accountResultOf(row, userId)
        } catch (error) {
          return fail(databaseFailure(error))
        }
      },
      erase: async (subjectKey, fence) => {
        try {
          await this.#statement(invocation, 'users', `erase user, fence ${fence}`, () =>
            this.#eraseUser(subjectKey, fence),
          )
          return ok(null)
        } catch (error) {
          return fail(databaseFailure(error))
        }
      },
      erasePerson: async (person) => {
        try {
          await this.#statement(invocation, 'users', 'erase a person', () =>
            this.#erasePerson(person),
          )
          return ok(null)
        } catch (error) {
          return fail(databaseFailure(error))
        }
      },
    }
  }

  erasureRecords(invocation: Invocation): ErasureRecords {
    const attempted = async (what: string, run: () => void) => {
      try {
        await this.#statement(invocation, 'erasures', what, run)
        return ok(null)
      } catch (error) {
        return fail(databaseFailure(error))
      }
    }
    return {
      begin: ({ erasure }, subjectKey) =>
        attempted('begin erasure', () => {
          const seenAt = this.#stage.scheduler.now
          const row = this.erasures.get(erasure) ?? { subjectKey, emptied: null, receipt: null }
          this.#putErasure(erasure, { ...row, seenAt })
        }),
      keep: (emptied) =>
        attempted('keep what stores said', () => {
          const row = this.erasures.get(emptied.erasure)
          if (row) this.#putErasure(emptied.erasure, { ...row, emptied })
        }),
      close: (receipt) =>
        attempted('close erasure', () => {
          const row = this.erasures.get(receipt.erasure)
          if (row) this.#putErasure(receipt.erasure, { ...row, subjectKey: null, receipt })
        }),
    }
  }

  /** `takeStalledErasures`. */
  takeStalled(
    invocation: Invocation,
    seenBefore: number,
    limit: number,
  ): Promise<readonly StalledErasure[]> {
    return this.#statement(invocation, 'erasures', 'take stalled', () => {
      const stalled = [...this.erasures]
        .filter(([, { receipt, seenAt }]) => receipt === null && seenAt < seenBefore)
        .slice(0, limit)
      for (const [erasure, row] of stalled) {
        this.#putErasure(erasure, { ...row, seenAt: this.#stage.scheduler.now })
      }
      return stalled.flatMap(([erasure, { subjectKey, emptied }]) =>
        subjectKey === null ? [] : [{ erasure, subjectKey, emptied }],
      )
    })
  }

  /** Of one that is over nothing changes any more. */
  #putErasure(erasure: string, row: ErasureRow): void {
    if (this.erasures.get(erasure)?.receipt) return
    this.erasures.set(erasure, row)
    this.#onIndexed()
  }

  index(invocation: Invocation): SessionIndex {
    return {
      record: (sessions, now) =>
        sessions.length === 0
          ? Promise.resolve([])
          : this.#statement(
              invocation,
              'onboarding_sessions',
              `index ${sessions.length} sessions`,
              () => {
                this.#record(sessions, now)
                // Nobody asks for replays by group here.
                return []
              },
            ),
      takeOverdue: (dueBefore, limit, againAt) =>
        this.#statement(invocation, 'onboarding_sessions', 'take overdue', () =>
          this.#takeOverdue(dueBefore, limit, againAt),
        ),
    }
  }

  deadLetterStore(invocation: Invocation): DeadLetterStore {
    return {
      keep: (letters) =>
        this.#statement(invocation, 'dead_letters', `keep ${letters.length} dead letters`, () => {
          for (const letter of letters) {
            if (!this.deadLetters.has(letter.id)) this.deadLetters.set(letter.id, letter)
          }
        }),
    }
  }

  /** What happened to `users` since the last time. */
  takeChanges(): readonly RowChange[] {
    const changes = this.#changes
    if (changes.length > 0) this.#changes = []
    return changes
  }

  /** When somebody is next to be looked after; `null`: nobody, ever. */
  get nextDueAt(): number | null {
    const dues = [
      ...[...this.sessions.values()].flatMap(({ dueAt }) => dueAt ?? []),
      ...[...this.erasures.values()].flatMap(({ receipt, seenAt }) => (receipt ? [] : seenAt)),
    ]
    return dues.length === 0 ? null : Math.min(...dues)
  }

  /** Whether the cron will look after this person by then. */
  looksAfter(subjectKey: string, by: number): boolean {
    return (
      [...this.erasures.values()].some((row) => row.subjectKey === subjectKey) ||
      [...this.sessions.values()].some(
        (row) => row.subjectKey === subjectKey && row.dueAt !== null && row.dueAt <= by,
      )
    )
  }

  /** The rule of `upsertAccounts`, with its unique keys. */
  #upsertUser(row: AccountRow): string | undefined {
    if (this.#erasedIds.has(row.userId)) return undefined
    const held = this.users.get(row.subjectKey)
    for (const other of this.users.values()) {
      if (other.subjectKey !== row.subjectKey && sharesUniqueKey(row, other)) throw new Violation()
    }
    if (held === undefined) return this.#putUser(undefined, row)
    if (!this.#stage.decisions.mayOverwrite(held.fence, row.fence)) return undefined
    return this.#putUser(held, {
      ...held,
      auth0UserId: row.auth0UserId ?? held.auth0UserId,
      stripeCustomerId: row.stripeCustomerId ?? held.stripeCustomerId,
      fence: row.fence,
    })
  }

  #putUser(before: AccountRow | undefined, after: AccountRow): string {
    this.users.set(after.subjectKey, after)
    this.#changes.push({ before, after })
    return after.userId
  }

  /** The rule of `eraseAccount`. */
  #eraseUser(subjectKey: string, fence: number): void {
    const held = this.users.get(subjectKey)
    if (held !== undefined && this.#stage.decisions.mayOverwrite(held.fence, fence)) {
      this.users.delete(subjectKey)
    }
    for (const row of this.sessions.values()) {
      if (row.subjectKey !== subjectKey) continue
      this.sessions.set(row.specId, {
        ...row,
        subjectKey: null,
        dueAt: null,
        status: row.settledAt === null ? 'failed' : row.status,
        settledAt: row.settledAt ?? this.#stage.scheduler.now,
        isErased: true,
      })
    }
    this.#onIndexed()
  }

  /** The rule of `erasePerson`; rows of nobody are left out. */
  #erasePerson({ userId, subjectKey, lastRun, sessions }: ErasedPerson): void {
    this.#erasedIds.add(userId)
    for (const specId of sessions) this.#erasedIds.add(specId)
    for (const row of this.sessions.values()) {
      if (row.subjectKey === subjectKey && row.run <= lastRun) this.#erasedIds.add(row.specId)
    }
    for (const specId of this.#erasedIds) this.sessions.delete(specId)
    if (this.users.get(subjectKey)?.userId === userId) this.users.delete(subjectKey)
    this.#onIndexed()
  }

  /** The rule of `SessionIndex.record`: what is known of a run never goes back. */
  #record(sessions: readonly IndexedSession[], now: number): void {
    for (const said of sessions) {
      if (this.#erasedIds.has(said.specId)) continue
      const settledAt = isTerminal(said.status) ? now : null
      const held = this.sessions.get(said.specId)
      if (held === undefined) {
        this.sessions.set(said.specId, { ...said, settledAt, isErased: false })
        continue
      }
      const isSame = said.run === held.run
      const isNews = isSame ? held.settledAt === null || settledAt !== null : said.run > held.run
      if (!isNews) continue
      const isOver = isSame && held.settledAt !== null && !held.isErased
      this.sessions.set(said.specId, {
        ...held,
        subjectKey: said.subjectKey,
        run: said.run,
        status: isOver ? held.status : said.status,
        settledAt: isOver ? held.settledAt : settledAt,
        archivedAt: held.archivedAt ?? said.archivedAt,
        invitedAt: held.invitedAt ?? said.invitedAt,
        provenAt: held.provenAt ?? said.provenAt,
        dueAt: said.dueAt,
        isErased: false,
      })
    }
    this.#onIndexed()
  }

  #takeOverdue(dueBefore: number, limit: number, againAt: number): readonly OverdueSession[] {
    const overdue = [...this.sessions.values()]
      .filter(({ dueAt }) => dueAt !== null && dueAt < dueBefore)
      .toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
      .slice(0, limit)
    for (const row of overdue) this.sessions.set(row.specId, { ...row, dueAt: againAt })
    this.#onIndexed()
    return overdue.flatMap(({ specId, subjectKey, run, openedAt }) =>
      subjectKey === null ? [] : [{ specId, subjectKey, run, openedAt }],
    )
  }

  #statement<Value>(
    invocation: Invocation,
    where: Table,
    what: string,
    run: () => Value,
  ): Promise<Value> {
    const { delays, faults, scheduler, trace } = this.#stage
    const travel = () => delays.int(TRAVEL_MIN_MS, TRAVEL_MAX_MS)
    return invocation.suspend((goOn) => {
      const timeOut = () => scheduler.after(TIMEOUT_MS, () => goOn(fail(new Error('timed out'))))
      const late = faults.strikes('statement_late', where, !invocation.isSteady)
      if (late) timeOut()
      const delay = late ? TIMEOUT_MS + delays.int(LATE_MIN_MS, LATE_MAX_MS) : travel()
      scheduler.after(delay, () => {
        if (faults.isDown(NAME) || faults.strikes('statement_lost', where)) return timeOut()
        trace.note(NAME, `${what} for ${invocation.name}`)
        const outcome = attempt(run)
        if (faults.strikes('commit_unheard', where)) return timeOut()
        return scheduler.after(travel(), () => goOn(outcome))
      })
    })
  }
}

class Violation extends Error {
  readonly code = UNIQUE_VIOLATION
}

function attempt<Value>(run: () => Value) {
  try {
    return ok(run())
  } catch (error) {
    if (error instanceof Violation) return fail(error)
    throw error
  }
}

const sharesUniqueKey = (a: AccountRow, b: AccountRow): boolean =>
  a.userId === b.userId ||
  isSame(a.email, b.email) ||
  isSame(a.auth0UserId, b.auth0UserId) ||
  isSame(a.stripeCustomerId, b.stripeCustomerId)

/** `NULL` equals nothing. */
const isSame = (a: string | null, b: string | null): boolean => a !== null && a === b
