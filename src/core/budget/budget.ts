import type { Allowance, BudgetSnapshot, CallOutcome } from '../../contract/budget-rpc.ts'
import {
  type Breaker,
  CLOSED,
  afterAnswer,
  afterFailure,
  afterPermit,
  asksAgainAt,
  callsAllowed,
} from './breaker.ts'
import { type Rate, intervalMs, takeSlots } from './gcra.ts'
import { lineUp } from './waiting-line.ts'

/** Longer than any call's time-out: a permit that was not settled by then belongs to a dead consumer. */
const PERMIT_LIFETIME_MS = 30_000
/** Soon enough for those who met a full house; a call takes about this long. */
export const FULL_RETRY_MS = 500
/** For a provider that says "too many" and not for how long, or "for no time at all". */
const PAUSE_MIN_MS = 1_000
/** A provider that means longer says so again; one odd header must not silence us for a day. */
const PAUSE_MAX_MS = 300_000

export interface BudgetLimits extends Rate {
  /** Calls under way at a time. */
  readonly concurrency: number
}

export interface BudgetState {
  /** Of the rate, see `takeSlots`. */
  readonly paidUntil: number
  readonly breaker: Breaker
  /** The provider asked everybody to wait until then, epoch milliseconds. */
  readonly pausedUntil: number
  /** How often the provider asked for that, ever. */
  readonly rateLimitHits: number
  /** Where the line of those who wait ends, see `lineUp`. */
  readonly lineEndsAt: number
  /** Permits not settled yet: when each lapses, epoch milliseconds. */
  readonly open: ReadonlyMap<number, number>
  readonly lastPermit: number
}

/** What must outlive the object's memory: waiting, which nobody would notice again at once, and a count. */
export type KeptBudget = Pick<BudgetState, 'breaker' | 'pausedUntil' | 'rateLimitHits'>

/**
 * Permits are counted from the moment of waking on: below a thousand calls a second none of an
 * earlier life has the number of one of this.
 *
 * @param open permits of an earlier life that are remembered
 */
export const wakeBudget = (
  now: number,
  kept?: KeptBudget,
  open: BudgetState['open'] = new Map(),
): BudgetState => ({
  paidUntil: 0,
  breaker: kept?.breaker ?? CLOSED,
  pausedUntil: kept?.pausedUntil ?? 0,
  rateLimitHits: kept?.rateLimitHits ?? 0,
  lineEndsAt: 0,
  open,
  lastPermit: Math.max(now, ...open.keys()),
})

/** Hands out as many permits as rate, concurrency, pause and breaker allow now. */
export function acquire(
  state: BudgetState,
  wanted: number,
  now: number,
  limits: BudgetLimits,
): { readonly state: BudgetState; readonly allowance: Allowance } {
  const open = new Map([...state.open].filter(([, lapsesAt]) => lapsesAt > now))
  const seats = Math.max(0, limits.concurrency - open.size)
  const allowed = now < state.pausedUntil ? 0 : callsAllowed(state.breaker, now)
  const { taken, paidUntil, nextAt } = takeSlots(
    state.paidUntil,
    limits,
    Math.min(wanted, seats, allowed),
    now,
  )
  const permits = Array.from({ length: taken }, (_, position) => state.lastPermit + position + 1)
  for (const permit of permits) open.set(permit, now + PERMIT_LIFETIME_MS)
  const [first] = permits
  const breaker = first === undefined ? state.breaker : afterPermit(state.breaker, first, now)
  const fullUntil = taken === seats ? now + FULL_RETRY_MS : now
  const againAt = Math.max(nextAt, fullUntil, state.pausedUntil, asksAgainAt(breaker, now))
  const line = lineUp(state.lineEndsAt, wanted - taken, againAt, intervalMs(limits), now)
  return {
    state: {
      ...state,
      paidUntil,
      breaker,
      open,
      lineEndsAt: line.endsAt,
      lastPermit: state.lastPermit + taken,
    },
    allowance: { permits, waitsMs: line.waitsMs },
  }
}

/** Takes in what calls have shown. A permit that lapsed or was settled before says nothing more. */
export const settle = (
  state: BudgetState,
  outcomes: readonly CallOutcome[],
  now: number,
): BudgetState => outcomes.reduce((before, outcome) => settleOne(before, outcome, now), state)

function settleOne(state: BudgetState, outcome: CallOutcome, now: number): BudgetState {
  const { permit, kind, retryAfterMs } = outcome
  if (!state.open.has(permit)) return state
  const open = new Map(state.open)
  open.delete(permit)
  switch (kind) {
    case 'answered':
      return { ...state, open, breaker: afterAnswer() }
    case 'no_answer': {
      const breaker = afterFailure(state.breaker, permit, now)
      const pausedUntil = retryAfterMs === undefined ? 0 : pauseEnd(retryAfterMs, now)
      return { ...state, open, breaker, pausedUntil: Math.max(state.pausedUntil, pausedUntil) }
    }
    case 'rate_limited': {
      // It lives, and nobody is to disturb it before the moment it named.
      const pausedUntil = Math.max(state.pausedUntil, pauseEnd(retryAfterMs ?? 0, now))
      const rateLimitHits = state.rateLimitHits + 1
      return { ...state, open, breaker: afterAnswer(), pausedUntil, rateLimitHits }
    }
  }
}

const pauseEnd = (askedMs: number, now: number): number =>
  now + Math.min(Math.max(askedMs, PAUSE_MIN_MS), PAUSE_MAX_MS)

export const inspect = (
  { paidUntil, breaker, pausedUntil, rateLimitHits, open }: BudgetState,
  limits: BudgetLimits,
  now: number,
): Omit<BudgetSnapshot, 'provider'> => ({
  ...limits,
  freeAt: takeSlots(paidUntil, limits, 0, now).nextAt,
  openPermits: [...open.values()].filter((lapsesAt) => lapsesAt > now).length,
  breaker: breaker.probeAt === null ? 'closed' : breaker.probe === null ? 'open' : 'half_open',
  failures: breaker.failures,
  probeAt: breaker.probeAt,
  pausedUntil,
  rateLimitHits,
})
