import type {
  AccountFacts,
  AccountKind,
  ErasureOrder,
  StepFailure,
  StepWork,
} from '../../contract/hydration.ts'
import type { Result } from '../../contract/result.ts'

/** What the object must know of a step: its name, and the call to freeze before the first try. */
export interface StepDefinition {
  /** Lower case, shown to the session and kept in the timeline: never rename. */
  readonly name: string
  /** The kinds of account that have such a thing; absent: every kind. */
  readonly kinds?: readonly AccountKind[]
  /**
   * The body of the call that creates the thing, as a pure function of the account. It is stored
   * with an idempotency key before the first try and never changes afterwards.
   */
  freeze?(account: AccountFacts): Readonly<Record<string, unknown>>
}

export interface CountInput {
  readonly account: AccountFacts
  /** By step name: what the account's row says that steps found or created. */
  readonly refs: ReadonlyMap<string, string>
}

export interface RemovalInput {
  readonly account: AccountFacts
  /** Of the lease; a step that writes with it refuses older ones. */
  readonly fence: number
  /** Somebody ordered it: the thing goes with its history; `null`: the account was kept long enough. */
  readonly order: ErasureOrder | null
  /** By step name: what other steps found or created, and what this one did in an earlier pass. */
  readonly refs: ReadonlyMap<string, string>
  /** Epoch milliseconds. */
  readonly now: number
}

export interface StepInput extends Omit<RemovalInput, 'order'> {
  readonly work: StepWork
}

/**
 * One thing that a finished account has outside. `ensure` finds or creates it under an id that
 * never changes, so that the first try, a retry, a replay after days and a returning sign-in are
 * the same call. It never throws for what a provider does; it reports.
 */
export interface HydrationStep extends StepDefinition {
  ensure(input: StepInput): Promise<Result<string, StepFailure>>
  /**
   * Removes whatever `ensure` may have made, known to us or not; nothing there is a success, too. A
   * step without it leaves its thing behind when an account is erased.
   */
  readonly remove?: (input: RemovalInput) => Promise<Result<null, StepFailure>>
  /**
   * How many things of this account exist, for the ledger; asked only when the account's row names one
   * (`refsOfRow` in `adapters/neon/ledger-accounts.ts`). A step without it is never asked. It never throws.
   */
  readonly count?: (input: CountInput) => Promise<Result<number, StepFailure>>
  /** What is held of this account there, as the provider shows it, for exports; `null`: nothing. It never throws. */
  readonly tell?: (input: CountInput) => Promise<Result<object | null, StepFailure>>
}

/** The steps that such an account goes through, in their order. */
export const stepsFor = <Step extends StepDefinition>(
  steps: readonly Step[],
  { kind }: Pick<AccountFacts, 'kind'>,
): readonly Step[] => steps.filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
