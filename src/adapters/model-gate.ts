import type { CallOutcome, ProviderBudgetRpc, Reservation } from '../contract/budget-rpc.ts'
import type { StepFailure } from '../contract/hydration.ts'
import type { TokenUsage } from '../contract/policy.ts'
import { type Result, fail } from '../contract/result.ts'
import { amountOf } from '../core/budget/token-cost.ts'
import { NO_BUDGET_DETAIL, NO_PERMIT_DETAIL } from '../core/hydration/failure.ts'
import type { TokenPrices } from '../core/policy/cost.ts'
import type { Connections } from './call-gate.ts'
import { describeError, log } from './log.ts'
import { pause } from './pause.ts'
import { within } from './within.ts'

/** An object answers within milliseconds, from another continent within some hundred. */
const BUDGET_TIMEOUT_MS = 2_000
/** Who must wait longer is sent away, and holds no place of the few that there are. */
const PATIENCE_MS = 5_000

/** Why no call was made. */
export type NotAsked =
  /** The day's money does not reach; another day begins then, epoch milliseconds. */
  | { readonly kind: 'over_budget'; readonly detail: string; readonly nextDayAt: number }
  /** There is no permit yet. */
  | { readonly kind: 'rate_limited'; readonly detail: string; readonly retryAfterMs?: number }
  /** The breaker is open, or the budget itself does not answer. */
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterMs?: number }

/** What an answer took, as the provider counted it. */
export interface Answered {
  readonly usage: TokenUsage
}

/** Without `usage` a refusal took nothing, and of a call without an answer nobody knows. */
export interface NotAnswered extends StepFailure {
  readonly usage?: TokenUsage
}

const OUT_OF_TIME: NotAsked = { kind: 'rate_limited', detail: 'no time left for a call' }
const NO_BUDGET: NotAsked = { kind: 'unavailable', detail: NO_BUDGET_DETAIL }
const OVER_BUDGET_DETAIL = "over the day's budget"
const BREAKER_OPEN_DETAIL = 'the breaker is open'
const NOTHING: TokenUsage = { input: 0, output: 0 }

type SpendBudget = Pick<ProviderBudgetRpc, 'reserve' | 'settle'>

type Try<T, F> =
  | { readonly result: Result<T, F | NotAsked> }
  | Extract<Reservation, { kind: 'wait' }>

/**
 * One invocation's door to a model: permit and money for each call are asked for together before it,
 * and settled together after it.
 */
export class ModelGate {
  readonly #budget: SpendBudget
  readonly #connections: Connections
  readonly #prices: TokenPrices

  constructor(budget: SpendBudget, connections: Connections, prices: TokenPrices) {
    this.#budget = budget
    this.#connections = connections
    this.#prices = prices
  }

  /**
   * Makes the call when it may be made, or says why not. A short wait is sat out, without a
   * connection.
   *
   * @param estimate the most that the call may take
   * @throws what `call` throws; then all that was reserved counts as spent
   */
  async run<T extends Answered, F extends NotAnswered>(
    estimate: TokenUsage,
    call: () => Promise<Result<T, F>>,
  ): Promise<Result<T, F | NotAsked>> {
    const patientUntil = Date.now() + PATIENCE_MS
    for (;;) {
      const tried = await this.#connections(() => this.#try(estimate, call))
      if (tried === null) return fail(OUT_OF_TIME)
      if ('result' in tried) return tried.result
      const { waitMs } = tried
      if (Date.now() + waitMs > patientUntil) {
        return fail({ kind: 'rate_limited', detail: NO_PERMIT_DETAIL, retryAfterMs: waitMs })
      }
      await pause(waitMs)
    }
  }

  async #try<T extends Answered, F extends NotAnswered>(
    estimate: TokenUsage,
    call: () => Promise<Result<T, F>>,
  ): Promise<Try<T, F>> {
    const reservation = await this.#reserve(estimate)
    switch (reservation?.kind) {
      case undefined:
        return { result: fail(NO_BUDGET) }
      case 'wait':
        return reservation
      case 'down': {
        const { waitMs: retryAfterMs } = reservation
        const down: NotAsked = { kind: 'unavailable', detail: BREAKER_OPEN_DETAIL, retryAfterMs }
        return { result: fail(down) }
      }
      case 'over_budget': {
        const { kind, nextDayAt } = reservation
        return { result: fail({ kind, detail: OVER_BUDGET_DETAIL, nextDayAt }) }
      }
      case 'permit':
        return { result: await this.#call(reservation.permit, call) }
    }
  }

  async #call<T extends Answered, F extends NotAnswered>(
    permit: number,
    call: () => Promise<Result<T, F>>,
  ): Promise<Result<T, F>> {
    let outcome: CallOutcome = { permit, kind: 'no_answer' }
    try {
      const result = await call()
      outcome = this.#outcomeOf(permit, result)
      return result
    } finally {
      await this.#settle(outcome)
    }
  }

  async #reserve(estimate: TokenUsage): Promise<Reservation | null> {
    try {
      const reserved = this.#budget.reserve(amountOf(estimate, this.#prices))
      return await within(BUDGET_TIMEOUT_MS, reserved)
    } catch (error) {
      log('warn', 'budget.no_answer', { error: describeError(error) })
      return null
    }
  }

  /** What cannot be told is no loss: permit and money lapse, the money as spent. */
  async #settle(outcome: CallOutcome): Promise<void> {
    try {
      await within(BUDGET_TIMEOUT_MS, this.#budget.settle([outcome]))
    } catch (error) {
      log('warn', 'budget.not_settled', { count: 1, error: describeError(error) })
    }
  }

  #outcomeOf(permit: number, result: Result<Answered, NotAnswered>): CallOutcome {
    if (result.ok) return { permit, kind: 'answered', took: this.#took(result.value.usage) }
    const { kind, retryAfterMs, usage } = result.error
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    switch (kind) {
      case 'rate_limited':
        return { permit, kind, ...asked, took: this.#took(usage ?? NOTHING) }
      case 'rejected':
      case 'conflict':
        return { permit, kind: 'answered', took: this.#took(usage ?? NOTHING) }
      case 'unavailable':
      case 'unknown_outcome': {
        const took = usage === undefined ? {} : { took: this.#took(usage) }
        return { permit, kind: 'no_answer', ...asked, ...took }
      }
    }
  }

  #took(usage: TokenUsage): NonNullable<CallOutcome['took']> {
    return amountOf(usage, this.#prices)
  }
}
