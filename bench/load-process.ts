import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import type { BurstResult } from './load.ts'
import { CREATED, SIGN_UP_PATH, signUpBody } from './request.ts'

/** As many as a browserful of people; workerd is busy with fewer, more only wait longer. */
const CONNECTIONS = 16
/** A request that takes longer has failed. */
const TIMEOUT_SECONDS = 10
/** How soon the end of a burst is noticed; the time measured is that of the last answer. */
const SAMPLE_INTERVAL_MS = 20

/** One sign-up for each address, as fast as the answers come. */
export interface Burst {
  readonly url: string
  readonly emails: readonly string[]
}

function run({ url, emails }: Burst): Promise<BurstResult> {
  const pending = emails.values()
  const latenciesMs: number[] = []
  const faults: string[] = []
  let endedAt = 0
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const cannon = autocannon(
      {
        url,
        connections: Math.min(CONNECTIONS, emails.length),
        amount: emails.length,
        timeout: TIMEOUT_SECONDS,
        sampleInt: SAMPLE_INTERVAL_MS,
        requests: [
          {
            method: 'POST',
            path: SIGN_UP_PATH,
            headers: { 'content-type': 'application/json' },
            setupRequest: (request) => ({
              ...request,
              body: signUpBody(pending.next().value ?? ''),
            }),
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
      if (status !== CREATED) faults.push(`status ${status}`)
    })
  })
}

process.on('message', (burst: Burst) => {
  void run(burst).then((result) => process.send?.(result))
})
