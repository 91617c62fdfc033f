import type { AccountFacts } from '../../contract/hydration.ts'
import type { HydrationStep } from '../hydration/step.ts'

/** An account as its row tells. */
export interface LedgerAccount {
  readonly facts: AccountFacts
  /** By step name: what the row says the account has. */
  readonly refs: ReadonlyMap<string, string>
  /** Of the lease that wrote the row: another one means that the account changed meanwhile. */
  readonly fence: number
}

/** How many of a step's things an account has. */
export interface ThingCount {
  readonly account: LedgerAccount
  /** The step's name. */
  readonly kind: string
  readonly expected: number
  readonly found: number
}

export interface CountedThings {
  readonly counts: readonly ThingCount[]
  /** How often a provider could not be asked: nothing is known, and nothing changes. */
  readonly unanswered: number
}

/** Steps that can say how many of their things exist. */
export const countingSteps = (steps: readonly HydrationStep[]): readonly HydrationStep[] =>
  steps.filter(({ count }) => count !== undefined)

/**
 * Asks for the things of one account after the other, so that no sign-up has to wait behind many of
 * our calls. A thing that the row does not name is not asked for: its step was off, or somebody else has the
 * address at the identity provider.
 */
export async function countThings(
  accounts: readonly LedgerAccount[],
  steps: readonly HydrationStep[],
): Promise<CountedThings> {
  const answers: (ThingCount | null)[] = []
  for (const account of accounts) {
    answers.push(...(await Promise.all(steps.map((step) => countThing(account, step)))))
  }
  const counts = answers.filter((answer) => answer !== null)
  return { counts, unanswered: answers.length - counts.length }
}

async function countThing(
  account: LedgerAccount,
  { name: kind, count }: HydrationStep,
): Promise<ThingCount | null> {
  if (count === undefined || !account.refs.has(kind)) {
    return { account, kind, expected: 0, found: 0 }
  }
  const found = await count({ account: account.facts, refs: account.refs })
  return found.ok ? { account, kind, expected: 1, found: found.value } : null
}

export const isEven = ({ expected, found }: Pick<ThingCount, 'expected' | 'found'>): boolean =>
  expected === found
