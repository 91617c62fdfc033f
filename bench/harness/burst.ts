import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import type { LoadResult } from './load.ts'
import type { Call } from './request.ts'

/** As many as a browserful of people; workerd is busy with fewer, more only wait longer. */
const CONNECTIONS = 16
/** A request that takes longer has failed. */
const TIMEOUT_SECONDS = 10
/** How soon the end of a burst is noticed; the time measured is that of the last answer. */
const SAMPLE_INTERVAL_MS = 20

/** A closed loop: so many calls, from first to last and over again, as fast as the answers come. */
export interface Burst {
  readonly kind: 'burst'
  readonly origin: string
  readonly calls: readonly Call[]
  readonly amount: number
  /** The only status that counts as an answer. */
  readonly expected: number
}

export function sendBurst({ origin, calls, amount, expected }: Burst): Promise<LoadResult> {
  let sent = 0
  const latenciesMs: number[] = []
  const faults: string[] = []
  let endedAt = 0
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const cannon = autocannon(
      {
        url: origin,
        connections: Math.min(CONNECTIONS, amount),
        amount,
        timeout: TIMEOUT_SECONDS,
        sampleInt: SAMPLE_INTERVAL_MS,
        requests: [
          {
            setupRequest: (request) => {
              const call = calls[sent % calls.length]
              sent += 1
              return { ...request, ...call, headers: { ...call?.headers } }
            },
          },
        ],
      },
      (error: Error | null, { errors, timeouts }) => {
        if (error) return reject(error)
        if (errors > 0) faults.push(`${errors} failed connections, ${timeouts} of them timeouts`)
        resolve({ durationMs: endedAt - startedAt, latenciesMs, faults })
      },
    )
    cannon.on('response', (_client, status, _bytes, latencyMs) => {
      endedAt = performance.now()
      latenciesMs.push(latencyMs)
      if (status !== expected) faults.push(`status ${status}`)
    })
  })
}
