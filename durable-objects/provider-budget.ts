import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import {
  type Allowance,
  type BudgetSnapshot,
  CallOutcome,
  Provider,
  type ProviderBudgetRpc,
} from '../src/contract/budget-rpc.ts'
import { budgetLimits } from '../src/adapters/budget-limits.ts'
import {
  type BudgetLimits,
  type BudgetState,
  type KeptBudget,
  acquire,
  inspect,
  settle,
  wakeBudget,
} from '../src/core/budget/budget.ts'
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
})

/**
 * What all consumers together may ask of one provider: rate, concurrency, breaker; one object for
 * each. Rate and open permits live in memory: an object that was evicted has been idle long enough
 * for the rate to be whole again. A breaker that is open and a pause are kept, since while they last
 * hardly anybody asks, and the object would forget them.
 */
export class ProviderBudgetObject extends DurableObject<Bindings> implements ProviderBudgetRpc {
  #state: BudgetState

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.#state = wakeBudget(Date.now(), Kept.safeParse(ctx.storage.kv.get(KEPT)).data)
  }

  async acquire(wanted: number, outcomes: readonly CallOutcome[]): Promise<Allowance> {
    const now = Date.now()
    const settled = settle(this.#state, Outcomes.parse(outcomes), now)
    const { state, allowance } = acquire(settled, Wanted.parse(wanted), now, this.#limits())
    this.#become(state)
    return allowance
  }

  async settle(outcomes: readonly CallOutcome[]): Promise<void> {
    this.#become(settle(this.#state, Outcomes.parse(outcomes), Date.now()))
  }

  async inspect(): Promise<BudgetSnapshot> {
    return { provider: this.#provider(), ...inspect(this.#state, this.#limits(), Date.now()) }
  }

  #become(state: BudgetState): void {
    const { breaker, pausedUntil } = this.#state
    this.#state = state
    // Failures that did not open it are cheap to forget, and would be a write for each.
    if (state.breaker.probeAt === breaker.probeAt && state.pausedUntil === pausedUntil) return
    const kept: KeptBudget = { breaker: state.breaker, pausedUntil: state.pausedUntil }
    this.ctx.storage.kv.put(KEPT, kept)
  }

  #provider(): Provider {
    return Provider.parse(this.ctx.id.name)
  }

  #limits(): BudgetLimits {
    return budgetLimits(parseSettings(this.env), this.#provider())
  }
}
