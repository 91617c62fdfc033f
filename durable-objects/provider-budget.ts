import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import {
  type Allowance,
  Amount,
  type BudgetSnapshot,
  CallOutcome,
  Provider,
  type ProviderBudgetRpc,
  type Reservation,
} from '../src/contract/budget-rpc.ts'
import { budgetLimits, spendLimits } from '../src/adapters/budget-limits.ts'
import { log } from '../src/adapters/log.ts'
import { type BudgetLimits, type KeptBudget, acquire, inspect } from '../src/core/budget/budget.ts'
import {
  type ProviderState,
  type SpendLimits,
  inspectSpend,
  reserve,
  settleAll,
  wake,
} from '../src/core/budget/reserve.ts'
import { NOTHING_SPENT, type Spending, writtenOff } from '../src/core/budget/spend.ts'
import { type Bindings, parseSettings } from '../src/env.ts'

const KEPT = 'kept'
const Outcomes = z.array(CallOutcome)
const Wanted = z.int().nonnegative()

const Kept: z.ZodType<KeptBudget> = z.object({
  breaker: z.object({
    failures: z.int(),
    probeAt: z.number().nullable(),
    probe: z.number().nullable(),
  }),
  pausedUntil: z.number(),
  rateLimitHits: z.int().default(0),
})

const DaySpent = Amount.extend({ day: z.int() })
const KeptSpending: z.ZodType<{ readonly spending?: Spending | undefined }> = z.object({
  spending: z
    .object({
      tokensPaidUntil: z.number(),
      days: z.array(DaySpent),
      reserved: z.array(DaySpent.extend({ permit: z.int(), lapsesAt: z.number() })),
    })
    .optional(),
})

/**
 * What all consumers together may ask of one provider: rate, concurrency, breaker, and money where
 * calls have a price; one object for each. Rate and open permits live in memory: an object that was
 * evicted has been idle long enough for the rate to be whole again. A breaker that is open and a pause
 * are kept, since while they last hardly anybody asks, and the object would forget them. Money is
 * written with every change, and no answer leaves before that is durable.
 */
export class ProviderBudgetObject extends DurableObject<Bindings> implements ProviderBudgetRpc {
  #state: ProviderState

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    const now = Date.now()
    const kept = ctx.storage.kv.get(KEPT) ?? {}
    const accounts = KeptSpending.safeParse(kept)
    // A breaker that cannot be read is a closed one.
    const state = wake(now, accounts.data?.spending ?? NOTHING_SPENT, Kept.safeParse(kept).data)
    this.#state = state
    if (accounts.success) return
    log('error', 'budget.unreadable')
    this.#become({ ...state, spending: writtenOff(now) })
  }

  async acquire(wanted: number, outcomes: readonly CallOutcome[]): Promise<Allowance> {
    if (this.#spendLimits() !== null) throw new Error('its calls have a price: reserve')
    const now = Date.now()
    const settled = settleAll(this.#state, Outcomes.parse(outcomes), now)
    const { state, allowance } = acquire(settled.calls, Wanted.parse(wanted), now, this.#limits())
    this.#become({ ...settled, calls: state })
    return allowance
  }

  async reserve(wanted: Amount): Promise<Reservation> {
    const prices = this.#spendLimits()
    if (prices === null) throw new Error('its calls have no price: acquire')
    const limits = { ...this.#limits(), ...prices }
    const { state, reservation } = reserve(this.#state, Amount.parse(wanted), Date.now(), limits)
    this.#become(state)
    return reservation
  }

  async settle(outcomes: readonly CallOutcome[]): Promise<void> {
    this.#become(settleAll(this.#state, Outcomes.parse(outcomes), Date.now()))
  }

  async inspect(): Promise<BudgetSnapshot> {
    const { calls, spending } = this.#state
    const now = Date.now()
    const limits = this.#spendLimits()
    return {
      provider: this.#provider(),
      ...inspect(calls, this.#limits(), now),
      ...(limits === null ? {} : { spend: inspectSpend(spending, limits, now) }),
    }
  }

  #become(state: ProviderState): void {
    const { calls, spending } = this.#state
    const { breaker, pausedUntil, rateLimitHits } = state.calls
    this.#state = state
    // Failures that did not open it are cheap to forget, and would be a write for each.
    const same =
      breaker.probeAt === calls.breaker.probeAt &&
      pausedUntil === calls.pausedUntil &&
      rateLimitHits === calls.rateLimitHits
    if (same && state.spending === spending) return
    const kept: KeptBudget = { breaker, pausedUntil, rateLimitHits }
    // One value, so that it is one write; nothing of it where calls have no price.
    const priced = state.spending === NOTHING_SPENT ? {} : { spending: state.spending }
    this.ctx.storage.kv.put(KEPT, { ...kept, ...priced })
  }

  #provider(): Provider {
    return Provider.parse(this.ctx.id.name)
  }

  #limits(): BudgetLimits {
    return budgetLimits(parseSettings(this.env), this.#provider())
  }

  #spendLimits(): SpendLimits | null {
    return spendLimits(parseSettings(this.env), this.#provider())
  }
}
