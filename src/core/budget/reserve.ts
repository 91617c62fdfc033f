import type { Amount, CallOutcome, Reservation, SpendSnapshot } from '../../contract/budget-rpc.ts'
import {
  type BudgetLimits,
  type BudgetState,
  FULL_RETRY_MS,
  type KeptBudget,
  acquire,
  settle,
  wakeBudget,
} from './budget.ts'
import { type Rate, intervalMs, takeTogether } from './gcra.ts'
import {
  type Spending,
  affords,
  dayOf,
  hold,
  lapse,
  nextDayAt,
  reservedOn,
  settleSpend,
  spentOn,
} from './spend.ts'
import { lineUp } from './waiting-line.ts'

/** Of a provider whose calls have a price. */
export interface SpendLimits {
  readonly tokens: Rate
  /** What may be spent in a day; 0: nothing is asked, ever. */
  readonly capMicroUsd: number
}

/** What one provider's object knows. */
export interface ProviderState {
  readonly calls: BudgetState
  readonly spending: Spending
}

/** Whoever was given a permit and money by an earlier life of the object may still settle both. */
export const wake = (now: number, spending: Spending, kept?: KeptBudget): ProviderState => {
  const { reserved } = lapse(spending, now)
  const open = new Map(reserved.map(({ permit, lapsesAt }) => [permit, lapsesAt]))
  return { calls: wakeBudget(now, kept, open), spending }
}

/**
 * One permit and what its call may take at the most: both, or neither. Tokens that were not needed
 * are not given back, since providers count them as we do: by what a call asks to be allowed.
 */
export function reserve(
  state: ProviderState,
  wanted: Amount,
  now: number,
  limits: BudgetLimits & SpendLimits,
): { readonly state: ProviderState; readonly reservation: Reservation } {
  const { calls, spending } = state
  const afforded = affords(spending, wanted.microUsd, limits.capMicroUsd, now)
  if (afforded === 'no') {
    return { state, reservation: { kind: 'over_budget', nextDayAt: nextDayAt(now) } }
  }
  const units = wanted.inputTokens + wanted.outputTokens
  const tokens = takeTogether(spending.tokensPaidUntil, limits.tokens, units, now)
  const moneyAt = afforded === 'later' ? now + FULL_RETRY_MS : now
  const againAt = Math.max(tokens.freeAt, moneyAt)
  if (againAt > now) {
    const apartMs = Math.max(intervalMs(limits), units * intervalMs(limits.tokens))
    const { waitsMs, endsAt } = lineUp(calls.lineEndsAt, 1, againAt, apartMs, now)
    return refused({ ...state, calls: { ...calls, lineEndsAt: endsAt } }, waitsMs)
  }
  const { state: after, allowance } = acquire(calls, 1, now, limits)
  const [permit] = allowance.permits
  const lapsesAt = permit === undefined ? undefined : after.open.get(permit)
  if (permit === undefined || lapsesAt === undefined) {
    return refused({ ...state, calls: after }, allowance.waitsMs)
  }
  const held = hold(spending, { ...wanted, permit, day: dayOf(now), lapsesAt }, now)
  return {
    state: { calls: after, spending: { ...held, tokensPaidUntil: tokens.paidUntil } },
    reservation: { kind: 'permit', permit },
  }
}

/** Who waits for a provider that is down waits for that, whatever else there is to wait for. */
const refused = (
  state: ProviderState,
  [waitMs = 0]: readonly number[],
): { readonly state: ProviderState; readonly reservation: Reservation } => ({
  state,
  reservation: { kind: state.calls.breaker.probeAt === null ? 'wait' : 'down', waitMs },
})

/** Takes in what calls have shown and what they took. */
export const settleAll = (
  { calls, spending }: ProviderState,
  outcomes: readonly CallOutcome[],
  now: number,
): ProviderState => ({
  calls: settle(calls, outcomes, now),
  spending: outcomes.reduce((before, outcome) => settleSpend(before, outcome, now), spending),
})

export function inspectSpend(
  spending: Spending,
  { tokens, capMicroUsd }: SpendLimits,
  now: number,
): SpendSnapshot {
  const today = dayOf(now)
  return {
    tokensPerSecond: tokens.perSecond,
    tokensBurst: tokens.burst,
    tokensFreeAt: takeTogether(spending.tokensPaidUntil, tokens, tokens.burst, now).freeAt,
    capMicroUsd,
    spentMicroUsd: spentOn(today, spending, now),
    reservedMicroUsd: reservedOn(today, spending, now),
    nextDayAt: nextDayAt(now),
    days: lapse(spending, now).days,
  }
}
