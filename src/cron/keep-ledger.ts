import { createLedger, createProviders } from '../adapters/hydration-adapters.ts'
import { describeError, log } from '../adapters/log.ts'
import { balanceOf, closedHours } from '../core/ledger/balance.ts'
import { countThings, countingSteps } from '../core/ledger/count-things.ts'
import { ACCOUNTS_PER_TICK_MAX, RECHECK_AFTER_MS, RUN_SLACK_MS } from '../core/ledger/limits.ts'
import type { LedgerBalance } from '../contract/ledger.ts'
import { type Bindings, parseSettings } from '../env.ts'

/** After that no provider is asked any more in this tick. */
const ASK_MS = 20_000

/**
 * Looks whether everything adds up: a share of the accounts at their providers, all runs and the
 * hours lately closed in Postgres. Mends nothing; an imbalance is told to the log, which alarms.
 */
export async function keepLedger(env: Bindings, now: number): Promise<void> {
  try {
    const balance = await look(env, now)
    for (const { kind, count } of balance.imbalances) {
      log('error', 'ledger.imbalance', { kind, count })
    }
  } catch (error) {
    log('error', 'ledger.not_checked', { error: describeError(error) })
  }
}

async function look(env: Bindings, now: number): Promise<LedgerBalance> {
  const ledger = createLedger(parseSettings(env))
  const providers = createProviders(env, Date.now() + ASK_MS)
  const steps = countingSteps(providers.steps)
  const accounts = await ledger.takeAccounts(now - RECHECK_AFTER_MS, ACCOUNTS_PER_TICK_MAX, now)
  const { counts, unanswered } = await countThings(accounts, steps)
  await providers.settle()
  await ledger.settleFindings(
    counts,
    steps.map(({ name }) => name),
    now,
  )
  const facts = await ledger.readFacts(now - RUN_SLACK_MS, closedHours(now))
  const balance = balanceOf({ ...facts, asked: counts.length + unanswered, unanswered })
  await ledger.keepBalance(balance, now)
  await ledger.tidy(now)
  return balance
}
