import { Agent, request as httpRequest } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadResult } from './load.ts'
import type { Call } from './request.ts'

/** Enough for whoever keeps up; behind them calls wait in line here, and are counted as waiting. */
const CONNECTIONS_MAX = 256
/** A request that takes longer has failed, unless its order says otherwise. */
const TIMEOUT_MS = 10_000

/**
 * An open loop: calls go out at fixed times, whether or not earlier ones were answered, and each is
 * timed from the moment when it was due. Whoever waits behind a slow answer is counted as waiting
 * (Tene, "How NOT to Measure Latency": coordinated omission).
 */
export interface Arrivals {
  readonly kind: 'arrivals'
  readonly origin: string
  /** One for each arrival. */
  readonly calls: readonly Call[]
  readonly perSecond: number
  readonly expected: number
  readonly timeoutMs?: number
}

export async function sendArrivals(arrivals: Arrivals): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo', maxSockets: CONNECTIONS_MAX })
  const latenciesMs: number[] = []
  const faults: string[] = []
  const answers: Promise<void>[] = []
  const answer = async (call: Call, dueAt: number): Promise<void> => {
    const status = await statusOf(arrivals, call, agent)
    latenciesMs.push(performance.now() - dueAt)
    if (status !== arrivals.expected) faults.push(`status ${status}`)
  }
  const startedAt = performance.now()
  for (const [index, call] of arrivals.calls.entries()) {
    const dueAt = startedAt + (index / arrivals.perSecond) * 1_000
    const early = dueAt - performance.now()
    // A timer cannot wait for less.
    if (early > 1) await sleep(early)
    answers.push(answer(call, dueAt))
  }
  await Promise.all(answers)
  const durationMs = performance.now() - startedAt
  agent.destroy()
  return { durationMs, latenciesMs, faults }
}

/** @returns what went wrong, in words, where no answer came */
function statusOf(
  { origin, timeoutMs = TIMEOUT_MS }: Arrivals,
  call: Call,
  agent: Agent,
): Promise<number | string> {
  return new Promise((resolve) => {
    const { method, headers, body } = call
    const sent = httpRequest(
      new URL(call.path, origin),
      { agent, method, headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') } },
      (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode ?? 0))
      },
    )
    sent.setTimeout(timeoutMs, () => sent.destroy(new Error('timeout')))
    sent.once('error', (error) => resolve(error.message))
    sent.end(body)
  })
}
