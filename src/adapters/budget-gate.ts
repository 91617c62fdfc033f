import type { CallOutcome, ProviderBudgetRpc } from '../contract/budget-rpc.ts'
import type { StepFailure } from '../contract/hydration.ts'
import { type Result, fail, ok } from '../contract/result.ts'
import { NO_BUDGET_DETAIL, NO_PERMIT_DETAIL } from '../core/hydration/failure.ts'
import { noteWait } from './budget-waits.ts'
import type { CallGate, Connections } from './call-gate.ts'
import { describeError, log } from './log.ts'
import { pause } from './pause.ts'
import { within } from './within.ts'

/** Calls that begin in the same moment ask together; short beside any call. */
const ASK_GATHER_MS = 2
/** What calls have shown is told this soon, if no question takes it along before. */
const TELL_GATHER_MS = 50
/** An object answers within milliseconds, from another continent within some hundred. */
const BUDGET_TIMEOUT_MS = 2_000
/** Who must wait longer is left to the subject's object, where waiting holds no batch and no lease. */
const PATIENCE_MS = 5_000

const OUT_OF_TIME: StepFailure = { kind: 'rate_limited', detail: 'no time left for a call' }
const NO_BUDGET: StepFailure = { kind: 'unavailable', detail: NO_BUDGET_DETAIL }

const noPermit = (waitMs: number): StepFailure => ({
  kind: 'rate_limited',
  detail: NO_PERMIT_DETAIL,
  retryAfterMs: waitMs,
})

/** What became of one try to make a call. */
type Try<T> = { readonly result: Result<T, StepFailure> } | { readonly waitMs: number }

type Answer = { readonly permit: number } | { readonly waitMs: number }

type CallBudget = Pick<ProviderBudgetRpc, 'acquire' | 'settle'>

interface Asking {
  readonly resolve: (answer: Result<Answer, StepFailure>) => void
}

/**
 * One invocation's door to a provider. A call first waits for a connection, then asks for a permit:
 * with one it starts at once, so that no slot passes while it waits for a connection; without one it
 * gives the connection back, so that none is held while it waits for a slot.
 */
export class BudgetGate {
  readonly #budget: CallBudget
  readonly #connections: Connections
  #asking: Asking[] = []
  #outcomes: CallOutcome[] = []
  #telling: Promise<void> | null = null

  constructor(budget: CallBudget, connections: Connections) {
    this.#budget = budget
    this.#connections = connections
  }

  /** Makes the call in its slot. A failure says when to come back, if there is none soon enough. */
  readonly run: CallGate = async (call) => {
    const patientUntil = Date.now() + PATIENCE_MS
    for (;;) {
      const tried = await this.#connections(() => this.#try(call))
      if (tried === null) return fail(OUT_OF_TIME)
      if ('result' in tried) return tried.result
      if (Date.now() + tried.waitMs > patientUntil) return fail(noPermit(tried.waitMs))
      const since = Date.now()
      await pause(tried.waitMs)
      noteWait(Date.now() - since)
    }
  }

  /** Tells what the calls have shown; to be awaited before the invocation ends. Never throws. */
  async settle(): Promise<void> {
    await this.#telling
    await this.#tell()
  }

  async #try<T>(call: () => Promise<Result<T, StepFailure>>): Promise<Try<T>> {
    const answer = await this.#permit()
    if (!answer.ok) return { result: answer }
    if ('waitMs' in answer.value) return answer.value
    const result = await call()
    this.#outcomes.push(outcomeOf(answer.value.permit, result))
    this.#telling ??= pause(TELL_GATHER_MS).then(() => this.#tell())
    return { result }
  }

  #permit(): Promise<Result<Answer, StepFailure>> {
    return new Promise((resolve) => {
      this.#asking.push({ resolve })
      if (this.#asking.length === 1) setTimeout(() => void this.#ask(), ASK_GATHER_MS)
    })
  }

  async #ask(): Promise<void> {
    const asking = this.#asking
    this.#asking = []
    try {
      const answered = this.#budget.acquire(asking.length, this.#takeOutcomes())
      const { permits, waitsMs } = await within(BUDGET_TIMEOUT_MS, answered)
      const answers: readonly Answer[] = [
        ...permits.map((permit) => ({ permit })),
        ...waitsMs.map((waitMs) => ({ waitMs })),
      ]
      for (const [position, { resolve }] of asking.entries()) {
        const answer = answers[position]
        resolve(answer === undefined ? fail(NO_BUDGET) : ok(answer))
      }
    } catch (error) {
      log('warn', 'budget.no_answer', { error: describeError(error) })
      for (const { resolve } of asking) resolve(fail(NO_BUDGET))
    }
  }

  /** What cannot be told is no loss: the permits lapse. */
  async #tell(): Promise<void> {
    this.#telling = null
    const outcomes = this.#takeOutcomes()
    if (outcomes.length === 0) return
    try {
      await within(BUDGET_TIMEOUT_MS, this.#budget.settle(outcomes))
    } catch (error) {
      log('warn', 'budget.not_settled', { count: outcomes.length, error: describeError(error) })
    }
  }

  #takeOutcomes(): readonly CallOutcome[] {
    const outcomes = this.#outcomes
    this.#outcomes = []
    return outcomes
  }
}

function outcomeOf(permit: number, result: Result<unknown, StepFailure>): CallOutcome {
  if (result.ok) return { permit, kind: 'answered' }
  const { kind, retryAfterMs } = result.error
  const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
  switch (kind) {
    case 'rate_limited':
      return { permit, kind, ...asked }
    case 'unavailable':
    case 'unknown_outcome':
      return { permit, kind: 'no_answer', ...asked }
    case 'rejected':
    case 'conflict':
      return { permit, kind: 'answered' }
  }
}
