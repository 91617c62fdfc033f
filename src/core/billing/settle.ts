import type { StepFailure } from '../../contract/hydration.ts'
import { lookAgainAt, retryAt } from './again.ts'
import type { BillingEvents, ReadCustomer, TakenEvents } from './events.ts'
import { type Verdict, decideEvents } from './verdict.ts'

/**
 * Who loses a race looks again at once, at a world that has moved on; who goes on losing leaves the
 * rest to the cron.
 */
const ROUNDS_MAX = 5

export type Trouble =
  | { readonly kind: 'no_answer'; readonly failure: StepFailure }
  | { readonly kind: 'interrupted'; readonly error: unknown }

export interface SettleDeps {
  readonly events: BillingEvents
  readonly readCustomer: ReadCustomer
  readonly now: () => number
  /** For operators: nothing is lost by it. */
  readonly report: (trouble: Trouble) => void
}

/**
 * Brings the accounts of these customers, or of those that waited longest, to what billing says
 * now. May be called by anybody at any time, and be cut off: what is left open is taken again.
 * Never throws.
 */
export async function settleEvents(
  deps: SettleDeps,
  of: readonly string[] | { readonly limit: number },
): Promise<void> {
  try {
    await settleInRounds(deps, of)
  } catch (error) {
    deps.report({ kind: 'interrupted', error })
  }
}

/** The same for customers whose accounts were just written: their events need wait no longer. */
export async function settleClaimed(
  deps: SettleDeps,
  customerIds: readonly string[],
): Promise<void> {
  try {
    await deps.events.release(customerIds, deps.now())
    await settleInRounds(deps, customerIds)
  } catch (error) {
    deps.report({ kind: 'interrupted', error })
  }
}

async function settleInRounds(
  deps: SettleDeps,
  of: readonly string[] | { readonly limit: number },
): Promise<void> {
  let next = of
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const taken = await deps.events.take(next, deps.now())
    const settled = await Promise.all(taken.map((one) => settleCustomer(deps, one)))
    next = taken.filter((_, at) => settled[at] === false).map(({ customerId }) => customerId)
    if (next.length === 0) return
  }
}

/** @returns `false`: the world changed meanwhile, and what that means for them is open */
async function settleCustomer(deps: SettleDeps, taken: TakenEvents): Promise<boolean> {
  const { events, now } = deps
  const verdict = await decide(deps, taken)
  if (verdict === null) return true
  const done = await perform(deps, taken, verdict)
  if (!done) await events.giveBack(taken, now())
  return done
}

type Final = Exclude<Verdict, { readonly kind: 'ask' }>

/** `null`: billing did not answer, and they were put off. */
async function decide(deps: SettleDeps, taken: TakenEvents): Promise<Final | null> {
  const { events, readCustomer, now, report } = deps
  const unasked = decideEvents(taken, null, now())
  if (unasked.kind !== 'ask') return unasked
  const customer = await readCustomer(taken.customerId)
  if (!customer.ok) {
    report({ kind: 'no_answer', failure: customer.error })
    await events.giveBack(taken, retryAt(taken.looks, customer.error.retryAfterMs ?? 0, now()))
    return null
  }
  const verdict = decideEvents(taken, customer.value, now())
  if (verdict.kind === 'ask') throw new Error('asked, and still undecided')
  return verdict
}

function perform({ events, now }: SettleDeps, taken: TakenEvents, verdict: Final) {
  switch (verdict.kind) {
    case 'apply':
      return events.apply(taken, verdict.version, verdict.billing, now())
    case 'ignore':
      return events.ignore(taken, verdict.as, now())
    case 'wait':
      return events.park(taken, lookAgainAt(taken.looks, now()))
  }
}
