import type { Context } from 'hono'
import { createAcceptances } from '../adapters/hydration-adapters.ts'
import { describeError, log } from '../adapters/log.ts'
import { AcceptanceCounter } from '../core/ledger/acceptances.ts'
import type { Settings } from '../env.ts'
import type { HttpEnv } from './context.ts'

/** At most one statement in this time from each isolate, however many sign up there. */
const FLUSH_AFTER_MS = 10_000
/** What could not be written before, and what was counted since. */
const ROUNDS = 2

// Plain data, shared by the requests of an isolate; the statement belongs to the request that flushes.
const counter = new AcceptanceCounter()

/**
 * Counts a session that the answer promises to somebody, for the ledger. Nothing waits for it: the
 * counts of an isolate are written off the request's path, or later, or with the isolate never.
 */
export function noteAcceptance(c: Context<HttpEnv>, openedAt: number): void {
  if (counter.add(openedAt, Date.now())) c.executionCtx.waitUntil(flush(c.get('services').settings))
}

async function flush(settings: Settings): Promise<void> {
  await pause()
  try {
    const acceptances = createAcceptances(settings)
    for (let round = 0; round < ROUNDS; round += 1) {
      const rows = counter.seal(Date.now(), () => crypto.randomUUID())
      if (rows.length > 0) await acceptances.add(rows)
      counter.kept(rows)
    }
  } catch (error) {
    log('warn', 'acceptances.not_written', { error: describeError(error) })
  } finally {
    counter.flushed()
  }
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, FLUSH_AFTER_MS)
  })
